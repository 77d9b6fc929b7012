import { afterAll, afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { MetricsRegistry } from '../../src/platform/metrics.js';
import { SystemClock } from '../../src/platform/clock.js';
import { RutubeClient } from '../../src/vod/rutube/rutube-client.js';
import { RutubeStreams } from '../../src/vod/rutube/rutube-streams.js';
import { anAppConfig } from '../builders/app-config.js';
import { bytesAt, openFileHost } from '../fakes/file-host.js';
import { makeHlsFolder, type HlsFolder } from '../fakes/hls-folder.js';
import { ask, type RawAnswer } from '../fakes/raw-http.js';
import { createRutubeHost, videoId, type RutubeHost } from '../fakes/rutube-host.js';
import { describeWithService } from '../fakes/services.js';
import { eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

jest.setTimeout(120_000);

const FILM = 500_000_001;
const SECONDS = 24;
const PATH = `/movie/ines/pass/${FILM}`;
const VIDEO = videoId(1);

describeWithService('ffmpeg', 'films of Rutube', () => {
  let film: HlsFolder;
  let host: RutubeHost;
  let house: StreamHouse;
  let lifecycle: Lifecycle;
  let client: RutubeClient;
  let streams: RutubeStreams;
  const retired: number[] = [];

  beforeAll(() => {
    film = makeHlsFolder(SECONDS);
  });
  afterAll(() => film.remove());

  beforeEach(async () => {
    retired.length = 0;
    host = await createRutubeHost({ streamFolder: film.folder });
    house = await openStreamHouse({ session: { lingerMs: 100, coldLingerMs: 50 } });
    lifecycle = new Lifecycle(new SilentLogger());
    const config = anAppConfig({ rutube: { baseUrl: host.url, requestsPerSecond: 1000 } });
    const clock = new SystemClock();
    client = new RutubeClient(config, lifecycle, clock, new MetricsRegistry());
    const ways = { retireWay: (id: number) => Promise.resolve(void retired.push(id)) };
    streams = new RutubeStreams(client, ways, config, clock, house.logger);
    house.rutube = streams;
    house.films.add(FILM, [{ locator: VIDEO, origin: 'rutube', container: 'm3u8' }]);
  });

  afterEach(async () => {
    house.filmPlayback.close();
    await house.close();
    await lifecycle.shutdown();
    await client.onModuleDestroy();
    await host.close();
  });

  function get(path: string, headers: Record<string, string> = {}): Promise<RawAnswer> {
    return ask(house.port, { path, headers });
  }

  /** Addresses of the segments, as paths. */
  async function segments(path = `${PATH}.m3u8`): Promise<string[]> {
    const { text } = await get(path);
    return [...text.matchAll(/^\.\.\/\.\.\/\.\.\/(\S+\.ts)$/gm)].map(([, at]) => `/${at}`);
  }

  const url = (ending: string): string => `http://127.0.0.1:${house.port}${PATH}${ending}`;

  /** Plays to the end as fast as it can; the seconds that were decoded. */
  async function play(ending: string, before: readonly string[] = []): Promise<number> {
    const args = ['-v', 'error', '-nostdin', ...before, '-i', url(ending), '-map', '0:v', '-map', '0:a'];
    const told = await output('ffmpeg', [...args, '-f', 'null', '-progress', 'pipe:1', '-']);
    return Number([...told.matchAll(/^out_time_us=(\d+)$/gm)].at(-1)?.[1]) / 1e6;
  }

  it('has its length and both its tracks, and plays to its end', async () => {
    const entries = 'format=duration:stream=codec_name';
    const told = await output('ffprobe', [
      '-v',
      'error',
      '-show_entries',
      entries,
      '-of',
      'json',
      url('.m3u8'),
    ]);
    const { format, streams } = JSON.parse(told) as {
      format: { duration: string };
      streams: { codec_name: string }[];
    };
    expect(Number(format.duration)).toBeCloseTo(SECONDS, 0);
    expect(streams.map(({ codec_name }) => codec_name).sort()).toEqual(['aac', 'h264']);
    expect(await play('.m3u8')).toBeCloseTo(SECONDS, 0);
  });

  it('is sought in without the segments before', async () => {
    expect(await play('.m3u8', ['-ss', '19'])).toBeCloseTo(SECONDS - 19, 0);
    const fetched = host.requests.all.filter(({ path }) => path.endsWith('.ts')).map(({ path }) => path);
    // ffmpeg looks at the first ones, and goes on where the nineteen seconds are.
    expect(fetched.filter((path) => /index[4-8]\.ts$/.test(path))).toEqual([]);
    expect(fetched.some((path) => path.endsWith('index11.ts'))).toBe(true);
  });

  it.each(['.mp4', '.ts', '.mkv', ''])('plays to its end as one stream at "%s"', async (ending) => {
    const answer = await get(`${PATH}${ending}`, { range: 'bytes=0-' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'video/mp2t', 'accept-ranges': 'none' });
    expect(answer.body[0]).toBe(0x47);
    expect(answer.body.length % 188).toBe(0);
    if (ending === '.mp4') expect(await play(ending)).toBeCloseTo(SECONDS, 0);
    await eventually(() => house.limiter.active(1) === 0);
  });

  it('hangs up when its viewer leaves', async () => {
    host.inject({ kind: 'slowFirstByte', ms: 600_000 }, { content: '/stream/1/index3.ts' });
    const player = house.player(`${PATH}.mp4`);
    await player.received(50_000);
    await host.requests.until(() => host.asked('/stream/1/index3.ts') === 1);
    player.leave();
    // One stays open to the API for the next question.
    await eventually(() => host.connections <= 1 && house.limiter.active(1) === 0);
  });

  it('asks Rutube once for looks that come together, and anew later', async () => {
    await Promise.all([
      get(`${PATH}.m3u8`),
      get(`${PATH}.m3u8`),
      ask(house.port, { method: 'HEAD', path: `${PATH}.m3u8` }),
    ]);
    expect(host.asked('/api/play/')).toBe(1);
  });

  it('tells players no address of another host, and fetches nothing but what the playlist names', async () => {
    const { text, headers } = await get(`${PATH}.m3u8`);
    expect(headers['content-type']).toBe('application/vnd.apple.mpegurl');
    expect(text).not.toMatch(/https?:|127\.0\.0\.1|pass/);
    expect(text).toContain('#EXT-X-ENDLIST');
    const [first = ''] = await segments();
    expect((await get(first)).status).toBe(200);
    expect((await get(first.replace(/\d+\.ts$/, '9999.ts'))).status).toBe(404);
    expect((await get(first.replace(/\d+\.ts$/, 'http:%2F%2Fexample.org%2F.ts'))).status).toBe(404);
    expect((await get('/hlsf/AAAAAAAAAAAAAAAAAAAAAAAA/0.ts')).status).toBe(403);
  });

  it('counts as one viewer however many segments are fetched, and ends for the next film', async () => {
    house.addUser({ maxConnections: 1 });
    house.films.add(FILM + 1, [{ locator: videoId(2), origin: 'rutube', container: 'm3u8' }]);
    const first = await segments();
    for (const at of first) expect((await get(at)).status).toBe(200);
    await eventually(() => house.limiter.active(1) === 1);
    const second = await segments(`/movie/ines/pass/${FILM + 1}.m3u8`);
    for (const at of second) await get(at);
    await eventually(() => house.limiter.active(1) === 1);
    expect((await get(first[0] ?? '')).status).toBe(403);
    expect((await get(second[0] ?? '')).status).toBe(200);
    house.addUser({ status: 'Disabled' });
    await house.filmPlayback.recheck();
    expect((await get(second[0] ?? '')).status).toBe(403);
    expect(house.limiter.active(1)).toBe(0);
  });

  it('goes on when its addresses run out in the middle', async () => {
    host.strictTokens = true;
    const [first = '', second = '', third = ''] = await segments();
    expect((await get(first)).status).toBe(200);
    // Another opening: the addresses of this one are over.
    await client.play(VIDEO);
    const answers = await Promise.all([get(second), get(third)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    // One that is neither of the others'.
    expect(host.asked('/api/play/')).toBe(3);
  });

  it('that is gone is not found, and its way is closed', async () => {
    host.gone.add(VIDEO);
    expect(await get(`${PATH}.m3u8`)).toMatchObject({
      status: 404,
      headers: { 'x-stream-error': 'not-found' },
    });
    expect(retired).toEqual([1]);
  });

  it('that must not be watched is told apart, and so is a Rutube that does not answer', async () => {
    host.refused.set(VIDEO, 'only in Russia');
    expect(await get(`${PATH}.m3u8`)).toMatchObject({
      status: 503,
      headers: { 'x-stream-error': 'licence' },
    });
    expect(retired).toEqual([1]);
    host.refused.clear();
    host.inject({ kind: 'html200' }, { route: 'play' });
    expect(await get(`${PATH}.m3u8`)).toMatchObject({
      status: 502,
      headers: { 'x-stream-error': 'bad-media' },
    });
    host.inject({ kind: 'status', code: 500 }, { route: 'play', times: 9 });
    const down = await get(`${PATH}.m3u8`);
    expect(down).toMatchObject({ status: 503, headers: { 'x-stream-error': 'unavailable' } });
    expect(down.headers['retry-after']).toBeDefined();
    expect(retired).toEqual([1]);
    // A refusal is an answer; what the operator sees is that it answers no more.
    expect(streams.figures).toMatchObject({
      ...{ state: 'degraded', asked: 3, failures: 2, errorRate: 2 / 3 },
      lastSuccessAt: expect.any(Number),
      lastFailureAt: expect.any(Number),
      lastError: expect.any(String),
    });
    expect(streams.keptAnswers).toEqual({ hits: 0, misses: 3 });
  });

  it('is taken from the next place where Rutube has it no more, and the other way round', async () => {
    const files = await openFileHost();
    host.gone.add(VIDEO);
    const file = { locator: files.add('/a.mp4', { size: 1000 }), container: 'mp4' };
    house.films.add(FILM, [{ locator: VIDEO, origin: 'rutube', container: 'm3u8' }, file]);
    expect((await get(`${PATH}.m3u8`)).body.equals(bytesAt(0, 1000))).toBe(true);
    const dead = { locator: `${files.url}/gone.mp4`, container: 'mp4' };
    house.films.add(FILM, [dead, { locator: videoId(2), origin: 'rutube', container: 'm3u8' }]);
    expect((await get(`${PATH}.mp4`)).headers['content-type']).toBe('video/mp2t');
    await files.close();
  });

  it('whose segments are gone is no empty stream', async () => {
    host.inject({ kind: 'status', code: 404 }, { route: 'stream', times: 99 });
    expect((await get(`${PATH}.mp4`)).status).toBe(404);
    host.heal();
    const [first = ''] = await segments();
    host.inject({ kind: 'status', code: 404 }, { route: 'stream', times: 99 });
    expect((await get(first)).status).toBe(404);
  });
});

function output(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let told = '';
    let complaints = '';
    child.stdout.on('data', (chunk: Buffer) => (told += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString('utf8')));
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 && complaints === '' ? resolve(told) : reject(new Error(complaints)),
    );
  });
}
