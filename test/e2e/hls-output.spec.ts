import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFrames, strictContinuity } from '../builders/ts-reader.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { ask, askBytes, type RawAnswer } from '../fakes/raw-http.js';
import { aceId, eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const NEWS = aceId(contentIdOf('news'));

describe('live channels as HLS', () => {
  let sim: EngineSimulator;
  let house: StreamHouse;
  let news: number;

  beforeEach(async () => {
    sim = await createSim({ contents: [{ name: 'news' }], burstSeconds: 15 });
    house = await openStreamHouse({
      engines: [sim.url],
      startGapMs: 0,
      session: { lingerMs: 100, coldLingerMs: 50 },
    });
    news = house.channels.add(NEWS);
  });

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await sim.close();
  });

  const get = (path: string, headers: Record<string, string> = {}): Promise<RawAnswer> =>
    ask(house.port, { path, headers });

  /** As players do: relative to the playlist. */
  const segmentPaths = (path: string, { text }: RawAnswer): string[] =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new URL(line, `http://host${path}`).pathname);

  it.each([
    (id: number) => `/live/ines/pass/${id}.m3u8`,
    (id: number) => `/ines/pass/${id}.m3u8`,
    (id: number) => `//live/ines/pass/${id}.m3u8?token=x`,
    (id: number) => `/streaming/live.php?username=ines&password=pass&stream=${id}&extension=m3u8`,
  ])('serve a playlist and its segments at %s', async (pathOf) => {
    const path = pathOf(news);
    const playlist = await get(path);
    expect(playlist.status).toBe(200);
    expect(playlist.headers).toMatchObject({
      'content-type': 'application/vnd.apple.mpegurl',
      'cache-control': 'no-store',
      'content-length': String(playlist.body.length),
    });
    expect(playlist.text).toMatch(/^#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n/);
    expect(playlist.text).not.toContain('pass');
    const [first = ''] = segmentPaths(path, playlist);
    expect(first).toMatch(/^\/hlsr\/[\w-]{24}\/\d+\.ts$/);
    const segment = await get(first);
    expect(segment.status).toBe(200);
    expect(segment.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'content-length': String(segment.body.length),
    });
    const frames = readFrames(segment.body);
    expect(frames[0]).toMatchObject({ frame: 0, intact: true });
    expect(strictContinuity(segment.body)).toEqual([]);
  });

  it('hold every picture once, in order, over all segments', async () => {
    const path = `/live/ines/pass/${news}.m3u8`;
    let paths: string[] = [];
    while (paths.length < 3) paths = segmentPaths(path, await get(path));
    const bytes = Buffer.concat(await Promise.all(paths.map(async (one) => (await get(one)).body)));
    const frames = readFrames(bytes).map(({ frame }) => frame);
    expect(frames).toEqual(frames.map((_, at) => (frames[0] ?? 0) + at));
    expect(sim.metrics.totalStarts).toBe(1);
    expect(house.playback.sessions()).toHaveLength(1);
  });

  it('answer HEAD without starting anything', async () => {
    const head = await ask(house.port, { method: 'HEAD', path: `/live/ines/pass/${news}.m3u8` });
    expect(head.status).toBe(200);
    expect(head.headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(sim.metrics.totalStarts).toBe(0);
    const playlist = await get(`/live/ines/pass/${news}.m3u8`);
    const [first = ''] = segmentPaths('/live/ines/pass/1.m3u8', playlist);
    const segment = await ask(house.port, { method: 'HEAD', path: first });
    expect([segment.status, Number(segment.headers['content-length'])]).toEqual([200, expect.any(Number)]);
  });

  it('may be read by web players on other origins', async () => {
    const headers = { origin: 'http://player.example' };
    const path = `/live/ines/pass/${news}.m3u8`;
    const playlist = await get(path, headers);
    const [first = ''] = segmentPaths(path, playlist);
    for (const answer of [
      playlist,
      await get(first, headers),
      await get('/hlsr/unknown-token/1.ts', headers),
    ]) {
      expect(answer.headers['access-control-allow-origin']).toBe(headers.origin);
    }
    const preflight = await ask(house.port, { method: 'OPTIONS', path: first, headers });
    expect(preflight.status).toBe(204);
  });

  it('refuse with a status: unknown tokens, segments that are gone, formats that are not allowed', async () => {
    const path = `/live/ines/pass/${news}.m3u8`;
    const [first = ''] = segmentPaths(path, await get(path));
    const status = async (target: string): Promise<number> => (await get(target)).status;
    expect(await status(first.replace(/hlsr\/..../, 'hlsr/AAAA'))).toBe(403);
    expect(await status(first.replace(/\d+\.ts$/, '1.ts'))).toBe(404);
    expect(await status(first.replace(/\d+\.ts$/, 'key.bin'))).toBe(404);
    expect((await ask(house.port, { method: 'DELETE', path: first })).status).toBe(405);
    expect(await status('/live/ines/pass/99.m3u8')).toBe(404);
    expect(await status(`/live/ines/wrong/${news}.m3u8`)).toBe(401);
    house.addUser({ allowedOutputFormats: ['ts'] });
    expect(await status(path)).toBe(406);
    house.addUser({ allowedOutputFormats: ['m3u8'] });
    expect(await status(path)).toBe(200);
    expect(await status(`/live/ines/pass/${news}.ts`)).toBe(406);
  });

  it('look at account and channel once, while nothing changes', async () => {
    const path = `/live/ines/pass/${news}.m3u8`;
    const first = await get(path);
    const { length } = house.credentials.asked;
    const again = await get(path);
    expect(again.status).toBe(200);
    expect(segmentPaths(path, again)[0]?.split('/')[2]).toBe(segmentPaths(path, first)[0]?.split('/')[2]);
    expect(house.credentials.asked).toHaveLength(length);
    // Another player of the same account shows who it is.
    expect((await get(path, { 'user-agent': 'another' })).status).toBe(200);
    expect(house.credentials.asked).toHaveLength(length + 1);
    expect((await get(path.replace('pass', 'wrong'))).status).toBe(401);
    house.credentials.add('changed', house.account());
    house.passes.forget();
    expect((await get(path)).status).toBe(401);
  });

  it('count a segment by what went out of it', async () => {
    const path = `/live/ines/pass/${news}.m3u8`;
    const [first = ''] = segmentPaths(path, await get(path));
    const { body } = await get(first);
    await eventually(() => house.playback.sessions()[0]?.bytes === body.length);
    // Nobody reads what came with the question: the connection cannot be used again.
    const asked = `GET ${first} HTTP/1.1\r\nHost: host\r\nContent-Length: 1000000\r\n\r\n`;
    expect(await askBytes(house.port, asked)).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*?connection: close\r\n/i);
  });

  it('tell what is wrong before the first segment', async () => {
    sim.control.inject({ kind: 'errorJson', text: 'failed to load content' }, { times: 20 });
    const answer = await get(`/live/ines/pass/${news}.m3u8`);
    expect([answer.status, answer.headers['x-stream-error'], answer.text]).toEqual([404, 'not-found', '']);
    sim.control.heal();
  });

  it('stop for a viewer who is thrown out', async () => {
    const path = `/live/ines/pass/${news}.m3u8`;
    const [first = ''] = segmentPaths(path, await get(path));
    expect((await get(first)).status).toBe(200);
    const [session] = house.playback.sessions();
    expect(session).toMatchObject({ output: 'm3u8', username: 'ines', channelId: news });
    expect(session?.bytes).toBeGreaterThan(10_000);
    house.playback.kick(session?.id ?? 0);
    expect((await get(first)).status).toBe(403);
    expect((await get(path)).status).toBe(403);
  });
});
