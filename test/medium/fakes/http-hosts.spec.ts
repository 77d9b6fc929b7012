import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { FakeClock } from '../../fakes/fake-clock.js';
import { createHttpTsHost } from '../../fakes/http-ts-host.js';
import type { HostFault, HttpTsHost, HttpTsHostOptions } from '../../fakes/http-ts-host.js';
import { createListHost } from '../../fakes/list-host.js';
import type { ListHost, ListHostOptions } from '../../fakes/list-host.js';
import { inspectTs } from '../../fakes/media/inspect-ts.js';
import { SyntheticSource } from '../../fakes/media/synthetic-source.js';
import { StreamReader } from '../../fakes/stream-reader.js';
import { Bench } from './engine-caller.js';

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});
afterEach(() => bench.close());

describe('a host of plain HTTP channels', () => {
  async function aHost(options: Partial<HttpTsHostOptions> = {}): Promise<HttpTsHost> {
    const host = await createHttpTsHost({ channels: ['one', { name: 'Канал 2' }], ...options });
    bench.own(() => host.close());
    return host;
  }

  it('plays each channel with its own bytes and remembers who asked', async () => {
    const host = await aHost();
    const headers = { 'User-Agent': 'Player/2', Referer: 'http://portal.example/' };
    const stream = await bench.read(host.urlOf('Канал 2'), { headers });
    expect(stream.headers['content-type']).toBe('video/mp2t');
    const bytes = await stream.atLeast(188 * 300);
    const expected = new SyntheticSource({ bitrate: 1_000_000, channelId: 2 });
    const wanted = Buffer.concat(Array.from({ length: 40 }, () => expected.next().data));
    expect(bytes.subarray(0, 188 * 300).equals(wanted.subarray(0, 188 * 300))).toBe(true);
    expect(host.requests.last?.headers).toMatchObject({
      'user-agent': 'Player/2',
      referer: 'http://portal.example/',
    });
    expect(host.openStreams).toBe(1);
    stream.close();
    await host.requests.until(() => host.openStreams === 0);
    expect(host.maxOpenStreams).toBe(1);
  });

  it('knows only GET and HEAD and its own channels', async () => {
    const host = await aHost();
    expect((await bench.read(host.urlOf('nothing'))).status).toBe(404);
    expect((await bench.read(`${host.url}/other`)).status).toBe(404);
    expect((await bench.read(host.urlOf('one'), { method: 'POST' })).status).toBe(405);
    const head = await bench.read(host.urlOf('one'), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    expect(host.maxOpenStreams).toBe(0);
  });

  it('plays as HLS', async () => {
    const clock = new FakeClock();
    const host = await aHost({ clock, channels: [{ name: 'one', bitrateKbps: 200 }] });
    const list = await (await bench.read(host.urlOf('one', 'm3u8'))).text();
    expect(list.match(/#EXTINF:4\.000,\n\.\.\/segment\/one\/\d\.ts/g)).toHaveLength(3);
    const segment = await bench.read(`${host.url}/segment/one/1.ts`);
    await segment.ended;
    const report = inspectTs(segment.bytes);
    expect([report.strayBytes, report.continuityErrors, report.keyframes]).toEqual([0, 0, 2]);
    expect((await bench.read(`${host.url}/segment/one/99.ts`)).status).toBe(404);
    const stale = host.inject({ kind: 'hlsListStale' });
    await clock.advance(20_000);
    expect(await (await bench.read(host.urlOf('one', 'm3u8'))).text()).toBe(list);
    stale.remove();
    expect(await (await bench.read(host.urlOf('one', 'm3u8'))).text()).not.toBe(list);
  });

  it.each([
    ['html200', { kind: 'html200' }, 200, /<!DOCTYPE html>/],
    ['503', { kind: 'http503' }, 503, /busy/],
    ['403', { kind: 'status', code: 403 }, 403, /refused/],
  ] as const)('answers %s', async (_name, fault: HostFault, status, text) => {
    const host = await aHost();
    host.inject(fault);
    const reply = await bench.read(host.urlOf('one'));
    expect(reply.status).toBe(status);
    expect(await reply.text()).toMatch(text);
    expect((await bench.read(host.urlOf('one'))).headers['content-type']).toBe('video/mp2t');
  });

  it('redirects once, or in circles', async () => {
    const host = await aHost();
    host.inject({ kind: 'redirect', location: host.urlOf('Канал 2') }, { content: 'one' });
    const stream = await bench.read(host.urlOf('one'));
    expect([stream.status, stream.url]).toEqual([200, host.urlOf('Канал 2')]);
    host.inject({ kind: 'redirectLoop' });
    expect((await bench.read(host.urlOf('one'))).status).toBe(302);
    expect(host.requests.of('/channel/one.ts')).toHaveLength(5);
  });

  it('never answers, answers late, stalls, drops, sends garbage', async () => {
    const clock = new FakeClock();
    const host = await aHost({ clock });
    const hole = host.inject({ kind: 'blackhole' });
    const never = StreamReader.open(host.urlOf('one')).then(
      () => 'answered',
      () => 'cut',
    );
    await host.requests.until(() => host.requests.all.length === 1);
    await clock.advance(60_000);
    hole.remove();
    host.resetConnections();
    expect(await never).toBe('cut');

    host.inject({ kind: 'slowFirstByte', ms: 3000 });
    const late = bench.read(host.urlOf('one'));
    await host.requests.until(() => host.requests.all.length === 2);
    expect(host.openStreams).toBe(0);
    await clock.advance(3000);
    (await late).close();
    await host.requests.until(() => host.openStreams === 0 && host.maxOpenStreams === 1);

    host.inject({ kind: 'dropFin', atBytes: 188 * 100 });
    expect(await (await bench.read(host.urlOf('one'))).ended).toBe('end');
    host.inject({ kind: 'stall', ms: 5000, atBytes: 1880 });
    host.inject({ kind: 'garbage', bytes: 100, atBytes: 3000 });
    const stalled = await bench.read(host.urlOf('one'));
    await stalled.atLeast(1880);
    await clock.advance(4999);
    expect(stalled.received).toBe(1880);
    await clock.advance(1);
    await stalled.atLeast(5000);
    expect(inspectTs(stalled.bytes).strayBytes).toBeGreaterThan(50);
  });
});

describe('a host of lists', () => {
  async function aHost(options: ListHostOptions = {}): Promise<ListHost> {
    const host = await createListHost(options);
    bench.own(() => host.close());
    return host;
  }
  const LIST = '#EXTM3U\n#EXTINF:-1,One\nacestream://0123456789012345678901234567890123456789\n';

  it('answers conditional requests', async () => {
    const lastModified = new Date(Date.UTC(2026, 0, 5));
    const host = await aHost({
      documents: {
        '/tagged': { body: LIST, contentType: 'audio/x-mpegurl' },
        '/weak': { body: LIST, etag: 'weak' },
        '/dated': { body: LIST, etag: 'none', lastModified },
        '/deaf': { body: LIST, ignoresConditions: true },
      },
    });
    const status = async (at: string, headers: Record<string, string>): Promise<number> =>
      (await bench.read(`${host.url}${at}`, { headers })).status;
    const first = await bench.read(`${host.url}/tagged`);
    const tag = first.headers.etag ?? '';
    expect([first.headers['content-type'], await first.text()]).toEqual(['audio/x-mpegurl', LIST]);
    expect(await status('/tagged', { 'If-None-Match': `"x", ${tag}` })).toBe(304);
    expect(await status('/tagged', { 'If-None-Match': '"x"' })).toBe(200);
    expect(await status('/weak', { 'If-None-Match': `W/${tag}` })).toBe(304);
    const since = (day: number): Record<string, string> => ({
      'If-Modified-Since': new Date(Date.UTC(2026, 0, day)).toUTCString(),
    });
    expect([await status('/dated', since(5)), await status('/dated', since(4))]).toEqual([304, 200]);
    expect(await status('/deaf', { 'If-None-Match': tag })).toBe(200);
    expect(await status('/nothing', {})).toBe(404);
  });

  it('changes what it serves from request to request', async () => {
    const host = await aHost();
    const url = host.put('list.m3u', { body: (request) => `list ${request}` });
    const texts = [await fetchText(url), await fetchText(url)];
    expect(texts).toEqual(['list 0', 'list 1']);
    host.remove('/list.m3u');
    expect((await bench.read(url)).status).toBe(404);
  });

  it('compresses by header or as a file', async () => {
    const host = await aHost({
      documents: { '/a': { body: LIST, gzip: 'encoding' }, '/a.gz': { body: LIST, gzip: 'file' } },
    });
    const encoded = await bench.read(`${host.url}/a`, { headers: { 'Accept-Encoding': 'gzip' } });
    await encoded.ended;
    expect(encoded.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(encoded.bytes).toString()).toBe(LIST);
    expect(await fetchText(`${host.url}/a`)).toBe(LIST);
    const file = await bench.read(`${host.url}/a.gz`);
    await file.ended;
    expect(file.headers['content-encoding']).toBeUndefined();
    expect(gunzipSync(file.bytes).toString()).toBe(LIST);
  });

  it('serves a folder and nothing above it', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'list-host-'));
    bench.own(() => rmSync(folder, { recursive: true }));
    writeFileSync(path.join(folder, 'guide.xml'), '<tv/>');
    const host = await aHost({ folder });
    expect(await fetchText(`${host.url}/guide.xml`)).toBe('<tv/>');
    for (const at of ['/', '/none.xml', '/..%2f..%2f..%2fetc%2fpasswd']) {
      expect((await bench.read(`${host.url}${at}`)).status).toBe(404);
    }
  });

  it('cuts a body short, drips it, never ends it, or swells', async () => {
    const clock = new FakeClock();
    const host = await aHost({ clock, documents: { '/list': LIST } });
    const url = `${host.url}/list`;
    host.inject({ kind: 'truncatedBody', atBytes: 10 });
    const cut = await bench.read(url);
    expect([await cut.ended, cut.received]).toEqual(['broken', 10]);

    host.inject({ kind: 'slowDrip', bytes: 40, everyMs: 1000 });
    const drip = await bench.read(url);
    await drip.atLeast(40);
    expect(drip.received).toBe(40);
    await clock.advance(1000);
    await drip.atLeast(LIST.length);
    await clock.advance(1000);
    expect(await drip.text()).toBe(LIST);

    host.inject({ kind: 'endlessBody' });
    const endless = await bench.read(url);
    await endless.atLeast(LIST.length * 1000);
    endless.close();

    host.inject({ kind: 'gzipBomb', bytes: 20_000_000 });
    const bomb = await bench.read(url);
    await bomb.ended;
    expect(bomb.received).toBeLessThan(100_000);
    expect(gunzipSync(bomb.bytes)).toHaveLength(20 * 1024 * 1024);

    host.inject({ kind: 'brokenGzip' });
    const broken = await bench.read(url);
    await broken.ended;
    expect(() => gunzipSync(broken.bytes)).toThrow('incorrect header check');
    expect(await fetchText(url)).toBe(LIST);
  });

  it('misbehaves like every other host', async () => {
    const clock = new FakeClock();
    const host = await aHost({ clock, documents: { '/list': LIST, '/moved': 'moved' } });
    const url = `${host.url}/list`;
    host.inject({ kind: 'redirect', location: '/moved' });
    expect(await fetchText(url)).toBe('moved');
    host.inject({ kind: 'html200' }, { content: '/list' });
    expect(await fetchText(url)).toContain('<!DOCTYPE html>');
    host.inject({ kind: 'refuse' }, { forMs: 1000 });
    await expect(StreamReader.open(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await clock.advance(1000);
    await host.requests.until(() => host.isListening);
    host.inject({ kind: 'blackhole' }, { times: 1 });
    const never = StreamReader.open(url).catch(() => 'cut');
    await host.requests.until(() => host.requests.of('/list').length === 3);
    await host.close();
    expect(await never).toBe('cut');
    expect([host.connections, host.pendingTimers, clock.pendingTimers]).toEqual([0, 0, 0]);
  });
});

async function fetchText(url: string): Promise<string> {
  return (await bench.read(url)).text();
}
