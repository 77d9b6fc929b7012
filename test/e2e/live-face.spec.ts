import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createHttpTsHost, type HostFault, type HttpTsHost } from '../fakes/http-ts-host.js';
import { ask } from '../fakes/raw-http.js';
import { aceId, eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const SECOND = 125_000;
const NEWS = aceId(contentIdOf('news'));
const SPORT = aceId(contentIdOf('sport'));

describe('the face of live channels', () => {
  let sim: EngineSimulator;
  let host: HttpTsHost;
  let house: StreamHouse;
  let news: number;

  beforeEach(async () => {
    sim = await createSim({ contents: [{ name: 'news' }, { name: 'sport' }] });
    host = await createHttpTsHost({ channels: ['plain'] });
    await open();
  });

  async function open(options: Partial<Parameters<typeof openStreamHouse>[0]> = {}): Promise<void> {
    const session = { lingerMs: 100, coldLingerMs: 50, ...options.session };
    house = await openStreamHouse({ engines: [sim.url], startGapMs: 0, ...options, session });
    news = house.channels.add(NEWS);
  }

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await sim.close();
    await host.close();
  });

  it.each([
    (id: number) => `/live/ines/pass/${id}.ts`,
    (id: number) => `/live/ines/pass/${id}`,
    (id: number) => `/ines/pass/${id}`,
    (id: number) => `/ines/pass/${id}.ts`,
    (id: number) => `//live/ines/pass/${id}.ts`,
    (id: number) => `/LIVE/ines/pass/${id}.ts?token=x`,
    (id: number) => `/streaming/live.php?username=ines&password=pass&stream=${id}&extension=ts`,
  ])('serves %s', async (path) => {
    const player = house.player(path(news));
    expect(await player.opened()).toBe(200);
    await player.received(SECOND / 4);
    expect(player.data[0]).toBe(0x47);
  });

  it('reads credentials percent-decoded', async () => {
    house.credentials.add('p ä/ß', house.account());
    const password = encodeURIComponent('p ä/ß');
    const answer = await ask(house.port, { method: 'HEAD', path: `/live/ines/${password}/${news}.ts` });
    expect(answer.status).toBe(200);
  });

  it('answers HEAD without touching engine or limit', async () => {
    const answer = await ask(house.port, { method: 'HEAD', path: `/live/ines/pass/${news}.ts` });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'accept-ranges': 'none',
      'cache-control': 'no-store',
    });
    expect(sim.metrics.requests.get('start')).toBeUndefined();
    expect(house.playback.sessions()).toEqual([]);
  });

  it('answers HEAD with the truth about user and channel', async () => {
    const status = async (path: string): Promise<number> =>
      (await ask(house.port, { method: 'HEAD', path })).status;
    expect(await status(`/live/ines/wrong/${news}.ts`)).toBe(401);
    expect(await status('/live/ines/pass/99.ts')).toBe(404);
  });

  it('answers Range with the whole, as live streams have no parts', async () => {
    const player = house.player(news, { headers: { range: 'bytes=0-0' } });
    expect(await player.opened()).toBe(200);
    expect(player.headers['content-range']).toBeUndefined();
    expect(player.headers['content-length']).toBeUndefined();
    await player.received(SECOND);
  });

  it('lets Kodi open a channel: HEAD, short GETs, then the real one, with one start', async () => {
    const path = `/live/ines/pass/${news}.ts`;
    house.addUser({ maxConnections: 1 });
    for (let round = 0; round < 2; round++) {
      await ask(house.port, { method: 'HEAD', path });
      const probe = house.player(path, { headers: { range: 'bytes=0-' } });
      await probe.received(1_000);
      probe.leave();
    }
    const player = house.player(path, { headers: { range: 'bytes=0-' } });
    await player.received(3 * SECOND);
    expect(sim.metrics.totalStarts).toBe(1);
    expect(player.isOver).toBe(false);
  });

  it('allows web players on other origins', async () => {
    const origin = 'http://player.example';
    const preflight = await ask(house.port, {
      method: 'OPTIONS',
      path: `/live/ines/pass/${news}.ts`,
      headers: { origin, 'access-control-request-headers': 'range' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'range',
    });
    const player = house.player(news, { headers: { origin } });
    await player.opened();
    expect(player.headers['access-control-allow-origin']).toBe(origin);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('refuses with a status and an empty body', async () => {
    house.credentials.add('pass', {
      ...house.account(),
      id: 2,
      username: 'old',
      status: 'Expired',
    });
    house.credentials.add('pass', {
      ...house.account(),
      id: 3,
      username: 'kid',
      allowedCategoryIds: [9],
    });
    const answers = [
      [`/live/ines/wrong/${news}.ts`, 401],
      [`/live/nobody/pass/${news}.ts`, 401],
      [`/live/old/pass/${news}.ts`, 403],
      [`/live/kid/pass/${news}.ts`, 404],
      ['/live/ines/pass/99.ts', 404],
    ] as const;
    for (const [path, status] of answers) {
      const answer = await ask(house.port, { path });
      expect([path, answer.status, answer.text]).toEqual([path, status, '']);
    }
    const throttled = await ask(house.port, { path: `/live/x/y/${news}.ts` }).then(() =>
      ask(house.port, { path: `/live/ines/pass/${news}.ts` }),
    );
    expect(throttled.status).toBe(429);
    expect(throttled.headers['retry-after']).toBe('30');
    expect(sim.metrics.totalStarts).toBe(0);
  });

  it('takes no other methods', async () => {
    const answer = await ask(house.port, { method: 'DELETE', path: `/live/ines/pass/${news}.ts` });
    expect(answer.status).toBe(405);
    expect(answer.headers['allow']).toBe('GET, HEAD, OPTIONS');
  });

  it('leaves addresses alone that are not its own', async () => {
    for (const path of [
      '/api/admin/42',
      '/assets/js/app.js',
      '/a/b/c',
      '/live/ines/pass/abc',
      '/x/y/1000000000',
    ]) {
      const answer = await ask(house.port, { path });
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect(house.credentials.asked).toEqual([]);
  });

  describe('with little patience', () => {
    beforeEach(async () => {
      await house.close();
      await open({
        acestream: { startTimeoutSeconds: 1, firstByteTimeoutSeconds: 1 },
        session: { keyframeMs: 1_500 },
      });
    });

    it.each([
      ['not found', { kind: 'errorJson', text: 'failed to load content' } as const, 404, 'not-found'],
      ['licence', { kind: 'licence' } as const, 503, 'licence'],
      ['an engine that resets', { kind: 'reset' } as const, 503, 'unavailable'],
      ['an engine that hangs', { kind: 'hangAll' } as const, 503, 'unavailable'],
      ['no peers', { kind: 'neverStart' } as const, 504, 'no-peers'],
    ])('tells what is wrong before the first byte: %s', async (_what, fault, status, reason) => {
      sim.control.inject(fault, { times: 20 });
      const answer = await ask(house.port, { path: `/live/ines/pass/${news}.ts` });
      expect(answer.status).toBe(status);
      expect(answer.headers['x-stream-error']).toBe(reason);
      expect(answer.body.length).toBe(0);
      sim.control.heal();
    });

    it('says 503 with Retry-After when every engine is down, and 404 for a channel without sources', async () => {
      sim.control.inject({ kind: 'restart', downMs: 60_000 });
      const down = await ask(house.port, { path: `/live/ines/pass/${news}.ts` });
      expect([down.status, down.headers['retry-after']]).toEqual([503, '10']);
      const empty = await ask(house.port, { path: `/live/ines/pass/${house.channels.add()}.ts` });
      expect(empty.status).toBe(404);
    });

    it.each<[string, HostFault, number, string]>([
      ['a web page', { kind: 'html200' }, 502, 'bad-media'],
      ['a redirect without end', { kind: 'redirectLoop' }, 502, 'bad-media'],
      ['503', { kind: 'http503' }, 503, 'unavailable'],
      ['404', { kind: 'status', code: 404 }, 404, 'not-found'],
      ['a reset', { kind: 'reset' }, 503, 'unavailable'],
      ['silence', { kind: 'blackhole' }, 504, 'timeout'],
      ['garbage', { kind: 'garbage', bytes: 300_000 }, 502, 'bad-media'],
    ])('tells what is wrong with a plain source: %s', async (_what, fault, status, reason) => {
      const id = house.channels.add(host.urlOf('plain'));
      host.inject(fault);
      const answer = await ask(house.port, { path: `/live/ines/pass/${id}.ts` });
      expect([answer.status, answer.headers['x-stream-error']]).toEqual([status, reason]);
    });
  });

  it('plays a plain source with the user agent and headers of its list', async () => {
    const id = house.channels.add();
    house.channels.addSource(id, {
      locator: host.urlOf('plain'),
      userAgent: 'Box/1',
      headers: { referer: 'http://portal.example/' },
    });
    const player = house.player(id);
    await player.received(SECOND);
    expect(player.frames()[0]).toMatchObject({ channelId: 1, intact: true });
    expect(host.requests.last?.headers).toMatchObject({
      'user-agent': 'Box/1',
      referer: 'http://portal.example/',
    });
    player.leave();
    await eventually(() => host.openStreams === 0);
  });

  it('tells the first working source of several, however the others fail', async () => {
    const id = house.channels.add(aceId('f'.repeat(40)), host.urlOf('plain'), NEWS);
    host.inject({ kind: 'http503' });
    const player = house.player(id);
    expect(await player.opened()).toBe(200);
    await player.received(SECOND);
    expect(house.streaming.hub.stats()[0]?.sourceId).toBe(4);
  });

  it('pre-empts the older stream of an account with one connection', async () => {
    house.addUser({ maxConnections: 1 });
    const sport = house.channels.add(SPORT);
    const old = house.player(news);
    await old.received(5 * SECOND);
    expect(house.playback.activeConnections(1)).toBe(1);
    const next = house.player(sport);
    await next.received(5 * SECOND);
    await old.ended();
    expect(house.playback.activeConnections(1)).toBe(1);
    expect(next.isOver).toBe(false);
  });

  it('makes the older stream of the account way when the engine has no other place', async () => {
    await house.close();
    house = await openStreamHouse({
      engines: [sim.url],
      startGapMs: 0,
      acestream: { maxStreamsPerEngine: 1 },
      session: { lingerMs: 60_000 },
    });
    house.addUser({ maxConnections: 1 });
    const old = house.player(house.channels.add(NEWS));
    await old.received(5 * SECOND);
    const next = house.player(house.channels.add(SPORT));
    await next.received(SECOND);
    await old.ended();
    expect(sim.metrics.maxOpenSessions).toBe(1);
  });

  it('lists who watches what, and ends a viewing on request', async () => {
    const player = house.player(news, { headers: { 'user-agent': 'Kodi/21' } });
    await player.received(SECOND);
    const [viewing] = house.playback.sessions();
    expect(viewing).toMatchObject({
      userId: 1,
      username: 'ines',
      channelId: news,
      channelName: `Canal ${news}`,
      address: '127.0.0.1',
      userAgent: 'Kodi/21',
      jumps: 0,
    });
    expect(viewing?.bytes).toBeGreaterThanOrEqual(SECOND / 2);
    expect(house.playback.kick(viewing?.id ?? 0)).toBe(true);
    await player.ended();
    expect(house.playback.sessions()).toEqual([]);
    expect(house.playback.kick(viewing?.id ?? 0)).toBe(false);
  });

  it('ends the viewings of an account that was closed meanwhile', async () => {
    const player = house.player(news);
    await player.received(SECOND);
    await house.playback.recheck();
    expect(player.isOver).toBe(false);
    house.addUser({ status: 'Disabled' });
    await house.playback.recheck();
    await player.ended();
    expect(house.playback.sessions()).toEqual([]);
  });

  it('writes one line per viewer, without name or password', async () => {
    const player = house.player(news, { headers: { 'user-agent': 'mpv' } });
    await player.received(SECOND);
    player.leave();
    await eventually(() => house.logger.entries.some(({ message }) => message === 'viewer left'));
    const lines = house.logger.entries.filter(({ message }) => message === 'viewer left');
    expect(lines).toHaveLength(1);
    expect(lines[0]?.fields).toMatchObject({
      url: `/live/***/***/${news}.ts`,
      channelId: news,
      agent: 'mpv',
      reason: 'left',
    });
    expect(JSON.stringify(house.logger.entries)).not.toContain('pass');
  });
});
