import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as immediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import { UsersService } from '../../src/users/users.service.js';
import { storeFilms } from '../builders/film-shelf.js';
import { aCategory, aChannel, anAccount, NOW } from '../builders/catalog-builder.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse, type AdminHouseOptions } from '../fakes/admin-house.js';
import { FakeClock } from '../fakes/fake-clock.js';
import {
  FakeChannels,
  FakeCredentials,
  FakeGuides,
  openPlayerHouse,
  type PlayerHouse,
} from '../fakes/player-house.js';
import { ask, type RawAnswer, type RawRequest } from '../fakes/raw-http.js';

/** What one request differs in from the next, whoever answers it. */
const ITS_OWN = ['date', 'x-request-id'];

function told({ status, headers, text }: RawAnswer): unknown {
  const kept = Object.entries(headers).filter(([name]) => !ITS_OWN.includes(name));
  return { status, headers: Object.fromEntries(kept), text };
}

/** The same address in a spelling that the door leaves to the router. */
const usual = (path: string): string => `/${path}`;

describe('a player at the door', () => {
  const LOGIN = 'username=ines&password=m0t';
  const API = `/player_api.php?${LOGIN}`;
  const GZIP = { 'accept-encoding': 'gzip' };
  let house: PlayerHouse;
  let credentials: FakeCredentials;
  let clock: FakeClock;
  let guides: FakeGuides;
  /** Requests that came to the router. */
  let routed: string[];

  beforeEach(async () => {
    clock = new FakeClock();
    guides = new FakeGuides();
    const channels = new FakeChannels();
    channels.categories = [aCategory({ id: 1 })];
    channels.channels = [aChannel({ id: 101 }), aChannel({ id: 102 })];
    const programmes = Array.from({ length: 60 }, (_, hour) => ({
      start: NOW - 600 + hour * 3600,
      stop: NOW + 3000 + hour * 3600,
      titles: [{ text: `Programme ${hour}` }],
      guideChannelId: 7,
    }));
    guides.add(101, programmes, 7);
    credentials = new FakeCredentials();
    credentials.add('m0t', anAccount());
    credentials.add('100%+ä&', anAccount({ id: 2, username: 'odd name' }));
    routed = [];
    house = await openPlayerHouse({
      ...{ channels, credentials, guides, clock },
      routes: (fastify) =>
        fastify.addHook('onRequest', (request, _reply, done) => {
          routed.push(request.url);
          done();
        }),
    });
    await house.catalog.fresh();
    await house.app.get(FilmLibrary, { strict: false }).fresh();
  });
  afterEach(() => house.close());

  const get = (path: string, headers = {}): Promise<RawAnswer> => ask(house.port, { path, headers });
  const titles = async (): Promise<string[]> => {
    const { text } = await get(`${API}&action=get_short_epg&stream_id=101&limit=1`);
    const { epg_listings } = JSON.parse(text) as { epg_listings: { title: string }[] };
    return epg_listings.map(({ title }) => Buffer.from(title, 'base64').toString());
  };

  it.each<[string, Record<string, string>?]>([
    [API],
    [`${API}&action=get_short_epg&stream_id=101`],
    [`${API}&action=get_short_epg&stream_id=101&limit=2`, { origin: 'https://web.test' }],
    [`${API}&action=get_short_epg&stream_id=101,102`],
    [`${API}&action=get_short_epg&stream_id=9`],
    [`${API}&action=get_simple_data_table&stream_id=101`],
    [`${API}&action=get_simple_data_table&stream_id=101`, GZIP],
    [`${API}&action=get_live_streams`, GZIP],
    [`${API}&action=get_live_streams`, { 'if-none-match': '*' }],
    [`${API}&action=get_live_categories&category_id=1&category_id=2`],
    [`${API}&action=get_vod_streams`],
    [`${API}&action=get_series_info&series_id=%`],
    [`${API}&action=`],
    ['/player_api.php?username=ODD+NAME&password=m0t'],
    ['/player_api.php?username=odd%20name&password=100%25%2B%C3%A4%26'],
    ['/player_api.php?username=odd+name&password=100%+%E4'],
    ['/player_api.php?username=ines&password=m0t#fragment'],
    ['/player_api.php?username=ines&password=m0t?x=1&password=m0t'],
    ['/player_api.php?username=ines'],
    ['/player_api.php?'],
    ['/player_api.php'],
    ['/player_api.php?username=ines&password=wrong'],
  ])('is told what the usual way tells: %s %j', async (path, headers = {}) => {
    const answers: unknown[] = [];
    for (const spelling of [usual(path), path, usual(path), path]) {
      credentials.forgive();
      answers.push(told(await get(spelling, headers)));
    }
    expect(answers.slice(1)).toEqual(Array.from({ length: 3 }, () => answers[0]));
    expect(routed).toEqual([usual(path), usual(path)]);
  });

  it.each<[string, Omit<RawRequest, 'path'>]>([
    ['HEAD', { method: 'HEAD' }],
    ['OPTIONS', { method: 'OPTIONS', headers: { origin: 'https://web.test' } }],
    ['POST', { method: 'POST', body: 'action=get_live_streams' }],
    ['GET with a body', { method: 'GET', headers: { 'content-length': '5' }, body: 'a=b&c' }],
    ['DELETE', { method: 'DELETE' }],
  ])('goes the usual way with %s', async (_name, request) => {
    const answers = [];
    for (const path of [API, usual(API)]) answers.push(told(await ask(house.port, { ...request, path })));
    expect(answers[0]).toEqual(answers[1]);
    expect(routed).toEqual([API, usual(API)]);
  });

  it('is verified each time, by the address he comes from', async () => {
    const path = `${API}&action=get_short_epg&stream_id=101`;
    const first = await get(path);
    expect(first.status).toBe(200);
    expect(credentials.asked).toEqual([{ username: 'ines', password: 'm0t', address: '127.0.0.1' }]);
    expect(credentials.seen).toEqual([1]);

    credentials.add('m0t', anAccount({ status: 'Banned' }));
    expect(JSON.parse((await get(path)).text)).toMatchObject({ user_info: { auth: 1, status: 'Banned' } });
    expect(credentials.seen).toEqual([1]);

    credentials.add('another', anAccount());
    const refused = JSON.parse((await get(path)).text) as unknown;
    expect(refused).toEqual({ user_info: { auth: 0 } });
    for (let times = 0; times < 2; times++) await get(path);
    const throttled = await get(path);
    expect([throttled.status, throttled.headers['retry-after']]).toEqual([429, '30']);
    expect(routed).toEqual([]);
  });

  it('hears of the next programme when one ends, and of a guide that changed', async () => {
    expect(await titles()).toEqual(['Programme 0']);
    await clock.advance(3_001_000);
    expect(await titles()).toEqual(['Programme 1']);

    const changed = { start: NOW, stop: NOW + 90_000, titles: [{ text: 'Changed' }], guideChannelId: 7 };
    guides.schedules.set(101, [changed]);
    house.events.emit('guide.changed', {});
    expect(await titles()).toEqual(['Changed']);
    expect(routed).toEqual([]);
  });

  it('is told of a failure as the usual way tells it', async () => {
    credentials.verify = () => Promise.reject(new Error('the database is away'));
    const answers = [told(await get(API)), told(await get(usual(API)))];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 500, text: 'Error\n' });
  });
});

describe('the film API at the door', () => {
  const MiB = 1024 ** 2;
  const DESCRIPTION = 'Two people meet in a town where it never rains. '.repeat(1_000);
  const PLAIN = { 'accept-encoding': 'identity' };
  const basic = (password: string): { authorization: string } => ({
    authorization: `Basic ${Buffer.from(`ines:${password}`).toString('base64')}`,
  });
  let store: TestStore;
  let house: AdminHouse;
  let port: number;
  let film: number;
  let viewer: number;
  /** Requests that came to the router. */
  let routed: string[];

  beforeEach(async () => {
    routed = [];
    store = new TestStore('sqlite');
    await store.make();
  });
  afterEach(async () => {
    await house.close();
    await store.drop();
  });

  async function open(options: Pick<AdminHouseOptions, 'movies' | 'http'> = {}): Promise<void> {
    house = await AdminHouse.open(store, { ...options, onRequest: (url) => routed.push(url) });
    port = Number(new URL(house.url).port);
    viewer = (await house.get(UsersService).add('ines', { password: 'first-pass' })).user.id;
    const films = Array.from({ length: 10 }, (_, at) => ({
      ...{ title: `Film ${at}`, description: DESCRIPTION, addedAt: at },
      ways: [{ originKey: `way ${at}` }],
    }));
    film = (await storeFilms(house.house.database, films))[0] ?? 0;
    await house.house.changes.check();
    await house.get(FilmLibrary).fresh();
  }
  const get = (path: string, headers = {}): Promise<RawAnswer> =>
    ask(port, { path, headers: { ...PLAIN, ...headers } });
  /** Asks until the answer is kept. */
  async function keep(path: string, headers = {}): Promise<void> {
    for (let times = 0; times < 3; times++) await get(path, headers);
    routed = [];
  }

  it('says what the usual way says, and is counted as that is', async () => {
    await open();
    const { etag = '' } = (await get('/api/movies')).headers;
    for (const path of [
      '/api/movies',
      '/api/movies?per_page=2&page=2',
      '/api/movies/search?q=film',
      `/api/movies/${film}`,
      '/api/genres',
    ]) {
      for (const headers of [{}, { 'accept-encoding': 'gzip' }, { 'if-none-match': etag }]) {
        // What is asked for again is compressed however much else was.
        for (const spelling of [usual(path), path]) await keep(spelling, headers);
        const answer = await get(path, headers);
        expect(told(answer)).toEqual(told(await get(usual(path), headers)));
        expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
        expect([path, headers, routed]).toEqual([path, headers, [usual(path)]]);
      }
    }
    const metrics = (await get('/metrics')).text;
    expect(metrics).toContain(
      'rooftop_http_requests_total{method="GET",route="/api/movies/:id",status="200"} 24',
    );
    expect(metrics).toContain('rooftop_http_request_seconds_count{route="/api/movies/:id"} 24');
    expect(metrics).toMatch(
      /rooftop_http_requests_total\{method="GET",route="\/api\/movies",status="304"\} [1-9]/,
    );
  });

  it.each<[string, Record<string, string>?]>([
    ['/api/movies?per_page=3&sort=added'],
    ['/api/movies?per_page=3&sort=added', { 'accept-encoding': 'gzip' }],
    ['/api/movies?q=film+3', { origin: 'https://web.test' }],
    ['/api/movies/search?q=film&page=2&per_page=4'],
    ['/api/movies?genre=None&year=1979&rating_gte=1&source=preview'],
    ['/api/movies?per_page=1', { 'if-none-match': '*' }],
  ])('lists what nobody asked for before as the usual way does: %s', async (path, headers = {}) => {
    await open();
    await keep('/api/genres');
    const atDoor = await get(path, headers);
    expect(routed).toEqual([]);
    // The second time it is compressed even though another page just was.
    await get(usual(path), headers);
    expect(told(atDoor)).toEqual(told(await get(usual(path), headers)));
  });

  it('leaves to the usual way what is asked with HEAD, for one film, or wrongly', async () => {
    await open();
    await keep('/api/movies');
    const head = await ask(port, { method: 'HEAD', path: '/api/movies', headers: PLAIN });
    expect([head.status, head.text]).toEqual([200, '']);
    expect((await get('/api/movies?page=0')).status).toBe(400);
    expect((await get('/api/movies?page=0')).status).toBe(400);
    expect((await get('/api/movies/12345')).status).toBe(404);
    expect(routed).toHaveLength(4);
  });

  it('shows films that changed', async () => {
    await open();
    await keep('/api/movies');
    const before = await get('/api/movies');
    await storeFilms(house.house.database, [{ title: 'A newer one', ways: [{ originKey: 'new' }] }]);
    await house.house.changes.check();
    await house.get(FilmLibrary).fresh();
    const after = await get('/api/movies');
    expect(after.text).toContain('A newer one');
    expect(after.headers.etag).not.toBe(before.headers.etag);
  });

  it('looks at the login each time, and counts a question once', async () => {
    await open({ movies: { requireLogin: true, requestsPerMinute: 11 } });
    const right = basic('first-pass');
    await keep('/api/movies', right);
    expect((await get('/api/movies', right)).status).toBe(200);
    expect(routed).toEqual([]);

    const without = await get('/api/movies');
    expect([without.status, without.headers['www-authenticate']]).toEqual([
      401,
      expect.stringMatching(/^Basic /),
    ]);
    expect((await get('/api/movies', basic('wrong'))).status).toBe(401);
    await house.get(UsersService).change(viewer, { isActive: false });
    expect((await get('/api/movies', right)).status).toBe(403);
    await house.get(UsersService).change(viewer, { isActive: true, password: 'second-pass' });
    expect((await get('/api/movies', right)).status).toBe(401);
    routed = [];
    expect((await get('/api/movies', basic('second-pass'))).status).toBe(200);
    expect(routed).toEqual([]);

    // Nine so far: the gate has counted each of them once.
    const left = [];
    for (let times = 0; times < 3; times++) {
      left.push((await get('/api/movies', basic('second-pass'))).status);
    }
    expect(left).toEqual([200, 200, 429]);
  });

  it('closes on a client that does not take its answer', async () => {
    await open({ http: { stalledSeconds: 0.3 } });
    await keep('/api/movies');
    const size = (await get('/api/movies')).body.length;
    const request = `GET /api/movies HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nAccept-Encoding: identity\r\n\r\n`;
    const stalled = connect(port, '127.0.0.1');
    stalled.on('error', () => undefined);
    const closed = once(stalled, 'close');
    stalled.pause().write(request.repeat(Math.ceil((24 * MiB) / size)));
    const { server } = house.app.getHttpAdapter().getInstance();
    const connections = promisify(server.getConnections.bind(server));
    while ((await connections()) === 0) await immediate();
    while ((await connections()) > 0) await immediate();
    stalled.resume();
    await closed;
    expect(routed).toEqual([]);
  });
});

describe('a real viewer at the door', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store);
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  it('is what his account is at that moment', async () => {
    const users = house.get(UsersService);
    const { id } = (await users.add('ines', { password: 'first-pass' })).user;
    const state = async (password: string): Promise<unknown> => {
      const path = `/player_api.php?username=ines&password=${password}`;
      const { text } = await ask(Number(new URL(house.url).port), { path });
      return (JSON.parse(text) as { user_info: { auth: number; status?: string } }).user_info;
    };
    for (let times = 0; times < 2; times++) {
      expect(await state('first-pass')).toMatchObject({ auth: 1, status: 'Active' });
    }
    await users.change(id, { isActive: false });
    expect(await state('first-pass')).toMatchObject({ auth: 1, status: 'Disabled' });
    await users.change(id, { isActive: true, expiresAt: 1 });
    expect(await state('first-pass')).toMatchObject({ auth: 1, status: 'Expired' });
    await users.change(id, { expiresAt: null, password: 'second-pass' });
    expect(await state('first-pass')).toEqual({ auth: 0 });
    expect(await state('second-pass')).toMatchObject({ auth: 1, status: 'Active' });
    await users.remove(id);
    expect(await state('second-pass')).toEqual({ auth: 0 });
  });
});
