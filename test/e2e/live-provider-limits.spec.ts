import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { eventually, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const SECOND = 125_000;
const LOGIN = { key: 'list 1', maxConnections: 1 };
const OTHER_LOGIN = { key: 'list 2', maxConnections: 1 };

describe('channels of a provider that allows one connection', () => {
  let host: HttpTsHost;
  let house: StreamHouse;

  beforeEach(async () => {
    host = await createHttpTsHost({ channels: ['one', 'two', 'three'] });
    house = await openStreamHouse({ session: { lingerMs: 60_000 } });
  });

  afterEach(async () => {
    await house.close();
    await host.close();
  });

  function channel(name: string, ...providers: (typeof LOGIN)[]): number {
    const id = house.channels.add();
    for (const provider of providers) house.channels.addSource(id, { locator: host.urlOf(name), provider });
    return id;
  }

  it('give way when nobody watches them any more, whatever their linger time', async () => {
    const [one, two] = [channel('one', LOGIN), channel('two', LOGIN)];
    for (const id of [one, two, one, two]) {
      const player = house.player(id);
      await player.received(SECOND);
      player.leave();
      await eventually(() => house.playback.sessions().length === 0);
    }
    await eventually(() => host.openStreams === 1);
  });

  it('wait a moment for the viewer who zaps before he lets go', async () => {
    const [one, two] = [channel('one', LOGIN), channel('two', LOGIN)];
    const old = house.player(one);
    await old.received(SECOND);
    const next = house.player(two);
    await eventually(() => house.streaming.hub.stats().length === 2);
    old.leave();
    await next.received(SECOND);
    expect(next.status).toBe(200);
  });

  it('are refused in words while another is watched, and share one connection', async () => {
    const [one, two] = [channel('one', LOGIN), channel('two', LOGIN)];
    const watching = house.player(one);
    await watching.received(SECOND);
    const refused = house.player(two);
    expect(await refused.opened()).toBe(503);
    expect(refused.headers['retry-after']).toBeDefined();
    const beside = house.player(one);
    await beside.received(SECOND);
    expect(host.openStreams).toBe(1);
    expect(watching.isOver).toBe(false);
  });

  it('go on to the next login of the provider', async () => {
    const [one, two] = [channel('one', LOGIN), channel('two', LOGIN, OTHER_LOGIN)];
    const first = house.player(one);
    await first.received(SECOND);
    const second = house.player(two);
    await second.received(SECOND);
    expect(host.openStreams).toBe(2);
    expect(first.isOver).toBe(false);
  });
});
