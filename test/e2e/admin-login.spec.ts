import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { UsersService } from '../../src/users/users.service.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, OWNER } from '../fakes/admin-house.js';
import { FakeClock } from '../fakes/fake-clock.js';

interface Pair {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

describeOnEveryDialect('the login of administrators', (store) => {
  let house: AdminHouse;
  let clock: FakeClock;

  beforeAll(async () => {
    clock = new FakeClock();
    house = await AdminHouse.open(store, { clock });
    await house.get(UsersService).add('viewer', { password: 'viewer-pass' });
  });
  afterAll(() => house.close());
  beforeEach(() => clock.advance(400_000));

  const login = async (credentials: object = OWNER): Promise<Pair> => {
    const answer = await house.ask('post', '/api/admin/auth/login', null).send(credentials);
    expect(answer.status).toBe(200);
    return answer.body as Pair;
  };
  const me = (token: string | null) => house.ask('get', '/api/admin/auth/me', token);

  it('gives tokens that say who one is', async () => {
    const pair = await login();
    expect(pair).toEqual({
      accessToken: expect.any(String),
      refreshToken: expect.any(String),
      expiresIn: 900,
    });
    const answer = await me(pair.accessToken);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ id: expect.any(Number), username: 'owner' });
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it('tells wrong credentials, viewers and guessing apart', async () => {
    const ask = (username: string, password: string) =>
      house.ask('post', '/api/admin/auth/login', null).send({ username, password });
    const wrong = await ask('owner', 'wrong');
    expect(wrong.status).toBe(401);
    expect(wrong.body.error).toMatchObject({ code: 'unauthorized', message: 'wrong user name or password' });
    expect((await ask('nobody', 'wrong')).body.error.message).toBe(wrong.body.error.message);
    const viewer = await ask('viewer', 'viewer-pass');
    expect(viewer.status).toBe(403);
    expect(viewer.body.error.code).toBe('forbidden');
    for (let guess = 0; guess < 10; guess++) await ask('viewer', `guess-${guess}`);
    const throttled = await ask('viewer', 'guess-again');
    expect(throttled.status).toBe(429);
    expect(throttled.body.error.code).toBe('too_many_requests');
    expect(Number(throttled.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('renews once; a token used twice ends the whole login', async () => {
    const first = await login();
    const renew = (refreshToken: string) =>
      house.ask('post', '/api/admin/auth/refresh', null).send({ refreshToken });
    const second = await renew(first.refreshToken);
    expect(second.status).toBe(200);
    expect((await renew(first.refreshToken)).status).toBe(401);
    expect((await me((second.body as Pair).accessToken)).status).toBe(401);
    expect((await renew('made-up')).status).toBe(401);
  });

  it('ends with the logout', async () => {
    const pair = await login();
    expect((await house.ask('post', '/api/admin/auth/logout', pair.accessToken)).status).toBe(204);
    expect((await me(pair.accessToken)).status).toBe(401);
    expect((await house.ask('post', '/api/admin/auth/logout', pair.accessToken)).status).toBe(401);
  });

  it('ends when the token runs out', async () => {
    const { accessToken } = await login();
    await clock.advance(899_000);
    expect((await me(accessToken)).status).toBe(200);
    await clock.advance(2_000);
    expect((await me(accessToken)).status).toBe(401);
  });

  it('ends when the password changes, and is refused when the role is gone', async () => {
    const users = house.get(UsersService);
    const { user, password } = await users.add('second', { isAdmin: true });
    const before = await login({ username: 'second', password });
    await users.renewPassword(user.id, 'another-one');
    expect((await me(before.accessToken)).status).toBe(401);
    const after = await login({ username: 'second', password: 'another-one' });
    await users.change(user.id, { isAdmin: false });
    expect((await me(after.accessToken)).status).toBe(403);
    await users.remove(user.id);
    expect((await me(after.accessToken)).status).toBe(401);
  });

  describe('refuses with 401', () => {
    const parts = () => house.token.split('.') as [string, string, string];
    const forged = (claims: object, options: jwt.SignOptions = {}) =>
      jwt.sign(claims, 'x'.repeat(48), options);
    const claims = { sub: '1', fam: 'f', iss: 'rooftop', exp: 4_000_000_000 };
    const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    it.each<[string, () => string | null]>([
      ['no token', () => null],
      ['an empty token', () => ''],
      ['no token at all', () => 'a.b.c'],
      ['another key', () => forged(claims)],
      ['no signature', () => `${base64({ alg: 'none', typ: 'JWT' })}.${base64(claims)}.`],
      ['a cut signature', () => `${parts()[0]}.${parts()[1]}.${parts()[2].slice(0, -4)}`],
      ['other claims', () => `${parts()[0]}.${base64(claims)}.${parts()[2]}`],
      ['a huge token', () => `${'a'.repeat(6000)}.b.c`],
    ])('%s', async (_name, token) => {
      const answer = await me(token());
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer');
      expect(answer.body).toEqual({
        error: {
          code: 'unauthorized',
          message: expect.any(String),
          details: [],
          requestId: expect.stringMatching(/^[\da-f-]{36}$/),
        },
      });
    });

    it('a basic login of the right password', async () => {
      const answer = await house
        .ask('get', '/api/admin/auth/me', null)
        .auth(OWNER.username, OWNER.password, { type: 'basic' });
      expect(answer.status).toBe(401);
    });
  });
});
