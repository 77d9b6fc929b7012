import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { FakeClock, settle } from '../../../test/fakes/fake-clock.js';
import type { Clock } from '../clock.js';
import { SystemClock } from '../clock.js';
import type { FetchOutcome, FetchRequest, HttpFetcherOptions } from './fetcher.js';
import { HttpFetcher } from './fetcher.js';

const servers: Server[] = [];
const fetchers: HttpFetcher[] = [];

afterEach(async () => {
  for (const fetcher of fetchers.splice(0)) await fetcher.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
});

async function host(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function fetcher(options: HttpFetcherOptions = {}, clock: Clock = new SystemClock()): HttpFetcher {
  const made = new HttpFetcher(clock, options);
  fetchers.push(made);
  return made;
}

function ask(url: string, more: Partial<FetchRequest> = {}): FetchRequest {
  return { url, allowPrivate: true, maxBytes: 1024 * 1024, timeoutMs: 20_000, ...more };
}

async function readAll(outcome: FetchOutcome): Promise<Buffer> {
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  const chunks: Uint8Array[] = [];
  for await (const chunk of outcome.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const get = async (
  url: string,
  more: Partial<FetchRequest> = {},
  options: HttpFetcherOptions = {},
): Promise<Buffer> => readAll(await fetcher(options).fetch(ask(url, more)));

describe('HttpFetcher', () => {
  it('fetches with the headers of the request and tells what came', async () => {
    let seen: IncomingMessage | undefined;
    const base = await host((req, res) => {
      seen = req;
      res.writeHead(200, { 'content-type': 'audio/x-mpegurl', etag: '"1"', 'last-modified': 'yesterday' });
      res.end('#EXTM3U');
    });
    const outcome = await fetcher().fetch(
      ask(`${base}/list?x=1`, {
        headers: { 'User-Agent': 'VLC', 'X-Key': 'k', Host: 'evil', 'Transfer-Encoding': 'x' },
      }),
    );
    expect(outcome).toMatchObject({
      kind: 'ok',
      status: 200,
      contentType: 'audio/x-mpegurl',
      etag: '"1"',
      lastModified: 'yesterday',
      finalUrl: `${base}/list?x=1`,
    });
    expect((await readAll(outcome)).toString()).toBe('#EXTM3U');
    expect(seen?.headers).toMatchObject({ 'user-agent': 'VLC', 'x-key': 'k', host: base.slice(7) });
    expect(seen?.url).toBe('/list?x=1');
  });

  it('sends user info as Basic authorization and keeps it out of the final address', async () => {
    let authorization: string | undefined;
    const base = await host((req, res) => {
      authorization = req.headers.authorization;
      res.end();
    });
    const outcome = await fetcher().fetch(ask(base.replace('//', '//anna:p%40ss%ZZ@')));
    expect(authorization).toBe(`Basic ${Buffer.from('anna:p%40ss%ZZ').toString('base64')}`);
    expect(outcome).toMatchObject({ finalUrl: `${base}/` });
    await readAll(outcome);
    await readAll(await fetcher().fetch(ask(base.replace('//', '//anna:p%40ss@'))));
    expect(authorization).toBe(`Basic ${Buffer.from('anna:p@ss').toString('base64')}`);
  });

  it('asks conditionally and recognises that nothing changed', async () => {
    const base = await host((req, res) => {
      res.writeHead(
        req.headers['if-none-match'] === '"1"' && req.headers['if-modified-since'] === 'x' ? 304 : 200,
      );
      res.end();
    });
    await expect(fetcher().fetch(ask(base, { etag: '"1"', lastModified: 'x' }))).resolves.toEqual({
      kind: 'not-modified',
    });
    await expect(fetcher().fetch(ask(base, { etag: '"2"' }))).resolves.toMatchObject({ kind: 'ok' });
  });

  it('refuses a 304 that nobody asked for, and every other status, without showing the answer', async () => {
    const base = await host((req, res) => {
      res.writeHead(Number(req.url?.slice(1)));
      res.end(req.url === '/304' ? undefined : 'secret error page');
    });
    for (const status of [204, 206, 304, 401, 404, 500, 503]) {
      const error: unknown = await get(`${base}/${status}`).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'fetch_failed', upstreamStatus: status });
      expect(String(error)).not.toContain('secret');
    }
  });

  it('tells how long the other side wants to be left alone', async () => {
    const clock = new FakeClock();
    const inAMinute = new Date(clock.now() + 60_000).toUTCString();
    const base = await host((req, res) => {
      res.writeHead(429, {
        'retry-after': decodeURIComponent(req.url?.slice(1) ?? ''),
        'content-type': 'x/y',
      });
      res.end();
    });
    const told = (after: string): Promise<unknown> =>
      fetcher({}, clock)
        .fetch(ask(`${base}/${encodeURIComponent(after)}`))
        .catch((e: unknown) => e);
    const upstream = (retryAfterSeconds: number | null): unknown =>
      expect.objectContaining({ upstream: { contentType: 'x/y', retryAfterSeconds } });
    expect(await told('7')).toEqual(upstream(7));
    expect(await told(inAMinute)).toEqual(upstream(60));
    expect(await told('soon')).toEqual(upstream(null));
  });

  it('names what went wrong and hides the credentials of the address', async () => {
    const base = await host((_, res) => res.end());
    servers.pop()?.close();
    const error: unknown = await get(
      `${base.replace('//', '//anna:hunter@')}/live/u/hunter/1.ts?password=hunter`,
    ).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'fetch_failed' });
    expect(String(error)).toContain('the connection was refused');
    expect(String(error)).not.toContain('hunter');
    const unknown = get(
      'http://nowhere.example/',
      {},
      { resolve: () => Promise.reject(Object.assign(new Error('x'), { code: 'ENOTFOUND' })) },
    );
    await expect(unknown).rejects.toMatchObject({
      message: expect.stringContaining('the host name is unknown'),
    });
  });

  it.each([['file:///etc/passwd'], ['ftp://h/x'], ['not a url'], ['http://']])('refuses %s', async (url) => {
    await expect(get(url)).rejects.toMatchObject({ code: 'fetch_blocked' });
  });

  it.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://169.254.169.254/latest/meta-data',
    'http://0/',
  ])('refuses %s without permission for private addresses', async (url) => {
    await expect(get(url, { allowPrivate: false })).rejects.toMatchObject({ code: 'fetch_blocked' });
  });

  it('connects to the address that was checked, even if the name answers differently afterwards', async () => {
    const base = await host((_, res) => res.end('inside'));
    const answers = ['93.184.216.34', '127.0.0.1'];
    let asked = 0;
    const resolve = (): Promise<{ address: string; family: number }[]> =>
      Promise.resolve([{ address: answers[Math.min(asked++, 1)] ?? '', family: 4 }]);
    const port = new URL(base).port;
    // The second look-up, which a careless client would make for the connection, must meet the guard as well.
    asked = 1;
    await expect(
      get(`http://rebind.example:${port}/`, { allowPrivate: false }, { resolve }),
    ).rejects.toMatchObject({ code: 'fetch_blocked' });
    asked = 1;
    expect((await get(`http://rebind.example:${port}/`, {}, { resolve })).toString()).toBe('inside');
    expect(asked).toBe(2);
  });
});

describe('redirects', () => {
  let base: string;
  let other: string;
  let arrived: IncomingMessage['headers'][];

  beforeEach(async () => {
    arrived = [];
    const listener = (req: IncomingMessage, res: ServerResponse): void => {
      arrived.push(req.headers);
      const url = new URL(req.url ?? '/', 'http://x');
      const to = url.searchParams.get('to');
      if (to === null) return void res.end('arrived');
      res.writeHead(Number(url.searchParams.get('status') ?? 302), { location: to });
      res.end('moved');
    };
    base = await host(listener);
    other = await host(listener);
  });

  const to = (target: string, status = 302): string =>
    `${base}/?status=${status}&to=${encodeURIComponent(target)}`;

  it.each([301, 302, 303, 307, 308])('follows %i', async (status) => {
    const outcome = await fetcher().fetch(ask(to('/there?x=1', status)));
    expect(outcome).toMatchObject({ finalUrl: `${base}/there?x=1` });
    expect((await readAll(outcome)).toString()).toBe('arrived');
  });

  it('keeps credentials for the same origin and drops them for another', async () => {
    const headers = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      Referer: 'r',
      'X-Token': 't',
      'User-Agent': 'ua',
    };
    await get(to('/same'), { headers, etag: '"e"' });
    expect(arrived[1]).toMatchObject({
      authorization: 'Bearer x',
      cookie: 'a=b',
      referer: 'r',
      'x-token': 't',
    });
    await get(to(`${other}/`), { headers, etag: '"e"' });
    expect(arrived[3]).toMatchObject({ 'user-agent': 'ua', 'if-none-match': '"e"' });
    for (const name of ['authorization', 'cookie', 'referer', 'x-token']) {
      expect(arrived[3]).not.toHaveProperty(name);
    }
    await get(to('/same').replace('//', '//anna:pw@'));
    expect(arrived[5]).toHaveProperty('authorization');
    await get(to(`${other}/`).replace('//', '//anna:pw@'));
    expect(arrived[7]).not.toHaveProperty('authorization');
  });

  it.each([
    'file:///etc/passwd',
    'ftp://h/',
    'gopher://h/',
    'http://169.254.169.254/',
    'http://[fe80::1]/',
    'http://',
  ])('does not follow to %s, even with permission for private addresses', async (target) => {
    await expect(get(to(target))).rejects.toMatchObject({ code: 'fetch_blocked' });
  });

  it('judges every target anew, by number and by name', async () => {
    const port = new URL(base).port;
    const resolve = (): Promise<{ address: string; family: number }[]> =>
      Promise.resolve([{ address: '127.0.0.1', family: 4 }]);
    for (const target of [`http://127.0.0.1:${port}/`, `http://inside.example:${port}/`]) {
      await expect(get(target, { allowPrivate: false }, { resolve })).rejects.toMatchObject({
        code: 'fetch_blocked',
      });
    }
    expect(arrived).toHaveLength(0);
  });

  it('gives up after too many redirects, in a circle or without a target', async () => {
    let hops = 0;
    const circle = await host((_, res) => {
      hops++;
      res.writeHead(302, { location: '/again' });
      res.end();
    });
    await expect(get(circle)).rejects.toMatchObject({ code: 'fetch_failed', upstreamStatus: 302 });
    expect(hops).toBe(6);
    await expect(get(to('/x'), { maxRedirects: 0 })).rejects.toMatchObject({ code: 'fetch_failed' });
    const nowhere = await host((_, res) => res.writeHead(302).end());
    await expect(get(nowhere)).rejects.toMatchObject({
      message: expect.stringContaining('redirects to nowhere'),
    });
  });
});

describe('bodies', () => {
  const text = 'channel '.repeat(2000);
  const serve = (body: Buffer, encoding?: string): Promise<string> =>
    host((_, res) => {
      res.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding });
      res.end(body);
    });

  it.each([
    ['identity', Buffer.from(text)],
    ['gzip', gzipSync(text)],
    ['X-GZIP', gzipSync(text)],
    ['deflate', deflateSync(text)],
    ['deflate', deflateRawSync(text)],
    ['br', brotliCompressSync(text)],
    ['gzip, br', brotliCompressSync(gzipSync(text))],
    ['gzip', Buffer.alloc(0)],
  ])('undoes %s', async (encoding, body) => {
    expect((await get(await serve(body, encoding))).toString()).toBe(body.length === 0 ? '' : text);
  });

  it.each(['zstd', 'gzip, gzip, gzip', 'x'])('refuses the encoding %s', async (encoding) => {
    await expect(get(await serve(gzipSync(text), encoding))).rejects.toMatchObject({ code: 'fetch_failed' });
  });

  it.each([
    ['gzip', gzipSync(text).subarray(0, 60)],
    ['br', brotliCompressSync(text).subarray(0, 10)],
    ['gzip', Buffer.from('this is no gzip at all')],
    ['br', Buffer.from('this is no brotli at all')],
    ['deflate', deflateSync(text).subarray(0, 20)],
  ])('says that a %s body is damaged', async (encoding, body) => {
    await expect(get(await serve(body, encoding))).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringMatching(/compressed answer (is damaged|ends too early)/),
    });
  });

  it('accepts exactly the limit and nothing beyond it', async () => {
    const body = Buffer.alloc(1000, 1);
    expect(await get(await serve(body), { maxBytes: 1000 })).toHaveLength(1000);
    await expect(get(await serve(body), { maxBytes: 999 })).rejects.toMatchObject({
      code: 'fetch_too_large',
      message: expect.stringContaining('larger than 999 bytes'),
    });
    expect(await get(await serve(gzipSync(body), 'gzip'), { maxBytes: 1000 })).toHaveLength(1000);
    await expect(get(await serve(gzipSync(body), 'gzip'), { maxBytes: 999 })).rejects.toMatchObject({
      code: 'fetch_too_large',
    });
  });

  it('counts bytes that come without a length', async () => {
    const endless = await host((_, res) => {
      const push = (): void => {
        while (!res.destroyed && res.write(Buffer.alloc(16_384)));
        res.once('drain', push);
      };
      push();
    });
    await expect(get(endless, { maxBytes: 200_000 })).rejects.toMatchObject({ code: 'fetch_too_large' });
  });

  it('stops a bomb by its ratio long before its size', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    const outcome = await fetcher().fetch(ask(await serve(bomb, 'gzip'), { maxBytes: 1024 ** 3 }));
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    let read = 0;
    await expect(async () => {
      for await (const chunk of outcome.body) read += chunk.length;
    }).rejects.toMatchObject({
      code: 'fetch_too_large',
      message: expect.stringContaining('200 times'),
    });
    expect(read).toBeLessThan(32 * 1024 * 1024);
  });

  it('stops a bomb inside a bomb', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(64 * 1024 * 1024)));
    await expect(get(await serve(bomb, 'gzip, gzip'))).rejects.toMatchObject({ code: 'fetch_too_large' });
  });

  it('reports a connection that breaks in the middle', async () => {
    const base = await host((_, res) => {
      res.writeHead(200, { 'content-length': '1000' });
      res.write('half', () => res.destroy());
    });
    await expect(get(base)).rejects.toMatchObject({
      code: 'fetch_failed',
      message: expect.stringContaining('the connection broke'),
    });
  });

  it('hangs up when the reader stops reading', async () => {
    let closed: Promise<unknown> | undefined;
    const base = await host((_, res) => {
      closed = once(res, 'close');
      res.write('first');
    });
    const outcome = await fetcher().fetch(ask(base));
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    for await (const chunk of outcome.body) {
      expect(Buffer.from(chunk).toString()).toBe('first');
      break;
    }
    await closed;
  });
});

describe('time', () => {
  it('gives up on a host that accepts and says nothing', async () => {
    const clock = new FakeClock();
    let heard = (): void => undefined;
    const asked = new Promise<void>((resolve) => (heard = resolve));
    const base = await host(() => heard());
    const outcome = fetcher({ headersTimeoutMs: 5000 }, clock)
      .fetch(ask(base))
      .catch((error: unknown) => error);
    await asked;
    await clock.advance(4999);
    await clock.advance(1);
    expect(await outcome).toMatchObject({
      code: 'fetch_timeout',
      message: expect.stringContaining('no answer for 5 s'),
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a host that sends a byte a second, when the time is over in all', async () => {
    const clock = new FakeClock();
    let answer: ServerResponse | undefined;
    const base = await host((_, res) => {
      answer = res;
      res.write('.');
    });
    const outcome = await fetcher({ idleTimeoutMs: 5000 }, clock).fetch(ask(base, { timeoutMs: 20_000 }));
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    let bytes = 0;
    await expect(async () => {
      for await (const chunk of outcome.body) {
        bytes += chunk.length;
        await clock.advance(1000);
        answer?.write('.');
      }
    }).rejects.toMatchObject({
      code: 'fetch_timeout',
      message: expect.stringContaining('not done within 20 s'),
    });
    expect(bytes).toBe(20);
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['gives up on a host that is slower than it may be', 20, 'too slow: 16 bytes within a minute'],
    ['bears a host that is just quick enough', 16, 'not done within 120 s'],
  ])('%s', async (_what, leastBytesPerMinute, message) => {
    const clock = new FakeClock();
    let answer: ServerResponse | undefined;
    const base = await host((_, res) => {
      answer = res;
      res.write('.');
    });
    const request = ask(base, { timeoutMs: 120_000, leastBytesPerMinute });
    const outcome = await fetcher({ idleTimeoutMs: 5000 }, clock).fetch(request);
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    const iterator = outcome.body[Symbol.asyncIterator]();
    await expect(async () => {
      for (let next = await iterator.next(); !next.done;) {
        const coming = iterator.next();
        coming.catch(() => undefined);
        await settle();
        await clock.advance(4000);
        answer?.write('.');
        next = await coming;
      }
    }).rejects.toMatchObject({ code: 'fetch_timeout', message: expect.stringContaining(message) });
    expect(clock.pendingTimers).toBe(0);
  });

  it('gives up on a host that stops in the middle', async () => {
    const clock = new FakeClock();
    const base = await host((_, res) => void res.write('.'));
    const outcome = await fetcher({ idleTimeoutMs: 5000 }, clock).fetch(ask(base));
    if (outcome.kind !== 'ok') throw new Error(outcome.kind);
    const iterator = outcome.body[Symbol.asyncIterator]();
    await iterator.next();
    // A slow reader is not the host's fault.
    await clock.advance(10_000);
    const next = iterator.next().catch((error: unknown) => error);
    await settle();
    await clock.advance(5000);
    expect(await next).toMatchObject({
      code: 'fetch_timeout',
      message: expect.stringContaining('no byte for 5 s'),
    });
  });

  it('ends with the reason of the caller', async () => {
    const controller = new AbortController();
    const base = await host(() => controller.abort(new Error('shutting down')));
    await expect(fetcher().fetch(ask(base, { signal: controller.signal }))).rejects.toThrow('shutting down');
    await expect(fetcher().fetch(ask(base, { signal: controller.signal }))).rejects.toThrow('shutting down');
  });

  it('cleans up after a body that nobody reads', async () => {
    const clock = new FakeClock();
    let closed: Promise<unknown> | undefined;
    const base = await host((_, res) => {
      closed = once(res, 'close');
      res.write('.');
    });
    await fetcher({}, clock).fetch(ask(base, { timeoutMs: 1000 }));
    await clock.advance(1000);
    await closed;
    expect(clock.pendingTimers).toBe(0);
  });
});
