import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CredentialsService } from '../../src/users/credentials.service.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { FakeClock } from '../fakes/fake-clock.js';

describeOnEveryDialect('users over the API', (store) => {
  let house: AdminHouse;
  /** Ids, ascending. */
  const categories: number[] = [];

  beforeAll(async () => {
    house = await AdminHouse.open(store, { clock: new FakeClock() });
    for (const name of ['News', 'Sport']) {
      const answer = await house.ask('post', '/api/admin/categories').send({ name });
      categories.push(answer.body.id as number);
    }
  });
  afterAll(() => house.close());

  const add = async (body: object): Promise<{ id: number; password: string }> => {
    const answer = await house.ask('post', '/api/admin/users').send(body);
    expect([answer.status, answer.body.error]).toEqual([201, undefined]);
    return { id: answer.body.user.id as number, password: answer.body.password as string };
  };
  const namesOf = async (query: string): Promise<string[]> => {
    const answer = await house.ask('get', `/api/admin/users?${query}`);
    expect(answer.status).toBe(200);
    return (answer.body.items as { username: string }[]).map(({ username }) => username);
  };

  it('are made with a password that is shown once and works', async () => {
    const answer = await house.ask('post', '/api/admin/users').send({
      username: 'Ana',
      maxConnections: 2,
      expiresAt: '2027-01-01T00:00:00+01:00',
      notes: 'pays\nlate',
      categoryIds: [...categories].reverse(),
      outputFormats: ['ts'],
    });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      user: {
        id: expect.any(Number),
        username: 'Ana',
        status: 'Active',
        email: null,
        isActive: true,
        isBanned: false,
        isAdmin: false,
        isTrial: false,
        maxConnections: 2,
        expiresAt: '2026-12-31T23:00:00.000Z',
        createdAt: '2026-03-14T19:40:00.000Z',
        lastSeenAt: null,
        notes: 'pays\nlate',
        outputFormats: ['ts'],
        categoryIds: categories,
        joinBehindSeconds: null,
        slates: null,
        transcodeProfile: null,
      },
      password: expect.stringMatching(/^[A-Za-z0-9]{12}$/),
    });
    const { id } = answer.body.user;
    const verdict = await house
      .get(CredentialsService)
      .verify('ana', answer.body.password as string, '192.0.2.1');
    expect(verdict).toMatchObject({ kind: 'ok', account: { id, allowedCategoryIds: categories } });
    const again = await house.ask('get', `/api/admin/users/${id}`);
    expect(again.body).toEqual(answer.body.user);
    expect(again.text).not.toContain(answer.body.password);
    const taken = await house.ask('post', '/api/admin/users').send({ username: 'aNA' });
    expect([taken.status, taken.body.error.code]).toEqual([409, 'conflict']);
  });

  it('change field by field, and lose what is set to null', async () => {
    const { id } = await add({ username: 'change-me', email: 'a@b.test', joinBehindSeconds: 9 });
    const change = (body: object) => house.ask('patch', `/api/admin/users/${id}`).send(body);
    expect((await change({ email: null, isTrial: true })).body).toMatchObject({
      email: null,
      isTrial: true,
      joinBehindSeconds: 9,
    });
    expect((await change({ joinBehindSeconds: null, expiresAt: '2020-01-01T00:00:00Z' })).body).toMatchObject(
      {
        joinBehindSeconds: null,
        status: 'Expired',
      },
    );
    expect((await change({ expiresAt: null, categoryIds: categories })).body).toMatchObject({
      expiresAt: null,
      categoryIds: categories,
    });
    const unknown = await change({ categoryIds: [categories[0], 999_999] });
    expect(unknown.body.error.details).toEqual([
      { field: 'categoryIds', rule: 'must be ids of categories; 999999 is none' },
    ]);
    expect((await house.ask('delete', `/api/admin/categories/${categories[1]}`)).status).toBe(204);
    expect((await change({ categoryIds: categories })).body.categoryIds).toEqual(categories);
    expect((await change({ categoryIds: [] })).body.categoryIds).toEqual([]);
    expect((await change({})).status).toBe(200);
    const renamed = await change({ username: 'other' });
    expect([renamed.status, renamed.body.error.details]).toEqual([
      400,
      [{ field: 'username', rule: 'is not a field of this request' }],
    ]);
  });

  it('get new passwords, and the old ones are out at once', async () => {
    const { id, password } = await add({ username: 'forgetful', password: 'first-pass' });
    expect(password).toBe('first-pass');
    const renew = (body: object) => house.ask('post', `/api/admin/users/${id}/password`).send(body);
    const made = await renew({});
    expect([made.status, Object.keys(made.body as object)]).toEqual([200, ['password']]);
    const credentials = house.get(CredentialsService);
    expect((await credentials.verify('forgetful', 'first-pass', '192.0.2.2')).kind).toBe('refused');
    expect((await credentials.verify('forgetful', made.body.password as string, '192.0.2.2')).kind).toBe(
      'ok',
    );
    const bad = await renew({ password: 'a b' });
    expect(bad.body.error.details).toEqual([
      { field: 'password', rule: 'must have at least 4 characters' },
      { field: 'password', rule: 'must not contain blanks or control characters' },
    ]);
  });

  it('are found by text in any case and by state, page by page', async () => {
    await add({ username: 'find-1', notes: 'Квартира Ёжика' });
    await add({ username: 'find-2', email: 'Upper@Case.test', isBanned: true });
    await add({ username: 'find-3', isActive: false, isTrial: true });
    await add({ username: 'find-4', expiresAt: '2026-01-01T00:00:00Z' });
    expect(await namesOf('search=FIND-')).toEqual(['find-1', 'find-2', 'find-3', 'find-4']);
    expect(await namesOf(`search=${encodeURIComponent('квАРТИРА ёж')}`)).toEqual(['find-1']);
    expect(await namesOf('search=upper@case')).toEqual(['find-2']);
    expect(await namesOf('search=find&status=Banned')).toEqual(['find-2']);
    expect(await namesOf('search=find&status=Disabled')).toEqual(['find-3']);
    expect(await namesOf('search=find&status=Expired')).toEqual(['find-4']);
    expect(await namesOf('search=find&status=Active')).toEqual(['find-1']);
    expect(await namesOf('isAdmin=true')).toEqual(['owner']);
    expect(await namesOf('search=find&order=desc&perPage=2&page=1')).toEqual(['find-4', 'find-3']);
    expect(await namesOf('search=find&order=desc&perPage=2&page=2')).toEqual(['find-2', 'find-1']);
    expect(await namesOf('search=find&sort=expiresAt&perPage=1')).toEqual(['find-4']);
    const page = await house.ask('get', '/api/admin/users?search=find&perPage=3&page=2');
    expect([page.body.total, page.body.items.length, page.body.page, page.body.perPage]).toEqual([
      4, 1, 2, 3,
    ]);
  });

  it('go for good, but never the last administrator', async () => {
    const { id } = await add({ username: 'short-lived' });
    expect((await house.ask('delete', `/api/admin/users/${id}`)).status).toBe(204);
    expect((await house.ask('get', `/api/admin/users/${id}`)).status).toBe(404);
    expect((await house.ask('delete', `/api/admin/users/${id}`)).status).toBe(404);
    const me = await house.ask('get', '/api/admin/auth/me');
    for (const [method, body] of [
      ['delete', undefined],
      ['patch', { isAdmin: false }],
      ['patch', { isBanned: true }],
      ['patch', { isActive: false }],
      ['patch', { expiresAt: '2020-01-01T00:00:00Z' }],
    ] as const) {
      const answer = await house.ask(method, `/api/admin/users/${me.body.id}`).send(body);
      expect([answer.status, answer.body.error.code]).toEqual([409, 'conflict']);
    }
  });

  it('leave a trail without secrets', async () => {
    const { id, password } = await add({ username: 'traced', password: 'very-secret-1' });
    await house.ask('patch', `/api/admin/users/${id}`).send({ maxConnections: 5 });
    await house.ask('patch', `/api/admin/users/${id}`).send({ maxConnections: 5 });
    await house.ask('post', `/api/admin/users/${id}/password`).send({ password: 'very-secret-2' });
    await house.ask('delete', `/api/admin/users/${id}`);
    const log = await house.ask('get', `/api/admin/audit?entity=user&entityId=${id}`);
    expect(log.body.total).toBe(4);
    expect((log.body.items as { action: string }[]).map(({ action }) => action)).toEqual([
      'remove',
      'change',
      'change',
      'add',
    ]);
    expect(log.body.items[2]).toMatchObject({
      username: 'owner',
      at: '2026-03-14T19:40:00.000Z',
      changes: { maxConnections: { from: 1, to: 5 } },
    });
    expect(log.body.items[1].changes).toEqual({ passwordHash: '***' });
    for (const secret of [password, 'very-secret-2', '$2b$']) expect(log.text).not.toContain(secret);
  });
});
