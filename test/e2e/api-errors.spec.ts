import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { UsersService } from '../../src/users/users.service.js';
import { routesOf, type ApiDocument, type Route } from '../builders/openapi-lint.js';
import { describeOnEveryDialect, TestStore } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';
import { ask } from '../fakes/raw-http.js';
import { RecordingLogger } from '../fakes/recording-logger.js';

const UNKNOWN_ID = '2147483600';
const WRITES = ['post', 'put', 'patch', 'delete'];
const OPEN = ['/api/admin/auth/login', '/api/admin/auth/refresh'];

/** Every error has the one form, whatever went wrong. */
function expectError(answer: supertest.Response, status: number, code: string): void {
  expect([answer.status, answer.body]).toEqual([
    status,
    {
      error: {
        code,
        message: expect.any(String),
        details: expect.any(Array),
        requestId: expect.stringMatching(/^[\da-f-]{36}$/),
      },
    },
  ]);
  expect(answer.headers['x-request-id']).toBe(answer.body.error.requestId);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
}

describeOnEveryDialect('the API refuses', (store) => {
  let house: AdminHouse;
  let routes: Route[];
  let logger: RecordingLogger;

  beforeAll(async () => {
    logger = new RecordingLogger();
    house = await AdminHouse.open(store, { logger });
    routes = routesOf((await house.ask('get', '/api/docs-json', null)).body as ApiDocument);
  });
  afterAll(async () => {
    await house.close();
    expect(logger.entries.filter(({ level }) => level === 'error')).toEqual([]);
  });

  const secured = () => routes.filter(({ path }) => path.startsWith('/api/admin/') && !OPEN.includes(path));
  const withBody = () => routes.filter(({ operation }) => operation.requestBody?.content['application/json']);
  const call = ({ method, path }: Route, id = UNKNOWN_ID, token?: string | null) =>
    house.ask(method as Method, path.replace(/\{\w+\}/g, id), ...(token === undefined ? [] : [token]));
  const post = (path: string, body: string, type = 'application/json') =>
    house.ask('post', path).set('content-type', type).send(body);

  it('every route without a token, before it looks at anything else', async () => {
    for (const route of secured()) {
      expectError(await call(route, 'x', null), 401, 'unauthorized');
      const [type = 'application/json'] = Object.keys(route.operation.requestBody?.content ?? {});
      const test = call(route, '1', null).set('content-type', type);
      expectError(
        await (WRITES.includes(route.method) ? test.send('{"odd": 1}') : test),
        401,
        'unauthorized',
      );
    }
  });

  it('the login of a viewer, and the token of one who is an administrator no more', async () => {
    const users = house.get(UsersService);
    const { user, password } = await users.add('helper', { isAdmin: true });
    const login = await house
      .ask('post', '/api/admin/auth/login', null)
      .send({ username: 'helper', password });
    await users.change(user.id, { isAdmin: false });
    for (const route of secured()) {
      expectError(await call(route, '1', login.body.accessToken as string), 403, 'forbidden');
    }
    const viewer = await house
      .ask('post', '/api/admin/auth/login', null)
      .send({ username: 'helper', password });
    expectError(viewer, 403, 'forbidden');
  });

  it('ids that are none with 400, and ids of nothing with 404', async () => {
    const withId = secured().filter(({ path }) => /\{\w*id\}/i.test(path));
    expect(withId.length).toBeGreaterThan(15);
    for (const route of withId) {
      for (const id of ['abc', '-1', '1.5', '0x10', '%2e%2e%2f', '1%00', '1;drop', '99999999999999999999']) {
        expectError(await call(route, id).send(minimalBody(route)), 400, 'invalid_input');
      }
      for (const id of [UNKNOWN_ID, '0', '99999999999']) {
        expectError(await call(route, id).send(minimalBody(route)), 404, 'not_found');
      }
    }
  });

  it('bodies that are not JSON objects, and fields that do not exist', async () => {
    expect(withBody().length).toBeGreaterThan(15);
    for (const route of withBody()) {
      const send = (body: string, type = 'application/json') =>
        call(route, '1').set('content-type', type).send(body);
      for (const body of [
        '{',
        '{"a":}',
        '[]',
        'null',
        '"text"',
        '7',
        '{"__proto__": {"isAdmin": true}}',
        '\u0000',
      ]) {
        expectError(await send(body), 400, 'invalid_input');
      }
      const unknown = await send('{"noSuchField": 1, "constructor": 2}');
      expectError(unknown, 400, 'invalid_input');
      expect(unknown.body.error.details).toContainEqual({
        field: 'noSuchField',
        rule: 'is not a field of this request',
      });
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
        'application/xml',
        'application/jsonx',
        '',
      ]) {
        expectError(await send('a=1', type), 415, 'unsupported_media_type');
      }
      expectError(await send(`{"noSuchField": "${'x'.repeat(2 * 1024 * 1024)}"}`), 413, 'request_too_large');
    }
  });

  it('a body that nests endlessly', async () => {
    const deep = `{"notes": ${'['.repeat(200_000)}${']'.repeat(200_000)}}`;
    expectError(await post('/api/admin/users', deep), 400, 'invalid_input');
    const object = `${'{"filter":'.repeat(50_000)}1${'}'.repeat(50_000)}`;
    expectError(await post('/api/admin/channels/bulk', object), 400, 'invalid_input');
    const wide = `{"ids": [${'7,'.repeat(400_000)}7]}`;
    expectError(await post('/api/admin/channels/1/merge', wide), 400, 'invalid_input');
    const fields = Array.from({ length: 60_000 }, (_, index) => `"f${index}":0`);
    expectError(await post('/api/admin/auth/login', `{${fields.join()}}`), 400, 'invalid_input');
  });

  it('fields of the wrong type, each by its name', async () => {
    const answer = await house.ask('post', '/api/admin/users').send({
      username: ['ana'],
      password: 7,
      maxConnections: '3',
      isAdmin: 'yes',
      expiresAt: 'tomorrow',
      categoryIds: [1, 1],
      outputFormats: 'ts',
      joinBehindSeconds: 61,
      notes: null,
    });
    expectError(answer, 400, 'invalid_input');
    const fields = (answer.body.error.details as { field: string }[]).map(({ field }) => field);
    expect([...new Set(fields)].sort()).toEqual([
      'categoryIds',
      'expiresAt',
      'isAdmin',
      'joinBehindSeconds',
      'maxConnections',
      'notes',
      'outputFormats',
      'password',
      'username',
    ]);
  });

  it.each([
    'page=0',
    'page=-1',
    'page=1.5',
    'page=1e3',
    'page=99999999999999999999',
    'page=1&page=2',
    'page[]=1',
    'page=',
    'perPage=0',
    'perPage=201',
    'perPage=all',
    'isAdmin=maybe',
    'sort=password',
    'order=up',
    'status=Nobody',
    'search=%00',
    'search=a%0d%0aSet-Cookie:x',
    `search=${'x'.repeat(101)}`,
    'isAdmin=true&noSuch=1',
    '__proto__[x]=1',
  ])('the query %s', async (query) => {
    expectError(await house.ask('get', `/api/admin/users?${query}`), 400, 'invalid_input');
  });

  it('a page beyond the last with no rows', async () => {
    const answer = await house.ask('get', '/api/admin/users?page=1000000&perPage=200');
    expect([answer.status, answer.body.items]).toEqual([200, []]);
    expect(answer.body.total).toBeGreaterThan(0);
  });

  it.each([
    "' OR 1=1 --",
    '%',
    '_',
    '*',
    '[',
    ']',
    '?',
    '\\',
    '(',
    '^a',
    '[^x]',
    '***',
    '"; DROP TABLE users',
  ])('to be fooled by the search for %s', async (text) => {
    const answer = await house.ask('get', `/api/admin/users?search=${encodeURIComponent(text)}`);
    expect([answer.status, answer.body.total]).toEqual([200, 0]);
  });

  it('control characters wherever names are taken', async () => {
    for (const text of ['a\r\nX-Evil: 1', 'a\u0000b', 'a\u001b[31m', 'a\u2028b', '\ud800', '   ']) {
      const answers = [
        await house.ask('post', '/api/admin/users').send({ username: text }),
        await house.ask('post', '/api/admin/categories').send({ name: text }),
        await house.ask('post', '/api/admin/sources').send({ url: 'http://lists.invalid/a', name: text }),
        await house.ask('post', '/api/admin/channels').send({ name: text, categoryId: 1 }),
      ];
      for (const answer of answers) expectError(answer, 400, 'invalid_input');
    }
    for (const message of ['a\r\nb', 'a\u0000']) {
      expectError(await house.ask('patch', '/api/admin/settings').send({ message }), 400, 'invalid_input');
    }
    const notes = await house.ask('patch', '/api/admin/users/1').send({ notes: 'one\ntwo\u0000' });
    expectError(notes, 400, 'invalid_input');
  });

  describe('addresses that lead nowhere:', () => {
    it.each([
      '/api',
      '/api/admin',
      '/api/admin/nothing',
      '/api/admin/users/1/nothing',
      '/api/admin/%2e%2e%2f%2e%2e%2fetc/passwd',
      '/api/..%2f..%2fsecrets.json',
      '/API/ADMIN/nothing',
    ])('%s', async (path) => {
      expectError(await house.ask('get', path), 404, 'not_found');
    });

    it('the wrong method', async () => {
      expectError(await house.ask('put', '/api/admin/users'), 404, 'not_found');
    });

    it('an address that cannot be read', async () => {
      expectError(await house.ask('get', '/api/admin/users/%zz'), 400, 'invalid_input');
      expectError(await house.ask('get', `/api/admin/users/${'9'.repeat(3000)}`), 414, 'invalid_input');
    });

    it('outside the API, in plain text', async () => {
      const { port } = new URL(house.url);
      for (const path of ['/nothing', '/apinothing', '/%2e%2e%2fsecrets.json', '/a/../../secrets.json']) {
        const answer = await ask(Number(port), { path });
        expect([answer.status, answer.headers['content-type'], answer.text]).toEqual([
          404,
          'text/plain; charset=utf-8',
          'Not Found\n',
        ]);
      }
      const unreadable = await ask(Number(port), { path: '/%zz' });
      expect([unreadable.status, unreadable.text]).toEqual([400, 'Bad Request\n']);
    });
  });

  it('nothing that is right', async () => {
    const answer = await house
      .ask('post', '/api/admin/categories')
      .set('content-type', 'application/json; charset=utf-8')
      .send(JSON.stringify({ name: 'Kids’ television – 子供' }));
    expect([answer.status, answer.body.name]).toEqual([201, 'Kids’ television – 子供']);
  });
});

/** Enough for a route to get as far as looking for the thing. */
function minimalBody({ method, path }: Route): object | undefined {
  if (method === 'get' || method === 'delete') return undefined;
  if (path.endsWith('/merge') || path.endsWith('/order')) return { ids: [1] };
  if (path.endsWith('/films/{id}/reset')) return { fields: ['title'] };
  if (path.endsWith('/films/{id}/match')) return { tmdbId: 1 };
  if (path.endsWith('/reset')) return { fields: ['name'] };
  if (path.endsWith('/streams')) return { address: 'http://tv.invalid/a.ts' };
  if (path.endsWith('{streamId}')) return { isEnabled: true };
  if (path.endsWith('/engines/{id}')) return { isDraining: true };
  if (/\/categories\/\{id\}\/guide$|\/guide\/preview$/.test(path)) return { placeholder: { kind: 'none' } };
  if (path.endsWith('/streams/order')) return { ids: [1] };
  return {};
}

describe('a disk that is full', () => {
  const store = new TestStore('sqlite');
  const logger = new RecordingLogger();
  let house: AdminHouse;
  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store, { logger });
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  it('is named to who wants to change something, and in the log, and changes go on when there is room', async () => {
    const add = (name: string) =>
      house.ask('post', '/api/admin/categories').send({ kind: 'live', name: name.padEnd(100, 'x') });
    const { writerSource } = house.house.database;
    // SQLite meets this bound as it meets the end of a disk.
    await writerSource.query('PRAGMA max_page_count = 1');
    let refused = await add('0');
    for (let n = 1; refused.status === 201; n++) refused = await add(String(n));
    expectError(refused, 503, 'database_unavailable');
    expect(refused.body.error.message).toMatch(/disk .* is full/);
    expect(logger.entries).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'a request failed',
        fields: expect.objectContaining({ error: expect.stringMatching(/disk .* is full/) }),
      }),
    );
    expect((await house.ask('get', '/api/admin/categories')).status).toBe(200);
    await writerSource.query('PRAGMA max_page_count = 1000000');
    expect((await add('again')).status).toBe(201);
  });
});
