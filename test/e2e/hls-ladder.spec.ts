import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { BrowserPlayers } from '../fakes/browser-player.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { TsFileSource } from '../fakes/media/ts-file-source.js';
import { ask, type RawAnswer } from '../fakes/raw-http.js';
import { describeWithService } from '../fakes/services.js';
import { eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const FILM = [
  ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25'],
  ...['-f', 'lavfi', '-i', 'sine=sample_rate=48000', '-t', '20', '-pix_fmt', 'yuv420p'],
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '2', '-g', '40', '-sc_threshold', '0'],
  ...['-b:v', '4M', '-minrate', '4M', '-maxrate', '4M', '-bufsize', '4M', '-x264-params', 'nal-hrd=cbr'],
  ...['-c:a', 'aac', '-f', 'mpegts', 'pipe:1'],
];

describeWithService('ffmpeg', 'a ladder of HLS', () => {
  let film: Buffer;
  let host: HttpTsHost;
  let house: StreamHouse;
  let path: string;

  beforeAll(() => {
    film = spawnSync('ffmpeg', FILM, { maxBuffer: 64 * 1024 * 1024 }).stdout;
  });

  beforeEach(async () => {
    host = await createHttpTsHost({ channels: [{ name: 'news', media: () => new TsFileSource(film) }] });
    house = await openStreamHouse({
      session: { lingerMs: 50, coldLingerMs: 50 },
      ffmpeg: { maxTranscodes: 1, videoOptions: '-preset ultrafast -threads 1' },
    });
    house.addUser({ transcodeProfile: 'ladder', maxConnections: 1 });
    path = `/live/ines/pass/${house.channels.add(host.urlOf('news'))}.m3u8`;
  });

  afterEach(async () => {
    await house.close();
    expect(house.streaming.ffmpeg.processes).toBe(0);
    await host.close();
  });

  const get = (at: string): Promise<RawAnswer> => ask(house.port, { path: at });

  /** Addresses of a playlist, as players resolve them. */
  const linesOf = (at: string, { text }: RawAnswer): string[] =>
    text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => new URL(line, `http://host${at}`).pathname);

  const probe = (bytes: Buffer, entries: string): string[] =>
    spawnSync(
      'ffprobe',
      ['-v', 'error', '-select_streams', 'v', '-show_entries', entries, '-of', 'csv=p=0', 'pipe:0'],
      { input: bytes },
    )
      .stdout.toString()
      .split('\n')
      .map((line) => line.trim().replace(/,+$/, ''))
      .filter((line) => line !== '');

  interface Listed {
    sequence: number;
    seconds: string;
    at: string;
    path: string;
  }

  async function listed(at: string): Promise<Listed[]> {
    const playlist = await get(at);
    expect(playlist.status).toBe(200);
    const first = Number(/MEDIA-SEQUENCE:(\d+)/.exec(playlist.text)?.[1]);
    const seconds = [...playlist.text.matchAll(/#EXTINF:([\d.]+),/g)].map(([, said = '']) => said);
    const times = [...playlist.text.matchAll(/DATE-TIME:(.*)/g)].map(([, said = '']) => said);
    return linesOf(at, playlist).map((line, index) => ({
      sequence: first + index,
      seconds: seconds[index] ?? '',
      at: times[index] ?? '',
      path: line,
    }));
  }

  it('offers what there is, starts only what is asked for, and cuts it as the source is cut', async () => {
    const master = await get(path);
    expect(master.status).toBe(200);
    expect(master.headers['content-type']).toBe('application/vnd.apple.mpegurl');
    const [own, small, ...others] = linesOf(path, master);
    expect(others).toEqual([]);
    const [first, second] = master.text.split('\n').filter((line) => line.startsWith('#EXT-X-STREAM-INF'));
    expect(first).toMatch(
      /BANDWIDTH=\d+,AVERAGE-BANDWIDTH=[345]\d{6},CODECS="avc1\.[\da-f]{6},mp4a\.40\.2",RESOLUTION=1280x720$/,
    );
    expect(second).toMatch(/CODECS="avc1\.64001f,mp4a\.40\.2",RESOLUTION=854x480$/);
    expect(house.streaming.ffmpeg.processes).toBe(0);

    const made = await listed(String(small));
    expect(house.streaming.ffmpeg.processes).toBe(1);
    const source = await listed(String(own));
    expect(source).toEqual(
      expect.arrayContaining(made.map((segment) => ({ ...segment, path: expect.stringMatching(/\d\.ts$/) }))),
    );

    for (const { path: at, sequence } of made) {
      const other = source.find((segment) => segment.sequence === sequence);
      const [here, there] = await Promise.all([get(at), get(String(other?.path))]);
      expect([here.status, there.status]).toEqual([200, 200]);
      expect(probe(here.body, 'stream=codec_name,width,height')[0]).toBe('h264,854,480');
      expect(probe(here.body, 'packet=pts')[0]).toBe(probe(there.body, 'packet=pts')[0]);
      expect(probe(here.body, 'packet=flags')[0]).toMatch(/^K/);
    }
    expect(house.playback.sessions()).toHaveLength(1);
    expect(house.playback.activeConnections(1)).toBeLessThanOrEqual(1);
  }, 60_000);

  it('keeps to what it promised, with room to spare', async () => {
    const master = await get(path);
    const [, small = ''] = linesOf(path, master);
    const promised =
      [...master.text.matchAll(/[:,]BANDWIDTH=(\d+)/g)].map(([, said]) => Number(said))[1] ?? 0;
    for (const { path: at, seconds } of await listed(small)) {
      const { body } = await get(at);
      expect((body.length * 8) / Number(seconds)).toBeLessThanOrEqual(promised);
    }
  }, 60_000);

  it('gives up a rung that nobody asks for, and everything with its viewer', async () => {
    const [own = '', small = ''] = linesOf(path, await get(path));
    await listed(small);
    const [session] = house.playback.sessions();
    expect(house.playback.kick(session?.id ?? 0)).toBe(true);
    await eventually(() => house.streaming.hub.stats().length === 0 && host.openStreams === 0);
    expect((await get(small)).status).toBe(403);
    expect((await get(own)).status).toBe(403);
  }, 60_000);

  it('refuses a rung when as many streams are transcoded as may be; the others play on', async () => {
    house.addUser({ username: 'otto', transcodeProfile: 'ladder' });
    const other = `/live/otto/pass/${house.channels.add(host.urlOf('news'))}.m3u8`;
    await listed(linesOf(path, await get(path))[1] ?? '');
    const [own = '', small = ''] = linesOf(other, await get(other));
    const refused = await get(small);
    expect([refused.status, refused.headers['x-stream-error']]).toEqual([503, 'unavailable']);
    expect((await listed(own)).length).toBeGreaterThan(0);
    expect((await get(own.replace('source', '720p'))).status).toBe(503);
    expect((await get(own.replace('source', 'aac'))).status).toBe(404);
  }, 60_000);

  it('plays an endless stream as it is', async () => {
    const player = house.player(1);
    await player.received(300_000);
    expect(probe(player.data, 'stream=height')[0]).toBe('720');
    expect(house.streaming.ffmpeg.processes).toBe(0);
  });
});

describeWithService('chromium', 'a ladder of HLS in a browser', () => {
  let browser: BrowserPlayers;

  beforeAll(async () => {
    browser = await BrowserPlayers.open();
  }, 60_000);

  afterAll(() => browser.close());

  it('hls.js changes between the rungs while it plays', async () => {
    const film = spawnSync('ffmpeg', FILM, { maxBuffer: 64 * 1024 * 1024 }).stdout;
    const host = await createHttpTsHost({
      channels: [{ name: 'news', media: () => new TsFileSource(film) }],
    });
    const house = await openStreamHouse({ ffmpeg: { videoOptions: '-preset ultrafast -threads 1' } });
    house.addUser({ transcodeProfile: 'ladder' });
    const id = house.channels.add(host.urlOf('news'));
    const player = await browser.play('hls.js', `http://127.0.0.1:${house.port}/live/ines/pass/${id}.m3u8`);
    expect(await player.playedTo(2)).toMatchObject({ width: 1280, fatal: [] });
    await player.choose('smallest');
    const small = await player.shows(854);
    expect(small.fatal).toEqual([]);
    await player.choose('largest');
    const large = await player.shows(1280);
    expect(large.seconds).toBeGreaterThan(small.seconds);
    expect(large.fatal).toEqual([]);
    expect(house.playback.sessions()).toHaveLength(1);
    await player.close();
    await house.close();
    await host.close();
  }, 120_000);
});
