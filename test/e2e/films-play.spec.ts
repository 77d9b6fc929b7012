import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { bytesAt, openFileHost, type FileHost } from '../fakes/file-host.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { ask, type RawAnswer } from '../fakes/raw-http.js';
import { ScriptedHost } from '../fakes/scripted-host.js';
import { eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const FILM = 500_000_001;
const EPISODE = 1_500_000_001;
const MB = 1024 * 1024;
const HUGE = 9_000_000_000;

describe('playing films and episodes', () => {
  let host: FileHost;
  let house: StreamHouse;

  beforeEach(async () => {
    host = await openFileHost();
    house = await openStreamHouse({ session: { lingerMs: 100, coldLingerMs: 50 } });
  });

  afterEach(async () => {
    house.filmPlayback.close();
    await house.close();
    await host.close();
  });

  function get(path: string, range?: string, more: Record<string, string> = {}): Promise<RawAnswer> {
    return ask(house.port, { path, headers: { ...(range === undefined ? {} : { range }), ...more } });
  }

  /** A player that reads only what comes by itself. */
  function connect(
    path: string,
    headers: Record<string, string> = {},
  ): Promise<[ClientRequest, IncomingMessage]> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: house.port, path, headers, agent: false });
      outgoing.once('response', (incoming) => {
        incoming.on('error', () => {});
        resolve([outgoing, incoming]);
      });
      outgoing.once('error', reject);
      outgoing.end();
    });
  }

  it.each([
    [`/movie/ines/pass/${FILM}.mkv`],
    [`/movie/ines/pass/${FILM}.wrong`],
    [`/movie/ines/pass/${FILM}`],
    [`/ines/pass/${FILM}.mkv`],
    [`/streaming/vod.php?username=ines&password=pass&stream=${FILM}&extension=mkv`],
    [`/series/ines/pass/${EPISODE}.mkv`],
    [`/ines/pass/${EPISODE}`],
  ])('sends the whole file at %s', async (path) => {
    const address = host.add('/a.mkv', { size: 300_000 });
    house.films.add(FILM, [{ locator: address }]);
    house.films.add(EPISODE, [{ locator: address }]);
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': 'video/x-matroska',
      'content-length': '300000',
      'accept-ranges': 'bytes',
    });
    expect(answer.headers['content-range']).toBeUndefined();
    expect(answer.body.equals(bytesAt(0, 300_000))).toBe(true);
  });

  it.each([
    ['bytes=0-', 0, 1000],
    ['bytes=10-19', 10, 10],
    ['bytes=990-5000', 990, 10],
    ['bytes=-25', 975, 25],
    ['bytes=-5000', 0, 1000],
  ])('answers %s exactly', async (range, first, length) => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 1000 }) }]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`, range);
    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${first}-${first + length - 1}/1000`,
      'content-length': String(length),
    });
    expect(answer.body.equals(bytesAt(first, length))).toBe(true);
  });

  it('sends all for several ranges, and 416 with the size beyond the end', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 1000 }) }]);
    expect(await get(`/movie/ines/pass/${FILM}.mkv`, 'bytes=0-1,5-6')).toMatchObject({ status: 200 });
    const beyond = await get(`/movie/ines/pass/${FILM}.mkv`, 'bytes=1000-');
    expect(beyond.status).toBe(416);
    expect(beyond.headers['content-range']).toBe('bytes */1000');
  });

  it('passes If-Range and entity tags on', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 1000, etag: '"one"' }) }]);
    const path = `/movie/ines/pass/${FILM}.mkv`;
    expect((await get(path)).headers.etag).toBe('"one"');
    expect((await get(path, 'bytes=5-', { 'if-range': '"one"' })).status).toBe(206);
    expect(await get(path, 'bytes=5-', { 'if-range': '"two"' })).toMatchObject({
      status: 200,
      headers: { 'content-length': '1000' },
    });
  });

  it('answers HEAD with size and ranges, and takes no place for it', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }) }]);
    const answer = await ask(house.port, { method: 'HEAD', path: `/movie/ines/pass/${FILM}.mkv` });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-length': String(HUGE), 'accept-ranges': 'bytes' });
    expect(house.limiter.active(1)).toBe(0);
    await eventually(() => host.open === 0);
  });

  it('seeks far into a huge file, and hangs up at once at every seek', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }) }]);
    const path = `/movie/ines/pass/${FILM}.mkv`;
    for (const first of [0, 4_300_000_000, 8_999_000_000]) {
      const [player, incoming] = await connect(path, { range: `bytes=${first}-` });
      expect(incoming.headers['content-range']).toBe(`bytes ${first}-${HUGE - 1}/${HUGE}`);
      const chunk = await new Promise<Buffer>((resolve) => incoming.once('data', resolve));
      expect(chunk.subarray(0, 100).equals(bytesAt(first, 100))).toBe(true);
      player.destroy();
      await eventually(() => host.open === 0);
    }
    expect(host.bytesSent).toBeLessThan(200 * MB);
  });

  it('reads no further at the host than its player does', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }) }]);
    const [player, incoming] = await connect(`/movie/ines/pass/${FILM}.mkv`);
    incoming.pause();
    // Until the buffers of all sockets between are full.
    for (let before = -1, still = 0; still < 200;) {
      still = host.bytesSent === before ? still + 1 : 0;
      before = host.bytesSent;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(host.bytesSent).toBeLessThan(100 * MB);
    player.destroy();
    await eventually(() => host.open === 0);
  });

  it('says that a host without ranges has none', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 1000, noRanges: true }) }]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`, 'bytes=500-');
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'accept-ranges': 'none', 'content-length': '1000' });
    expect(answer.body.equals(bytesAt(0, 1000))).toBe(true);
  });

  it('sends a file of unknown length to its end', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 200_000, noLength: true }) }]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`);
    expect(answer.headers['content-length']).toBeUndefined();
    expect(answer.body.equals(bytesAt(0, 200_000))).toBe(true);
  });

  it('takes the next place where the first has nothing, a web page or the wrong part', async () => {
    const page = await new ScriptedHost().open();
    house.films.add(FILM, [
      { locator: `${host.url}/gone.mkv` },
      { locator: page.at('/login', '<html>log in</html>', 'text/html; charset=utf-8') },
      { locator: host.add('/lie.mkv', { size: 1000, lie: 5 }) },
      { locator: host.add('/good.mp4', { size: 1000 }), container: 'mp4' },
    ]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`, 'bytes=100-199');
    await page.close();
    expect(answer.status).toBe(206);
    expect(answer.headers['content-type']).toBe('video/mp4');
    expect(answer.body.equals(bytesAt(100, 100))).toBe(true);
  });

  it('passes no playlist on: its addresses are not for players', async () => {
    const text = '#EXTM3U\n#EXTINF:9,\nhttp://films.example/ines/secret/1.ts\n';
    const lists = await new ScriptedHost().open();
    const types = ['application/vnd.apple.mpegurl', 'text/plain', 'application/octet-stream'];
    for (const [at, type] of types.entries()) {
      const container = at === 2 ? 'm3u8' : '';
      house.films.add(FILM, [{ locator: lists.at(`/${at}`, text, type), container }]);
      const answer = await get(`/movie/ines/pass/${FILM}.mp4`);
      expect([type, answer.status, answer.text]).toEqual([type, 502, '']);
    }
    await lists.close();
  });

  it('follows redirects and sends what the list asks to send, secrets only to their own host', async () => {
    const door = await new ScriptedHost().open();
    const target = host.add('/a.mkv', { size: 1000 });
    const locator = door.at('/start', (response) => response.writeHead(302, { location: target }).end());
    const headers = { Referer: 'http://films.example/', Authorization: 'Bearer x' };
    house.films.add(FILM, [{ locator, userAgent: 'Films/1', headers }]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`, 'bytes=-10');
    expect(answer.status).toBe(206);
    expect(door.requests[0]?.headers).toMatchObject({ 'user-agent': 'Films/1', authorization: 'Bearer x' });
    expect(host.requests[0]?.headers).toMatchObject({ 'user-agent': 'Films/1', range: 'bytes=-10' });
    expect(host.requests[0]?.headers.authorization).toBeUndefined();
    await door.close();
  });

  it.each([
    [404, 404],
    [403, 503],
    [500, 503],
  ])('a host that answers %i is told as %i without a body', async (status, told) => {
    host.intercept = (_, response) => {
      response.writeHead(status).end('secret page');
      return true;
    };
    house.films.add(FILM, [{ locator: `${host.url}/a.mkv` }]);
    const answer = await get(`/movie/ines/pass/${FILM}.mkv`);
    expect(answer.status).toBe(told);
    expect(answer.body).toHaveLength(0);
  });

  it('knows who may watch what', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: 10 }), categoryId: 7 }]);
    const status = async (path: string): Promise<number> => (await get(path)).status;
    expect(await status(`/movie/ines/wrong/${FILM}.mkv`)).toBe(401);
    expect(await status(`/movie/ines/pass/${FILM + 1}.mkv`)).toBe(404);
    house.addUser({ allowedCategoryIds: [8] });
    expect(await status(`/movie/ines/pass/${FILM}.mkv`)).toBe(404);
    house.addUser({ allowedCategoryIds: [7] });
    expect(await status(`/movie/ines/pass/${FILM}.mkv`)).toBe(200);
    house.addUser({ status: 'Expired' });
    expect(await status(`/movie/ines/pass/${FILM}.mkv`)).toBe(403);
  });

  it('counts the several connections of one player as one viewer, and ends them for the next film', async () => {
    house.addUser({ maxConnections: 1 });
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }) }]);
    house.films.add(FILM + 1, [{ locator: host.add('/b.mkv', { size: HUGE }) }]);
    const path = `/movie/ines/pass/${FILM}.mkv`;
    const read = [await connect(path), await connect(path, { range: 'bytes=5000000000-' })];
    let closed = 0;
    for (const [, incoming] of read) {
      incoming.resume();
      incoming.once('close', () => closed++);
    }
    await eventually(() => house.limiter.active(1) === 1);
    expect(closed).toBe(0);
    const [next, incoming] = await connect(`/movie/ines/pass/${FILM + 1}.mkv`);
    incoming.resume();
    await eventually(() => closed === 2);
    expect(house.limiter.active(1)).toBe(1);
    next.destroy();
    await eventually(() => host.open === 0 && house.limiter.active(1) === 0);
  });

  it('ends a viewer whose account was closed', async () => {
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }) }]);
    const [, incoming] = await connect(`/movie/ines/pass/${FILM}.mkv`);
    incoming.resume();
    await house.filmPlayback.recheck();
    expect(incoming.destroyed).toBe(false);
    house.addUser({ status: 'Disabled' });
    await house.filmPlayback.recheck();
    await eventually(() => incoming.destroyed && host.open === 0);
  });

  it('never has more connections at a provider than it allows, and still seeks', async () => {
    house.providerLimits.set(3, 1);
    house.films.add(FILM, [{ locator: host.add('/a.mkv', { size: HUGE }), listSourceId: 3 }]);
    const path = `/movie/ines/pass/${FILM}.mkv`;
    const [, first] = await connect(path);
    const [second, incoming] = await connect(path, { range: 'bytes=5000-' });
    expect(incoming.statusCode).toBe(206);
    expect(host.open).toBe(1);
    await new Promise((resolve) => first.once('close', resolve).resume());
    const other = await get(path, 'bytes=0-9', { 'user-agent': 'another' });
    expect(other.status).toBe(503);
    expect(other.headers['retry-after']).toBeDefined();
    second.destroy();
    await eventually(() => host.open === 0);
    expect((await get(path, 'bytes=0-9')).status).toBe(206);
  });

  describe('on air', () => {
    let channels: HttpTsHost;
    const now = (): number => Math.floor(Date.now() / 1000);

    beforeEach(async () => {
      channels = await createHttpTsHost({ channels: ['plain'] });
    });
    afterEach(() => channels.close());

    it('joins the channel that shows the film', async () => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      house.films.add(FILM, [], [{ channelId, start: now() - 600, stop: now() + 3600 }]);
      const path = `/movie/ines/pass/${FILM}.ts`;
      expect(await ask(house.port, { method: 'HEAD', path })).toMatchObject({
        status: 200,
        headers: { 'content-type': 'video/mp2t' },
      });
      const player = house.player(path);
      expect(await player.opened()).toBe(200);
      await player.received(50_000);
      expect(player.data[0]).toBe(0x47);
      expect(house.playback.sessions()).toMatchObject([{ channelId }]);
    });

    it('gives a player of playlists one, which goes on when the film is over', async () => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      house.films.add(FILM, [], [{ channelId, start: now() - 600, stop: now() + 3600 }]);
      const path = `/movie/ines/pass/${FILM}.m3u8`;
      const head = await ask(house.port, { method: 'HEAD', path });
      expect(head.headers['content-type']).toBe('application/vnd.apple.mpegurl');

      const entry = (await get(path)).body.toString();
      expect(entry).toMatch(
        /^#EXTM3U\n[^]*#EXT-X-STREAM-INF:BANDWIDTH=[1-9]\d*,AVERAGE-BANDWIDTH=[1-9]\d*\n/,
      );
      const list = new URL(entry.trim().split('\n').at(-1) ?? '', `http://tv.test${path}`).pathname;
      house.films.add(FILM, [], [{ channelId, start: now() - 600, stop: now() - 1 }]);
      expect((await get(path)).status).toBe(404);

      const again = (await get(list)).body.toString();
      expect(again).toContain('#EXTINF:');
      const segment = new URL(again.trim().split('\n').at(-1) ?? '', `http://tv.test${list}`).pathname;
      expect((await get(segment)).body[0]).toBe(0x47);
      expect(house.playback.sessions()).toMatchObject([{ channelId, output: 'm3u8' }]);
    });

    it('gives an account without playlists the stream at any ending', async () => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      house.films.add(FILM, [], [{ channelId, start: now() - 600, stop: now() + 3600 }]);
      house.addUser({ allowedOutputFormats: ['ts'] });
      const player = house.player(`/movie/ines/pass/${FILM}.m3u8`);
      await player.received(50_000);
      expect(player.data[0]).toBe(0x47);
    });

    it.each(['mp4', 'm3u8'])('stands in at .%s where all places of the film fail', async (ending) => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      const gone = { locator: `${host.url}/gone.mp4` };
      house.films.add(FILM, [gone], [{ channelId, start: now() - 600, stop: now() + 3600 }]);
      house.films.add(FILM + 1, [gone], [{ channelId, start: now() + 600, stop: now() + 3600 }]);
      const path = `/movie/ines/pass/${FILM}.${ending}`;
      expect(await ask(house.port, { method: 'HEAD', path })).toMatchObject({ status: 200 });
      // What is being played as a file cannot go on as something else.
      expect((await get(path, 'bytes=5000-')).status).toBe(404);
      expect((await get(`/movie/ines/pass/${FILM + 1}.${ending}`)).status).toBe(404);

      if (ending === 'm3u8') {
        expect((await get(path)).body.toString()).toContain('/source.m3u8');
      } else {
        const player = house.player(path);
        await player.received(50_000);
        expect(player.data[0]).toBe(0x47);
      }
    });

    it('says when a film has not begun, and nothing of one that is over or on a channel not seen', async () => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      house.films.add(FILM, [], [{ channelId, start: now() + 600, stop: now() + 3600 }]);
      house.films.add(FILM + 1, [], [{ channelId, start: now() - 600, stop: now() - 1 }]);
      house.films.add(FILM + 2, [], [{ channelId: 99, start: now() - 600, stop: now() + 600 }]);
      const early = await get(`/movie/ines/pass/${FILM}.ts`);
      expect(early.status).toBe(425);
      expect(early.headers['x-stream-error']).toBe('not-begun');
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(590);
      expect((await get(`/movie/ines/pass/${FILM + 1}.ts`)).status).toBe(404);
      expect((await get(`/movie/ines/pass/${FILM + 2}.ts`)).status).toBe(404);
    });

    it('shows those who want slates when and where it comes, and costs them no connection', async () => {
      const channelId = house.channels.add(channels.urlOf('plain'));
      const start = now() + 10 * 86_400;
      house.films.add(FILM, [], [{ channelId, start, stop: start + 3600 }]);
      house.films.add(FILM + 1, [], [{ channelId, start: now() - 600, stop: now() - 1 }]);
      house.addUser({ slates: true, maxConnections: 1 });
      const path = `/movie/ines/pass/${FILM}.ts`;
      expect(await ask(house.port, { method: 'HEAD', path })).toMatchObject({ status: 200 });
      const player = house.player(path);
      expect(await player.opened()).toBe(200);
      await player.received(50_000);
      expect(player.data[0]).toBe(0x47);
      const [session] = house.playback.sessions();
      expect(session?.slate).toMatch(/^\d{1,2} \p{L}+ \d\d:\d\d on /u);
      expect(house.limiter.active(1)).toBe(0);
      expect((await get(`/movie/ines/pass/${FILM}.m3u8`)).body.toString()).toContain('source.m3u8');
      expect(house.playback.sessions().map(({ slate }) => slate)).toEqual([session?.slate, session?.slate]);
      expect((await get(`/movie/ines/pass/${FILM + 1}.ts`)).status).toBe(404);
    });
  });
});
