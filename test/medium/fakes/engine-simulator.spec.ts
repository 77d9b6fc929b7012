import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TsChannel } from '../../builders/ts-builder.js';
import { FakeClock } from '../../fakes/fake-clock.js';
import { channelNumberOf } from '../../fakes/engine-simulator/engine-simulator.js';
import { inspectTs } from '../../fakes/media/inspect-ts.js';
import { SyntheticSource } from '../../fakes/media/synthetic-source.js';
import { StreamReader } from '../../fakes/stream-reader.js';
import { Bench, getJson, start, startUrl, stop, tryStart, UNKNOWN_SESSION } from './engine-caller.js';
import type { Envelope } from './engine-caller.js';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

interface Stat {
  status: string;
  progress: number;
  peers: number;
  speed_down: number;
  downloaded: number;
  livepos: { live_last: string };
}

/** One answer, byte for byte. */
async function rawGet(url: string): Promise<string> {
  const { hostname, port, pathname, search } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: engine.example:1234\r\n\r\n`);
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.on('error', () => socket.destroy());
  await once(socket, 'close');
  return Buffer.concat(parts).toString('latin1');
}

describe('starting and playing', () => {
  it('starts, gives every byte of the broadcast in order, and stops', async () => {
    const sim = await bench.sim();
    const session = await start(sim, 'one');
    const stream = await bench.read(session.playback_url);
    expect(stream.status).toBe(200);
    expect(stream.url).toMatch(/\/content\/[0-9a-f]{40}\/[0-9a-f]{32}$/);
    const expected = new SyntheticSource({
      bitrate: 1_000_000,
      channelId: channelNumberOf(session.infohash),
    });
    const bytes = await stream.atLeast(188 * 2000);
    const wanted: Buffer[] = [];
    for (let size = 0; size < bytes.length; size += wanted.at(-1)?.length ?? 0) {
      wanted.push(expected.next().data);
    }
    expect(Buffer.concat(wanted).subarray(0, bytes.length).equals(bytes)).toBe(true);
    expect(await getJson(session.stat_url)).toMatchObject({ response: { status: 'dl', peers: 12 } });
    expect(await stop(session)).toEqual({ response: 'ok', error: null });
    expect(await stream.ended).toBe('end');
    expect(await getJson(session.stat_url)).toEqual(UNKNOWN_SESSION);
    sim.assertInvariants({ expectedStarts: { one: 1, two: 0 } });
  });

  it('writes the addresses with the host the caller used, or with the one it was told', async () => {
    const sim = await bench.sim();
    const reply = await rawGet(`${startUrl(sim, 'one')}&x`.replace('format=json', 'format=redirect'));
    expect(reply).toMatch(/^HTTP\/1\.1 302 Found\r\n/);
    expect(reply).toMatch(/Location: http:\/\/engine\.example:1234\/ace\/r\/[0-9a-f]{40}\/[0-9a-f]{32}\r\n/);
    expect(reply).not.toContain('Content-Length');
    expect(reply).toContain('Connection: close');
    const other = await bench.sim({ publicHost: '127.0.0.9:6878' });
    expect((await start(other, 'one')).playback_url).toMatch(/^http:\/\/127\.0\.0\.9:6878\/ace\/r\//);
  });

  it('tells failures in JSON as 200 and in redirect mode as 500', async () => {
    const sim = await bench.sim();
    const { infohash, contentId } = sim.control.contentOf('one');
    const wrongNamespace = `${sim.url}/ace/getstream?id=${infohash}`;
    const asJson = await fetch(`${wrongNamespace}&format=json`);
    expect(asJson.status).toBe(200);
    expect(await asJson.json()).toEqual({ response: null, error: 'failed to load content' });
    const plain = await fetch(wrongNamespace);
    expect([plain.status, plain.headers.get('content-type')]).toEqual([500, 'text/plain']);
    expect(await plain.text()).toBe('failed to load content');
    const swapped = await getJson(`${sim.url}/ace/getstream?infohash=${contentId}&format=json`);
    expect(swapped).toMatchObject({ error: 'failed to load content' });
    expect(await getJson(`${sim.url}/ace/getstream?format=json`)).toMatchObject({
      error: 'missing content id',
    });
    expect((await start(sim, 'one', { by: 'id' })).infohash).toBe(infohash);
  });

  it('refuses other methods and unknown paths', async () => {
    const sim = await bench.sim();
    expect((await fetch(`${sim.url}/ace/getstream`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${sim.url}/nowhere`)).status).toBe(404);
  });

  it('holds the playback URL while it prebuffers', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, prebufMs: 3000 });
    const session = await start(sim, 'one');
    const held = bench.read(session.playback_url);
    await sim.until(({ metrics }) => metrics.requestsOf('playback') === 1);
    await clock.advance(1500);
    const stat = await getJson<Envelope<Stat>>(session.stat_url);
    expect(stat.response).toMatchObject({ status: 'prebuf', progress: 50 });
    expect(sim.metrics.requestsOf('content')).toBe(0);
    await clock.advance(1500);
    await (await held).atLeast(188);
  });

  it('or answers 500 until there is data', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, prebufMs: 3000, warmup: '500' });
    const session = await start(sim, 'one');
    expect((await fetch(session.playback_url)).status).toBe(500);
    await clock.advance(3000);
    expect((await bench.read(session.playback_url)).status).toBe(200);
  });

  it('makes a start wait as long as it was told', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, startDelayMs: 150 });
    const started = start(sim, 'one');
    await sim.until(({ metrics }) => metrics.startsInFlight === 1);
    await clock.advance(149);
    expect(sim.metrics.sessionsOpened).toBe(0);
    await clock.advance(1);
    await started;
    expect(sim.metrics.maxParallelStarts).toBe(1);
  });

  it('gives a recording a length and ranges', async () => {
    const sim = await bench.sim({ contents: [{ name: 'film', isLive: false, vodSeconds: 2 }] });
    const session = await start(sim, 'film');
    expect(session.is_live).toBe(0);
    const whole = await fetch(session.playback_url);
    const bytes = Buffer.from(await whole.arrayBuffer());
    expect(whole.headers.get('content-length')).toBe(String(bytes.length));
    const part = await fetch(session.playback_url, { headers: { Range: 'bytes=188-375' } });
    expect([part.status, part.headers.get('content-range')]).toEqual([206, `bytes 188-375/${bytes.length}`]);
    expect(bytes.subarray(188, 376).equals(Buffer.from(await part.arrayBuffer()))).toBe(true);
    const beyond = await fetch(session.playback_url, { headers: { Range: 'bytes=999999999-' } });
    expect(beyond.status).toBe(416);
  });

  it.each([
    ['chunked', 'HTTP/1.1', 'chunked', undefined],
    ['close', 'HTTP/1.1', undefined, 'close'],
    ['rawHttp10', 'HTTP/1.0', undefined, undefined],
  ] as const)('frames a body %s', async (framing, version, encoding, connection) => {
    const sim = await bench.sim({ framing, contentType: 'application/octet-stream' });
    const session = await start(sim, 'one');
    const stream = await bench.read(session.playback_url);
    expect(stream.headers['transfer-encoding']).toBe(encoding);
    expect(stream.headers.connection).toBe(connection);
    expect(stream.headers['content-type']).toBe('application/octet-stream');
    expect((await stream.atLeast(188))[0]).toBe(0x47);
    stream.close();
    const again = await rawStatusLine(stream.url);
    expect(again.startsWith(`${version} 200`)).toBe(true);
  });

  it('may begin inside a packet', async () => {
    const sim = await bench.sim({ startOffset: 100 });
    const stream = await bench.read((await start(sim, 'one')).playback_url);
    const bytes = await stream.atLeast(188 * 3);
    expect([bytes[88], bytes[88 + 188]]).toEqual([0x47, 0x47]);
  });
});

async function rawStatusLine(url: string): Promise<string> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return first.toString('latin1').split('\r\n')[0] ?? '';
}

describe('what a content is made of', () => {
  it('a shape, or a file in a loop', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'content-'));
    bench.own(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'one.ts');
    writeFileSync(file, new TsChannel({ codec: 'mpeg2', audio: 'mp2', gopFrames: 10 }).seconds(2));
    const sim = await bench.sim({
      contents: [
        { name: 'hevc', profile: 'h265-ac3' },
        { name: 'file', file, burstSeconds: 5 },
      ],
    });
    const streams = [];
    for (const name of ['hevc', 'file']) {
      const stream = await bench.read((await start(sim, name)).playback_url);
      streams.push((await stream.atLeast(600_000)).subarray(0, 600_000));
    }
    const [hevc, looped] = streams.map((bytes) => inspectTs(bytes));
    expect([hevc?.continuityErrors, hevc?.keyframes]).toEqual([0, 3]);
    expect([looped?.continuityErrors, looped?.discontinuities]).toEqual([0, 1]);
    expect(streams[0]?.includes(Buffer.from([0, 0, 1, 0x40, 0x01]))).toBe(true);
  });
});

describe('sessions push each other out', () => {
  it('a newer start for the same content ends the older session', async () => {
    const sim = await bench.sim();
    const first = await start(sim, 'one', { pid: 'a' });
    const stream = await bench.read(first.playback_url);
    await stream.atLeast(188);
    const second = await start(sim, 'one', { pid: 'b' });
    await stream.ended;
    expect(await getJson(first.stat_url)).toEqual(UNKNOWN_SESSION);
    expect(await getJson(second.stat_url)).toMatchObject({ error: null });
    expect(sim.metrics.supersededBySelf).toBe(1);
    await stop(second);
    expect(() => sim.assertInvariants()).toThrow('superseded by ourselves: 1');
    sim.assertInvariants({ allow: { supersededBySelf: 1 } });
  });

  it('one pid plays one content, two pids two', async () => {
    const sim = await bench.sim();
    const one = await start(sim, 'one', { pid: 'a' });
    const two = await start(sim, 'two', { pid: 'b' });
    expect(sim.control.openSessions()).toHaveLength(2);
    await start(sim, 'two', { pid: 'a' });
    expect(await getJson(one.stat_url)).toEqual(UNKNOWN_SESSION);
    expect(await getJson(two.stat_url)).toEqual(UNKNOWN_SESSION);
    expect(sim.control.sessions().map(({ state }) => state)).toEqual(['stopped', 'superseded', 'dl']);
  });

  it('the token is that of pid and content, so a late stop hits the newer session', async () => {
    const sim = await bench.sim();
    const first = await start(sim, 'one', { pid: 'same' });
    const second = await start(sim, 'one', { pid: 'same' });
    expect(second.command_url).toBe(first.command_url);
    expect(second.playback_session_id).not.toBe(first.playback_session_id);
    const random = await bench.sim({ token: 'random' });
    const tokens = [await start(random, 'one'), await start(random, 'one')].map((s) => s.command_url);
    expect(new Set(tokens).size).toBe(2);
  });

  it('a load that a newer one overtakes fails', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, startDelayMs: 100 });
    const first = tryStart(sim, 'one', { pid: 'a' });
    await sim.until(({ metrics }) => metrics.startsInFlight === 1);
    const second = tryStart(sim, 'one', { pid: 'b' });
    await sim.until(({ metrics }) => metrics.startsInFlight === 2);
    await clock.advance(100);
    expect(await first).toEqual({ response: null, error: 'got newer download' });
    expect((await second).error).toBeNull();
  });

  it('somebody else may take a content over', async () => {
    const sim = await bench.sim();
    const session = await start(sim, 'one');
    const event = getJson(session.event_url ?? '');
    await sim.until(({ metrics }) => metrics.requestsOf('event') === 1);
    sim.control.steal('one');
    expect(await event).toEqual({
      response: { name: 'download_stopped', params: { reason: 'superseded' } },
      error: null,
    });
    expect(await getJson(session.event_url ?? '')).toEqual(UNKNOWN_SESSION);
    sim.assertInvariants();
  });
});

describe('readers of a progressive session', () => {
  it('a second one gets two status lines in a row; the first plays on', async () => {
    const sim = await bench.sim();
    const session = await start(sim, 'one');
    const first = await bench.read(session.playback_url);
    await first.atLeast(188);
    await expect(StreamReader.open(session.playback_url)).rejects.toThrow(/Parse Error/);
    expect(sim.metrics.corruptReplies).toBe(1);
    await first.atLeast(first.received + 188);
    await stop(session);
    expect(() => sim.assertInvariants()).toThrow('readers of one TS session: 2');
  });

  it('or takes the place of the first', async () => {
    const sim = await bench.sim({ secondReader: 'stealFirst' });
    const session = await start(sim, 'one');
    const first = await bench.read(session.playback_url);
    await first.atLeast(188);
    const second = await bench.read(session.playback_url);
    expect(await first.ended).toBe('end');
    await second.atLeast(188);
  });

  it('or gets the same bytes', async () => {
    const sim = await bench.sim({ secondReader: 'share' });
    const session = await start(sim, 'one');
    const first = await bench.read(session.playback_url);
    await first.atLeast(188 * 500);
    const second = await bench.read(session.playback_url);
    const later = (await second.atLeast(188 * 20)).subarray(0, 188 * 20);
    await first.until(() => first.bytes.includes(later));
    expect(first.bytes.includes(later)).toBe(true);
  });

  it('or is refused', async () => {
    const sim = await bench.sim({ secondReader: '500' });
    const session = await start(sim, 'one');
    await (await bench.read(session.playback_url)).atLeast(188);
    expect((await bench.read(session.playback_url)).status).toBe(500);
  });
});

describe('the end of a session', () => {
  it('a session nobody uses expires, and counts as leaked', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    const session = await start(sim, 'one');
    await clock.advance(59_999);
    expect(sim.control.openSessions()).toHaveLength(1);
    expect(() => sim.assertInvariants()).toThrow(/leaked sessions \[one\/pid-one dl\]: 1/);
    await clock.advance(1);
    expect(await getJson(session.stat_url)).toEqual(UNKNOWN_SESSION);
    expect(() => sim.assertInvariants()).toThrow(/leaked sessions \[one\/pid-one expired\]: 1/);
  });

  it('asking for statistics keeps it alive, unless the question says otherwise', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    const kept = await start(sim, 'one');
    const left = await start(sim, 'two');
    for (let i = 0; i < 3; i++) {
      await clock.advance(30_000);
      await getJson(kept.stat_url);
      await getJson(`${left.stat_url}?skip_player_activity=1`);
    }
    expect(sim.control.openSessions().map(({ content }) => content)).toEqual(['one']);
  });

  it('a reader keeps it alive, a paused one too unless told otherwise', async () => {
    const clock = new FakeClock();
    const options = { clock, tickMs: 1000, contents: [{ name: 'one', bitrateKbps: 8000, burstSeconds: 30 }] };
    for (const pausedReaderExpires of [false, true]) {
      const sim = await bench.sim({ ...options, pausedReaderExpires });
      const stream = await bench.read((await start(sim, 'one')).playback_url);
      stream.pause();
      await clock.advance(200_000);
      expect(sim.control.openSessions()).toHaveLength(pausedReaderExpires ? 0 : 1);
    }
  });

  it('counts stops: done, double, late', async () => {
    const sim = await bench.sim();
    const session = await start(sim, 'one');
    await stop(session);
    expect(await stop(session)).toEqual(UNKNOWN_SESSION);
    const stolen = await start(sim, 'two');
    sim.control.steal('two');
    await stop(stolen);
    const { stopsReceived, stopsDone, doubleStops, lateStops } = sim.metrics;
    expect([stopsReceived, stopsDone, doubleStops, lateStops]).toEqual([3, 1, 1, 1]);
    expect(() => sim.assertInvariants()).toThrow('double stops: 1');
  });

  it('names sessions that were made for a caller who had hung up', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, startDelayMs: 100 });
    const { hostname, port, pathname, search } = new URL(startUrl(sim, 'one'));
    const caller = connect(Number(port), hostname);
    caller.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: x\r\n\r\n`);
    await sim.until(({ metrics }) => metrics.startsInFlight === 1);
    caller.destroy();
    await sim.until(({ connections }) => connections === 0);
    await clock.advance(100);
    expect(() => sim.assertInvariants()).toThrow('had hung up: 1');
  });

  it('commands that are no stop are understood', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock });
    const { command_url: command } = await start(sim, 'one');
    const ok = { response: 'ok', error: null };
    expect(await getJson(`${command}?method=set_player_activity_timeout&timeout=5`)).toEqual(ok);
    expect(await getJson(`${command}?method=liveseek&pos=1`)).toEqual(ok);
    expect(await getJson(`${command}?method=dance`)).toEqual({ response: null, error: 'unknown method' });
    await clock.advance(5000);
    expect(sim.control.openSessions()).toHaveLength(0);
  });

  it('an event poll ends with nothing after its patience, and events may be texts', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, eventResponse: 'string', eventPollMs: 15_000 });
    const session = await start(sim, 'one');
    const empty = getJson(session.event_url ?? '');
    await sim.until(({ metrics }) => metrics.requestsOf('event') === 1);
    await clock.advance(15_000);
    expect(await empty).toEqual({ response: null, error: null });
    sim.control.failSegmenter('one');
    expect(await getJson(session.event_url ?? '')).toEqual({
      response: '{"name":"segmenter_failed","params":{}}',
      error: null,
    });
  });
});

describe('HLS', () => {
  it('lists a sliding window that every reader shares, byte by byte', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, contents: [{ name: 'one', bitrateKbps: 200 }] });
    const session = await start(sim, 'one', { hls: true });
    expect(session.playback_url).toMatch(/\/ace\/m\/[0-9a-f]{40}\/[0-9a-f]{32}\.m3u8$/);
    const list = await (await fetch(session.playback_url)).text();
    expect(list.match(/^#EXTINF:(\d+\.\d+)/gm)).toEqual(['#EXTINF:6.000', '#EXTINF:6.000', '#EXTINF:6.000']);
    expect(list).toContain('#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:0');
    const url = /^http.*\.ts$/m.exec(list)?.[0] ?? '';
    const [a, b] = await Promise.all([fetch(url), fetch(url)]);
    const [first, second] = [Buffer.from(await a.arrayBuffer()), Buffer.from(await b.arrayBuffer())];
    expect(first.equals(second)).toBe(true);
    expect(first.length % 188).toBe(0);
    for (let i = 0; i < 4; i++) {
      await clock.advance(30_000);
      await fetch(session.playback_url);
    }
    const later = await (await fetch(session.playback_url)).text();
    expect(later.match(/#EXTINF/g)).toHaveLength(17);
    expect(Number(/SEQUENCE:(\d+)/.exec(later)?.[1])).toBeGreaterThan(3);
    expect((await fetch(url)).status).toBe(404);
  });

  it('answers 403 when superseded, 500 when stopped, 404 when never known', async () => {
    const sim = await bench.sim();
    const first = await start(sim, 'one', { hls: true, pid: 'a' });
    const list = await (await fetch(first.playback_url)).text();
    const second = await start(sim, 'one', { hls: true, pid: 'b' });
    expect((await fetch(first.playback_url)).status).toBe(403);
    await stop(second);
    expect((await fetch(second.playback_url)).status).toBe(500);
    expect((await fetch(/^http.*\.ts$/m.exec(list)?.[0] ?? '')).status).toBe(404);
    expect((await fetch(second.playback_url.replace(/\w{32}\.m3u8/, `${'0'.repeat(32)}.m3u8`))).status).toBe(
      404,
    );
  });

  it('a session asked for in one form does not play in the other', async () => {
    const sim = await bench.sim();
    const progressive = await start(sim, 'one');
    expect((await fetch(progressive.playback_url.replace('/r/', '/m/'))).status).toBe(500);
    const list = await start(sim, 'two', { hls: true });
    expect((await fetch(list.playback_url.replace('/m/', '/r/').replace('.m3u8', ''))).status).toBe(500);
  });

  it('is the only form of an encrypted content', async () => {
    const sim = await bench.sim({ contents: [{ name: 'one', encrypted: true }] });
    const progressive = await start(sim, 'one');
    expect(progressive.is_encrypted).toBe(1);
    expect((await fetch(progressive.playback_url)).status).toBe(500);
    expect((await fetch((await start(sim, 'one', { hls: true })).playback_url)).status).toBe(200);
  });
});

describe('service calls', () => {
  it('answers in the three shapes of the engine', async () => {
    const sim = await bench.sim({ version: '3.2.3' });
    const webui = `${sim.url}/webui/api/service`;
    const version = { code: 3_020_300, platform: 'linux', version: '3.2.3' };
    expect(await getJson(`${webui}?method=get_version`)).toEqual({
      result: { ...version, websocket_port: 43_127 },
      error: null,
    });
    expect(await (await fetch(`${webui}?method=get_version&format=jsonp&callback=f`)).text()).toMatch(
      /^f\(\{"result":.*\}\);$/,
    );
    expect(await getJson(`${webui}?method=nothing`)).toEqual({ result: null, error: 'unknown method' });
    const api = `${sim.url}/server/api?api_version=3&method=`;
    expect(await getJson(`${api}get_status`)).toEqual({ result: { playlist_loaded: true, version } });
    expect(await getJson(`${api}get_network_connection_status`)).toEqual({ result: { connected: true } });
    expect(await getJson(`${api}nothing`)).toEqual({ error: { message: 'unknown method', code: 0 } });
  });

  it('resolves ids without playing', async () => {
    const sim = await bench.sim();
    const { contentId, infohash } = sim.control.contentOf('one');
    const api = `${sim.url}/server/api?api_version=3&method=`;
    expect(await getJson(`${api}get_media_files&content_id=${contentId}`)).toMatchObject({
      result: { infohash, type: 'live' },
    });
    expect(await getJson(`${api}get_content_id&infohash=${infohash}`)).toEqual({
      result: { content_id: contentId },
    });
    expect(
      await getJson(`${api}analyze_content&query=${encodeURIComponent(`acestream:?infohash=${infohash}`)}`),
    ).toMatchObject({ result: { title: 'one', is_live: true } });
    expect(sim.metrics.totalStarts).toBe(0);
  });

  it('searches in pages, infohashes only; with a token through the API', async () => {
    const contents = ['News 1', 'News 2', 'Sport'].map((name) => ({ name }));
    const sim = await bench.sim({ contents });
    const page = await getJson<{ result: { total: number; results: { items: object[] }[] } }>(
      `${sim.url}/search?query=news&page=1&page_size=1`,
    );
    expect(page.result.total).toBe(2);
    expect(page.result.results[0]?.items[0]).toMatchObject({ name: 'News 2', status: 2 });
    expect(JSON.stringify(page)).not.toContain(sim.control.contentOf('News 2').contentId);
    const api = `${sim.url}/server/api?method=`;
    expect(await getJson(`${api}search&query=news`)).toMatchObject({ error: { message: 'access denied' } });
    const { result } = await getJson<{ result: { token: string } }>(`${api}get_api_access_token`);
    expect(result.token).toMatch(/^[0-9a-f]{64}$/);
    expect(await getJson(`${api}search&query=sport&token=${result.token}`)).toMatchObject({
      result: { total: 1 },
    });
  });

  it('remembers the headers a route was called with', async () => {
    const sim = await bench.sim();
    await fetch(startUrl(sim, 'one'), { headers: { 'User-Agent': 'Somebody/1' } });
    expect(sim.metrics.lastHeaders.get('start')).toMatchObject({ 'user-agent': 'Somebody/1' });
  });
});

describe('close', () => {
  it('leaves no socket and no timer, whatever is going on', async () => {
    const clock = new FakeClock();
    const sim = await bench.sim({ clock, contents: [{ name: 'one' }, { name: 'slow', prebufMs: 5000 }] });
    const playing = await start(sim, 'one');
    const stream = await bench.read(playing.playback_url);
    await stream.atLeast(188);
    const slow = await start(sim, 'slow');
    const held = outcome(fetch(slow.playback_url));
    const poll = outcome(fetch(slow.event_url ?? ''));
    sim.control.inject({ kind: 'stall', ms: 60_000 }, { forMs: 90_000 });
    await sim.until(({ metrics }) => metrics.requestsOf('event') + metrics.requestsOf('playback') === 3);
    expect(clock.pendingTimers).toBeGreaterThan(3);
    await sim.close();
    expect(await Promise.all([held, poll])).toEqual(['cut', 'cut']);
    await stream.ended;
    expect(clock.pendingTimers).toBe(0);
    expect(sim.pendingTimers).toBe(0);
    expect(sim.connections).toBe(0);
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap');
  });
});

function outcome(reply: Promise<Response>): Promise<string> {
  return reply.then(
    () => 'answered',
    () => 'cut',
  );
}
