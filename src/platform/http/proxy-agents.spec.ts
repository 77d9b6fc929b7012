import { afterEach, describe, expect, it } from '@jest/globals';
import { ConnectProxy } from '../../../test/fakes/connect-proxy.js';
import type { ConnectProxyOptions } from '../../../test/fakes/connect-proxy.js';
import { ScriptedHost } from '../../../test/fakes/scripted-host.js';
import { FakeClock, settle } from '../../../test/fakes/fake-clock.js';
import { SystemClock } from '../clock.js';
import { HttpFetcher } from './fetcher.js';
import { ProxyAgents } from './proxy-agents.js';
import { parseProxyUrl } from './proxy-url.js';

const open: { close?: () => Promise<unknown>; destroy?: () => Promise<unknown> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0).reverse()) await (one.close ?? one.destroy)?.call(one);
});

function kept<T extends (typeof open)[number]>(one: T): T {
  open.push(one);
  return one;
}

const aHost = async (): Promise<ScriptedHost> => kept(await new ScriptedHost().open());
const aProxy = async (options?: ConnectProxyOptions): Promise<ConnectProxy> =>
  kept(await new ConnectProxy(options).open());

async function get(url: string, proxyUrl: string, allowPrivate = true): Promise<string> {
  const fetcher = kept(new HttpFetcher(new SystemClock()));
  const outcome = await fetcher.fetch({ url, proxyUrl, allowPrivate, maxBytes: 10_000, timeoutMs: 20_000 });
  if (outcome.kind !== 'ok') throw new Error(outcome.kind);
  const chunks: Uint8Array[] = [];
  for await (const chunk of outcome.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const failure = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('parseProxyUrl', () => {
  it.each([
    ['http://proxy.example:3128', 'http://proxy.example:3128'],
    ['http://Anna:s%20t@10.0.0.1:8080/', 'http://Anna:s%20t@10.0.0.1:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('takes %s', (text, url) => expect(parseProxyUrl(text)).toEqual({ ok: true, url }));

  it.each([
    'https://p:1',
    'p:8080',
    'http://p:1/x',
    'http://p:1/?a',
    'ftp://p',
    '',
    `http://${'p'.repeat(3000)}`,
  ])('refuses %s', (text) =>
    expect(parseProxyUrl(text)).toMatchObject({ ok: false, rule: expect.stringContaining('HTTP proxy') }),
  );

  it('says that SOCKS is not supported', () => {
    expect(parseProxyUrl('socks5://h:1080')).toMatchObject({ rule: expect.stringContaining('SOCKS') });
  });
});

describe('requests through a proxy', () => {
  it('go through a tunnel, and names are resolved by the proxy', async () => {
    const host = await aHost();
    const proxy = await aProxy({ names: ['list.invalid'] });
    const url = host.at('/list', 'through').replace('127.0.0.1', 'list.invalid');
    expect(await get(url, proxy.urlFor(), false)).toBe('through');
    expect(proxy.asked.map(({ target }) => target)).toEqual([new URL(url).host]);
    expect(proxy.plainRequests).toBe(0);
  });

  it('use a tunnel again where that is wanted, within the connections to one host', async () => {
    const host = await aHost();
    const proxy = await aProxy();
    const fetcher = kept(new HttpFetcher(new SystemClock(), { connections: 1, proxyKeepAliveMs: 60_000 }));
    const url = host.at('/film', 'again');
    const fetched = Array.from({ length: 5 }, async () => {
      const request = { url, proxyUrl: proxy.urlFor(), allowPrivate: true, maxBytes: 100, timeoutMs: 20_000 };
      const outcome = await fetcher.fetch(request);
      if (outcome.kind === 'ok') for await (const chunk of outcome.body) expect(chunk.length).toBe(5);
      return outcome.kind;
    });
    expect(new Set(await Promise.all(fetched))).toEqual(new Set(['ok']));
    expect(proxy.asked).toHaveLength(1);
  });

  it('log in at the proxy and tell the origin nothing of it', async () => {
    const host = await aHost();
    const proxy = await aProxy({ login: 'anna:hunter2' });
    expect(await get(host.at('/list', 'in'), proxy.urlFor())).toBe('in');
    expect(proxy.asked[0]?.headers['proxy-authorization']).toMatch(/^Basic /);
    expect(proxy.asked[0]?.headers).not.toHaveProperty('user-agent');
    expect(host.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    expect(JSON.stringify(host.requests)).not.toContain('hunter2');
  });

  it('keep the proxy over a redirect to another host', async () => {
    const [first, second] = [await aHost(), await aHost()];
    const proxy = await aProxy();
    const target = second.at('/there', 'arrived');
    const url = first.at('/', (response) => response.writeHead(302, { location: target }).end());
    expect(await get(url, proxy.urlFor())).toBe('arrived');
    expect(proxy.asked.map(({ target: asked }) => asked)).toEqual([first.url.slice(7), second.url.slice(7)]);
  });

  it.each([
    [407, { login: 'anna:hunter2' }, 'anna:wrong', 'the proxy refuses the login (407)'],
    [403, { refusal: 403 }, undefined, 'the proxy refuses the connection (403)'],
    [503, { refusal: 503 }, undefined, 'the proxy does not reach the source (503)'],
  ])('tell an answer of %i apart', async (_status, options, login, words) => {
    const host = await aHost();
    const proxy = await aProxy(options);
    const error = await failure(get(host.at('/', 'x'), proxy.urlFor(login)));
    expect(error).toMatchObject({ code: 'fetch_failed', message: expect.stringContaining(words) });
    expect(String(error)).not.toMatch(/wrong|hunter2/);
    expect(host.requests).toHaveLength(0);
  });

  it('say when the proxy is dead, without its login', async () => {
    const proxy = await aProxy();
    const url = proxy.urlFor('anna:hunter2');
    await proxy.close();
    const error = await failure(get('http://list.invalid/', url));
    expect(error).toMatchObject({
      message: expect.stringContaining('the proxy cannot be reached (ECONNREFUSED)'),
    });
    expect(String(error)).not.toContain('hunter2');
  });

  it('do not wait for ever for a mute proxy', async () => {
    const proxy = await aProxy({ isMute: true });
    const clock = new FakeClock();
    const agents = kept(new ProxyAgents({ clock, connectTimeoutMs: 5_000 }));
    const dispatcher = agents.dispatcher(proxy.urlFor(), false);
    const asked = failure(dispatcher.request({ origin: 'http://list.invalid', path: '/', method: 'GET' }));
    while (proxy.asked.length === 0) await settle();
    await clock.advance(5_000);
    expect(await asked).toMatchObject({ code: 'PROXY_UNREACHABLE' });
  });

  it.each(['127.0.0.1', 'localhost', 'a.localhost', '10.0.0.1', '[::1]', '169.254.169.254', '0x7f.1'])(
    'refuse %s without permission for private addresses',
    async (hostname) => {
      const proxy = await aProxy();
      const error = await failure(get(`http://${hostname}:9/`, proxy.urlFor(), false));
      expect(error).toMatchObject({ code: 'fetch_blocked' });
      expect(proxy.asked).toHaveLength(0);
    },
  );

  it('never talk to special addresses, as proxy or as target', async () => {
    const proxy = await aProxy();
    const meta = 'http://169.254.169.254/';
    expect(await failure(get(meta, proxy.urlFor()))).toMatchObject({ code: 'fetch_blocked' });
    expect(await failure(get('http://list.invalid/', 'http://169.254.169.254:80'))).toMatchObject({
      code: 'fetch_blocked',
    });
  });
});

describe('ProxyAgents', () => {
  it('keeps one client for each proxy, and no more than allowed', async () => {
    const host = await aHost();
    const proxy = await aProxy();
    const agents = kept(new ProxyAgents({ clock: new SystemClock(), maxAgents: 2 }));
    const first = agents.dispatcher(proxy.urlFor(), true);
    expect(agents.dispatcher(proxy.urlFor(), true)).toBe(first);
    let finish = (): void => undefined;
    host.at('/', (response) => {
      response.write('half ');
      finish = () => response.end('whole');
    });
    const { body } = await first.request({ origin: host.url, path: '/', method: 'GET' });
    for (const port of [1, 2]) agents.dispatcher(`http://127.0.0.1:${port}`, true);
    expect(agents.size).toBe(2);
    finish();
    expect(await body.text()).toBe('half whole');
    await agents.destroy();
    expect(agents.size).toBe(0);
  });
});
