import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { gunzipSync } from 'node:zlib';
import { knownActions } from '../../src/faces/xtream/actions.js';
import { aCategory, aChannel, anAccount } from '../builders/catalog-builder.js';
import { violations } from '../conformance/contract.js';
import type { Shape } from '../conformance/contract.js';
import * as shapes from '../conformance/shapes.js';
import type { PlayerHouse } from '../fakes/player-house.js';
import { FakeChannels, FakeCredentials, openPlayerHouse } from '../fakes/player-house.js';
import { ask, askBytes } from '../fakes/raw-http.js';

const channels = new FakeChannels();
channels.categories = [
  aCategory({ id: 1, name: 'Noticias' }),
  aCategory({ id: 2, name: 'Deportes' }),
  aCategory({ id: 3 }),
];
channels.channels = [
  aChannel({ id: 101, epgChannelId: 'norte.es', logo: `http://l.test/${'x'.repeat(400)}.png` }),
  aChannel({ id: 102, categoryId: 2 }),
  aChannel({ id: 103, categoryId: 2, archiveDays: 2, isAdult: true }),
];
const credentials = new FakeCredentials();
credentials.add('m0t', anAccount());
credentials.add('m0t', anAccount({ id: 2, username: 'sport', allowedCategoryIds: [2] }));
credentials.add('m0t', anAccount({ id: 3, username: 'old', status: 'Expired', expiresAt: 1_767_225_600 }));
credentials.add('m0t', anAccount({ id: 4, username: 'banned', status: 'Banned' }));
credentials.add('m0t', anAccount({ id: 5, username: 'off', status: 'Disabled' }));
credentials.add('p&ss+ wörd=1', anAccount({ id: 6, username: 'odd user' }));

let house: PlayerHouse;
beforeAll(async () => {
  house = await openPlayerHouse({
    channels,
    credentials,
    activeConnections: (userId) => (userId === 1 ? 1 : 0),
  });
  await house.catalog.fresh();
});
afterAll(() => house.close());
beforeEach(() => credentials.forgive());

const login = 'username=ines&password=m0t';
const api = (query: string): string => `/player_api.php?${query}`;
const get = (path: string, headers = {}) => ask(house.port, { path, headers });
const json = async (path: string): Promise<unknown> => JSON.parse((await get(path)).text) as unknown;

function expectAccount(body: unknown, shape: Shape = shapes.USER_INFO): void {
  const { user_info, server_info, ...rest } = body as Record<string, unknown>;
  expect(violations(shape, user_info)).toEqual([]);
  expect(violations(shapes.SERVER_INFO, server_info)).toEqual([]);
  expect(rest).toEqual({});
}

describe('the account', () => {
  it('is told to who logs in', async () => {
    const answer = await get(api(login));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('no-store');
    const body = JSON.parse(answer.text);
    expectAccount(body);
    expect(body).toMatchObject({
      user_info: { username: 'ines', password: 'm0t', status: 'Active', active_cons: '1' },
      server_info: { url: '127.0.0.1', port: String(house.port), server_protocol: 'http', timezone: 'UTC' },
    });
    expect(credentials.seen).toContain(1);
  });

  it.each([
    'get_account_info',
    'get_profile',
    'get_user_info',
    'get_server_info',
    'panel',
    '',
    'constructor',
    '__proto__',
    '999',
  ])('answers the action "%s"', async (action) => {
    expectAccount(await json(api(`${login}&action=${action}`)));
  });

  it.each([
    ['old', 'Expired'],
    ['banned', 'Banned'],
    ['off', 'Disabled'],
  ])('%s gets its own state for every action, never a list', async (username, status) => {
    for (const action of ['', ...knownActions()]) {
      const answer = await get(api(`username=${username}&password=m0t&action=${action}`));
      expect(answer.status).toBe(200);
      const body = JSON.parse(answer.text);
      expectAccount(body);
      expect(body.user_info).toMatchObject({ auth: 1, status, active_cons: '0' });
    }
  });
});

describe('wrong credentials', () => {
  it.each([
    ['a wrong password', 'username=ines&password=wrong'],
    ['an unknown user', 'username=nobody&password=m0t'],
    ['no password', 'username=ines'],
    ['empty ones', 'username=&password='],
    ['nothing', ''],
  ])('%s: 200 with auth 0 and nothing else', async (_case, query) => {
    const answer = await get(api(`${query}&action=get_live_streams`));
    expect([answer.status, answer.text]).toEqual([200, '{"user_info":{"auth":0}}']);
  });

  it('too many of them: 429 and when to come back', async () => {
    for (let attempt = 0; attempt < 3; attempt++) await get(api('username=ines&password=wrong'));
    const answer = await get(api('username=ines&password=wrong'));
    expect(answer.status).toBe(429);
    expect(answer.headers['retry-after']).toBe('30');
    expect(answer.text).toBe('{"user_info":{"auth":0}}');
  });
});

describe('lists', () => {
  it('have rows by the contract, in the order of their numbers', async () => {
    const rows = (await json(api(`${login}&action=get_live_streams`))) as { stream_id: number }[];
    expect(rows.map((row) => row.stream_id)).toEqual([101, 102, 103]);
    for (const row of rows) expect(violations(shapes.LIVE_ROW, row)).toEqual([]);
  });

  it('name no category without channels', async () => {
    const rows = (await json(api(`${login}&action=get_live_categories`))) as { category_name: string }[];
    for (const row of rows) expect(violations(shapes.CATEGORY, row)).toEqual([]);
    expect(rows.map((row) => row.category_name)).toEqual(['Noticias', 'Deportes']);
  });

  it('show a viewer his categories only', async () => {
    const own = 'username=sport&password=m0t';
    expect(await json(api(`${own}&action=get_live_categories`))).toEqual([
      { category_id: '2', category_name: 'Deportes', parent_id: 0 },
    ]);
    const rows = (await json(api(`${own}&action=get_live_streams`))) as { stream_id: number }[];
    expect(rows.map((row) => row.stream_id)).toEqual([102, 103]);
    expect(await json(api(`${own}&action=get_live_streams&category_id=1`))).toEqual([]);
  });

  it.each([
    ['2', 2],
    ['1', 1],
    ['02', 2],
    ['0', 3],
    ['', 3],
    ['*', 3],
    ['all', 3],
    ['-1', 3],
    ['3', 0],
    ['4', 0],
    ['99999999999999999999', 0],
  ])('of category "%s" hold %d channels', async (category, count) => {
    expect(await json(api(`${login}&action=get_live_streams&category_id=${category}`))).toHaveLength(count);
  });

  it.each(['get_vod_categories', 'get_vod_streams', 'get_series_categories', 'get_series', 'get_epg'])(
    '%s is an empty array',
    async (action) => {
      expect((await get(api(`${login}&action=${action}`))).text).toBe('[]');
    },
  );

  it.each([
    ['get_vod_info&vod_id=7', shapes.UNKNOWN_FILM_SHAPE],
    ['get_series_info&series_id=7', shapes.UNKNOWN_SERIES_SHAPE],
    ['get_short_epg&stream_id=101&limit=2', shapes.NO_LISTINGS_SHAPE],
    ['get_simple_data_table&stream_id=101', shapes.NO_LISTINGS_SHAPE],
    ['get_simple_date_table&stream_id=abc', shapes.NO_LISTINGS_SHAPE],
  ])('%s has the shape of "nothing known"', async (action, shape) => {
    expect(violations(shape, await json(api(`${login}&action=${action}`)))).toEqual([]);
  });

  it('answer to numbers as to names', async () => {
    const byName = await get(api(`${login}&action=get_live_streams`));
    expect((await get(api(`${login}&action=202`))).body.equals(byName.body)).toBe(true);
    expect((await get(api(`${login}&action=207`))).text).toBe('{"epg_listings":[]}');
  });

  it('come compressed to who takes it, with a validator of their own', async () => {
    const path = api(`${login}&action=get_live_streams`);
    const plain = await get(path);
    const packed = await get(path, { 'accept-encoding': 'gzip, deflate' });
    expect(plain.headers['content-encoding']).toBeUndefined();
    expect(packed.headers['content-encoding']).toBe('gzip');
    expect(packed.headers['content-length']).toBe(String(packed.body.length));
    expect(gunzipSync(packed.body).equals(plain.body)).toBe(true);
    expect(packed.headers.etag).not.toBe(plain.headers.etag);
    expect(plain.headers.vary).toContain('Accept-Encoding');
    const refused = await get(path, { 'accept-encoding': 'gzip;q=0, *;q=0' });
    expect(refused.headers['content-encoding']).toBeUndefined();
  });

  it('are not sent again to who has them', async () => {
    const path = api(`${login}&action=get_live_streams`);
    const first = await get(path);
    const again = await get(path, { 'if-none-match': `W/"x", ${first.headers.etag!}` });
    expect([again.status, again.body.length, again.headers.etag]).toEqual([304, 0, first.headers.etag]);
    expect(again.headers['content-length']).toBeUndefined();
    expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
  });
});

describe('the old panel', () => {
  it('has account, categories and channels in one object', async () => {
    const answer = await get(`/panel_api.php?${login}`);
    expect(answer.headers['content-length']).toBe(String(answer.body.length));
    const body = JSON.parse(answer.text);
    expect(Object.keys(body)).toEqual(['user_info', 'server_info', 'categories', 'available_channels']);
    expect(violations(shapes.PANEL_USER, body.user_info)).toEqual([]);
    expect(violations(shapes.PANEL_SERVER, body.server_info)).toEqual([]);
    expect(Object.keys(body.categories)).toEqual(['live', 'movie', 'series']);
    for (const row of body.categories.live) expect(violations(shapes.CATEGORY, row)).toEqual([]);
    expect(Object.keys(body.available_channels)).toEqual(['101', '102', '103']);
    for (const row of Object.values(body.available_channels)) {
      expect(violations(shapes.PANEL_CHANNEL, row)).toEqual([]);
    }
  });

  it('keeps empty objects objects', async () => {
    credentials.add('m0t', anAccount({ id: 7, username: 'none', allowedCategoryIds: [77] }));
    const body = await json('/panel_api.php?username=none&password=m0t');
    expect(body).toMatchObject({ categories: { live: [], movie: [], series: [] }, available_channels: {} });
    expect(JSON.stringify(body)).toContain('"available_channels":{}');
  });

  it('refuses, and tells an inactive account its state, like its younger sister', async () => {
    expect((await get('/panel_api.php?username=ines&password=x')).text).toBe('{"user_info":{"auth":0}}');
    const body = await json('/panel_api.php?username=old&password=m0t');
    expect(Object.keys(body as object)).toEqual(['user_info', 'server_info']);
  });

  it('answers actions too', async () => {
    expect((await get(`/panel_api.php?${login}&action=get_epg&stream_id=101`)).text).toBe('[]');
  });
});

describe('ways to ask', () => {
  const wanted = async (): Promise<string> => (await get(api(`${login}&action=get_live_streams`))).text;
  const type = (value: string): Record<string, string> => ({ 'content-type': value });

  it.each([
    ['a form', '', type('application/x-www-form-urlencoded'), `${login}&action=get_live_streams`],
    [
      'a form with a charset',
      '',
      type('application/x-www-form-urlencoded; charset=UTF-8'),
      `${login}&action=202`,
    ],
    ['JSON', '', type('application/json'), '{"username":"ines","password":"m0t","action":202}'],
    ['an empty body', `${login}&action=202`, {}, ''],
    ['an empty form', `${login}&action=202`, type('application/x-www-form-urlencoded'), ''],
    ['an empty JSON body', `${login}&action=202`, type('application/json'), ''],
    ['{}', `${login}&action=202`, type('application/json'), '{}'],
    ['[]', `${login}&action=202`, type('application/json'), '[]'],
    ['broken JSON', `${login}&action=202`, type('application/json'), '{"a":'],
    ['{} as a form', `${login}&action=202`, type('application/x-www-form-urlencoded'), '{}'],
    ['an unknown type', '', type('application/x-smarters'), `${login}&action=202`],
    ['no type', '', {}, `${login}&action=202`],
    ['no sound type', `${login}&action=202`, type('///'), 'x'],
    ['multipart', `${login}&action=202`, type('multipart/form-data; boundary=x'), '--x--'],
    [
      'query before body',
      `${login}&action=202`,
      type('application/x-www-form-urlencoded'),
      'username=zz&action=1',
    ],
  ])('POST with %s', async (_case, query, headers, body) => {
    const answer = await ask(house.port, { method: 'POST', path: api(query), headers, body });
    expect([answer.status, answer.text]).toEqual([200, await wanted()]);
  });

  it('POST without any body', async () => {
    const answer = await askBytes(
      house.port,
      `POST ${api(`${login}&action=202`)} HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain('200 OK');
    expect(answer.endsWith(await wanted())).toBe(true);
  });

  it('no cookie, token or Accept header is needed, and a huge body is no login', async () => {
    const body = `${login}&x=${'y'.repeat(20_000)}`;
    const answer = await ask(house.port, {
      method: 'POST',
      path: '/player_api.php',
      headers: { accept: 'text/plain' },
      body,
    });
    expect(answer.text).toBe('{"user_info":{"auth":0}}');
  });

  it.each([
    `//player_api.php?${login}`,
    `///player_api.php?${login}`,
    `/player_api.php/?${login}`,
    `/Player_Api.PHP?${login}`,
    `/player_api?${login}`,
    '/player_api/ines/m0t',
    '/player_api/ines/m0t/get_profile',
    `/player_api.php?username=zz&username=ines&password=m0t`,
  ])('%s', async (path) => {
    expectAccount(await json(path));
  });

  it('decodes credentials: plus is a space in the query and a plus in a path', async () => {
    const { user_info } = (await json(api('username=odd+user&password=p%26ss%2B%20w%C3%B6rd%3D1'))) as {
      user_info: Record<string, unknown>;
    };
    expect(user_info).toMatchObject({ username: 'odd user', password: 'p&ss+ wörd=1' });
    const inPath = await json('/player_api/odd%20user/p&ss+%20w%C3%B6rd=1');
    expect(inPath).toMatchObject({ user_info: { auth: 1 } });
  });

  it.each(['/player_api.php', '/panel_api.php'])(
    'HEAD %s has the headers of GET and no body',
    async (path) => {
      for (const query of [login, 'username=ines&password=bad', `${login}&action=get_live_streams`]) {
        const got = await get(`${path}?${query}`);
        const head = await ask(house.port, { method: 'HEAD', path: `${path}?${query}` });
        expect([head.status, head.body.length]).toEqual([got.status, 0]);
        expect({ ...head.headers, date: '' }).toEqual({ ...got.headers, date: '' });
      }
    },
  );

  it('other methods are told which ones there are', async () => {
    const answer = await ask(house.port, { method: 'DELETE', path: api(login) });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, POST, HEAD, OPTIONS']);
  });

  it('supertest agrees', async () => {
    const answer = await supertest(house.url)
      .post('/player_api.php')
      .type('form')
      .send({ username: 'ines', password: 'm0t' });
    expectAccount(answer.body);
  });
});

describe('players on other origins', () => {
  it('are let in, with the origin echoed', async () => {
    const answer = await get(api(login), { origin: 'https://web.player.test' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://web.player.test',
      'access-control-allow-credentials': 'true',
    });
    expect(answer.headers.vary).toContain('Origin');
    expect((await get(api(login))).headers['access-control-allow-origin']).toBeUndefined();
  });

  it('may ask beforehand, without credentials', async () => {
    const answer = await ask(house.port, {
      method: 'OPTIONS',
      path: '/player_api.php',
      headers: {
        origin: 'https://web.player.test',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type, x-own',
        'access-control-request-private-network': 'true',
      },
    });
    expect([answer.status, answer.body.length, answer.headers['content-length']]).toEqual([
      204,
      0,
      undefined,
    ]);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': 'https://web.player.test',
      'access-control-allow-methods': 'GET, POST, HEAD, OPTIONS',
      'access-control-allow-headers': 'content-type, x-own',
      'access-control-allow-private-network': 'true',
    });
  });

  it('also get errors with the header', async () => {
    const answer = await get(api('username=x&password=y'), { origin: 'null' });
    expect(answer.headers['access-control-allow-origin']).toBe('null');
  });
});

describe('hostile headers', () => {
  it.each([
    ['"><script>', '127.0.0.1'],
    ['a.test/evil', '127.0.0.1'],
    ['a.test:99999', '127.0.0.1'],
    ['tv.home.test:80', 'tv.home.test'],
    ['[::1]:8080', '[::1]'],
  ])('Host %s leads to %s', async (host, url) => {
    const body = JSON.parse((await get(api(login), { host })).text);
    expect(body.server_info.url).toBe(url);
  });

  it('a request without a Host is told the address of the socket', async () => {
    const answer = await askBytes(house.port, `GET ${api(login)} HTTP/1.0\r\n\r\n`);
    expect(answer).toContain(`"url":"127.0.0.1","port":"${house.port}"`);
  });

  it('X-Forwarded-* of strangers are not believed', async () => {
    await get(api(login), {
      'x-forwarded-host': 'evil.test',
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '203.0.113.9',
    });
    expect(credentials.asked.at(-1)?.address).toBe('127.0.0.1');
    const body = JSON.parse((await get(api(login), { 'x-forwarded-host': 'evil.test' })).text);
    expect(body.server_info.url).toBe('127.0.0.1');
  });
});
