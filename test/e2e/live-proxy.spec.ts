import { afterEach, describe, expect, it } from '@jest/globals';
import { ConnectProxy } from '../fakes/connect-proxy.js';
import type { ConnectProxyOptions } from '../fakes/connect-proxy.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';

const SECOND = 125_000;
const QUICK = { lingerMs: 100, coldLingerMs: 50, backoffMs: [0, 50], stallMs: 2_000, startBudgetMs: 5_000 };
/** Nobody but the proxy knows this name: bytes that come have come through it. */
const NAME = 'tv.invalid';
const LOGIN = 'anna:hunter2';

describe('channels that are watched through a proxy', () => {
  let host: HttpTsHost;
  let house: StreamHouse;
  let proxy: ConnectProxy;

  async function open(options: ConnectProxyOptions = {}): Promise<void> {
    host = await createHttpTsHost({ channels: [{ name: 'news', channelId: 7 }], hls: { segmentSeconds: 1 } });
    house = await openStreamHouse({ session: QUICK });
    proxy = await new ConnectProxy({ names: [NAME], login: LOGIN, ...options }).open();
  }

  function addChannel(format: 'ts' | 'm3u8', proxyUrl = proxy.urlFor()): number {
    const locator = host.urlOf('news', format).replace('127.0.0.1', NAME);
    const id = house.channels.add();
    house.channels.addSource(id, { locator, proxyUrl });
    return id;
  }

  afterEach(async () => {
    await house.close();
    await proxy.close();
    await host.close();
    expect(JSON.stringify(house.logger.entries)).not.toContain('hunter2');
  });

  it.each(['ts', 'm3u8'] as const)('play (%s), and the host learns nothing of the proxy', async (format) => {
    await open();
    const player = house.player(addChannel(format));
    await player.received(4 * SECOND);
    expect(
      player
        .frames()
        .slice(0, -1)
        .every(({ channelId, intact }) => channelId === 7 && intact),
    ).toBe(true);
    const requests = host.requests.all;
    // Every list and every segment had a tunnel of its own.
    expect(proxy.asked.length).toBeGreaterThanOrEqual(requests.length);
    if (format === 'm3u8') expect(requests.some(({ path }) => path.startsWith('/segment/'))).toBe(true);
    expect(JSON.stringify(requests)).not.toMatch(/proxy-auth|hunter2/i);
  });

  it('free the tunnel when nobody watches any more', async () => {
    await open();
    const player = house.player(addChannel('ts'));
    await player.received(SECOND);
    expect(proxy.connections).toBe(2);
    player.leave();
    await house.streaming.hub.close();
    await proxy.idle();
    expect(proxy.connections).toBe(0);
  });

  it.each([
    ['the proxy refuses the login (407)', { login: 'anna:other' }],
    ['the proxy refuses the connection (403)', { refusal: 403 }],
    ['the proxy does not reach the source (502)', { names: [] }],
  ])('fail in words: %s', async (words, options) => {
    await open(options);
    const player = house.player(addChannel('ts', proxy.urlFor(LOGIN)));
    expect(await player.opened()).toBe(503);
    expect(JSON.stringify(house.logger.entries)).toContain(words);
    expect(host.requests.all).toHaveLength(0);
  });

  it('fail in words when the proxy is dead', async () => {
    await open();
    const id = addChannel('ts');
    await proxy.close();
    expect(await house.player(id).opened()).toBe(503);
    expect(JSON.stringify(house.logger.entries)).toContain('the proxy cannot be reached (ECONNREFUSED)');
  });
});
