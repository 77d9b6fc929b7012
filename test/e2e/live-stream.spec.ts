import { afterEach, describe, expect, it } from '@jest/globals';
import {
  channelNumberOf,
  createSim,
  type EngineSimulator,
} from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf, infohashOf } from '../fakes/engine-simulator/catalogue.js';
import type { InvariantOptions } from '../fakes/engine-simulator/invariants.js';
import type { Fault } from '../fakes/faults/fault.js';
import { SyntheticSource } from '../fakes/media/synthetic-source.js';
import type { SimOptions } from '../fakes/engine-simulator/sim-options.js';
import { aceId, aceInfohash, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse, StreamHouseOptions } from '../fakes/stream-house.js';

/** Bytes of a second of the simulator's standard channel (1 Mbit/s). */
const SECOND = 125_000;
const NEWS = aceId(contentIdOf('news'));

describe('live channels', () => {
  let sim: EngineSimulator;
  let house: StreamHouse;
  let invariants: InvariantOptions = {};

  async function open(options: StreamHouseOptions = {}, simOptions: SimOptions = {}): Promise<void> {
    sim = await createSim({
      contents: ['news', 'sport', 'film', 'kids'].map((name) => ({ name })),
      ...simOptions,
    });
    house = await openStreamHouse({
      engines: [sim.url],
      startGapMs: 0,
      ...options,
      session: { lingerMs: 100, coldLingerMs: 50, ...options.session },
    });
  }

  afterEach(async () => {
    await house.close();
    sim.assertInvariants(invariants);
    await sim.close();
    invariants = {};
  });

  function allStopped(): Promise<void> {
    return sim.until(
      ({ control, metrics }) => metrics.totalStarts > 0 && control.openSessions().length === 0,
    );
  }

  it('play from a clean start: whole frames of the right channel, no counter out of step', async () => {
    await open();
    const player = house.player(house.channels.add(NEWS));
    expect(await player.opened()).toBe(200);
    await player.received(3 * SECOND);
    const frames = player.frames();
    expect(player.data[0]).toBe(0x47);
    expect(frames.length).toBeGreaterThan(40);
    expect(frames.slice(0, -1).filter((frame) => !frame.intact)).toEqual([]);
    expect([...new Set(frames.map(({ channelId }) => channelId))]).toEqual([
      channelNumberOf(infohashOf('news')),
    ]);
    expect(player.continuityErrors()).toEqual([]);
    player.leave();
    await allStopped();
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('start once for a hundred viewers who come at once, and stop once', async () => {
    await open({}, { startDelayMs: 50, prebufMs: 100 });
    const id = house.channels.add(NEWS);
    const players = Array.from({ length: 100 }, () => house.player(id));
    await Promise.all(players.map((player) => player.received(SECOND)));
    for (const player of players) {
      expect(player.status).toBe(200);
      expect(player.continuityErrors()).toEqual([]);
    }
    expect(house.playback.sessions()).toHaveLength(100);
    for (const player of players) player.leave();
    await allStopped();
    expect(sim.metrics.stopsReceived).toBe(1);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('take in a viewer who comes while the first start still buffers', async () => {
    await open({}, { prebufMs: 150 });
    const id = house.channels.add(NEWS);
    const first = house.player(id);
    await sim.until(({ control }) => control.openSessions()[0]?.state === 'prebuf');
    const second = house.player(id);
    await Promise.all([first.received(SECOND), second.received(SECOND)]);
    expect(second.frames()[0]?.frame).toBe(first.frames()[0]?.frame);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('give a late viewer a keyframe with tables, not the middle of a picture', async () => {
    await open();
    const id = house.channels.add(NEWS);
    const first = house.player(id);
    await first.received(3 * SECOND);
    const late = house.player(id);
    await late.received(SECOND);
    const [frame] = late.frames();
    expect(frame?.intact).toBe(true);
    expect((frame?.frame ?? -1) % 50).toBe(0);
    expect(frame?.frame).toBeGreaterThan(0);
    expect(late.continuityErrors()).toEqual([]);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('start a new session for one who comes while the old one is being stopped', async () => {
    await open({ session: { lingerMs: 0 } });
    const id = house.channels.add(NEWS);
    const first = house.player(id);
    await first.received(SECOND);
    sim.control.inject({ kind: 'slowStop', ms: 200 });
    first.leave();
    await sim.until(({ metrics }) => metrics.stopsReceived === 1);
    const second = house.player(id);
    await second.received(SECOND);
    second.leave();
    await sim.until(({ metrics }) => metrics.stopsDone === 2);
    expect(sim.metrics.totalStarts).toBe(2);
  });

  it('keep a stream for the viewer who comes back within the linger time', async () => {
    await open({ session: { lingerMs: 5_000 } });
    const id = house.channels.add(NEWS);
    const first = house.player(id);
    await first.received(SECOND);
    first.leave();
    await first.ended();
    const second = house.player(id);
    await second.received(SECOND);
    expect(sim.metrics.totalStarts).toBe(1);
    expect(sim.metrics.stopsReceived).toBe(0);
  });

  it('stop what was started when the only viewer leaves during the start call', async () => {
    await open({ session: { coldLingerMs: 0 } }, { startDelayMs: 150 });
    const player = house.player(house.channels.add(NEWS));
    await sim.until(({ metrics }) => metrics.requestsOf('start') === 1);
    player.leave();
    await sim.until(({ metrics }) => metrics.stopsDone === 1);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('stop what was started when the only viewer leaves before the first byte', async () => {
    await open({}, { prebufMs: 60_000 });
    const player = house.player(house.channels.add(NEWS));
    await sim.until(({ control }) => control.openSessions()[0]?.state === 'prebuf');
    player.leave();
    await allStopped();
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('send a stuck viewer and a quick one the same bytes, and let the stuck one hold up nobody', async () => {
    // On a busy machine the quick one is far ahead before the stuck one goes on.
    const streaming = { ringBytes: 64 * 1024 * 1024 };
    await open({ streaming }, { bitrateKbps: 20_000, burstSeconds: 4 });
    const id = house.channels.add(NEWS);
    const slow = house.player(id);
    const quick = house.player(id);
    await slow.received(SECOND);
    slow.pause();
    await quick.received(12_000_000);
    expect(slow.bytes).toBeLessThan(quick.bytes);
    slow.resume();
    await slow.received(12_000_000);
    const size = Math.min(slow.data.length, quick.data.length, 12_000_000);
    expect(slow.data.subarray(0, size).equals(quick.data.subarray(0, size))).toBe(true);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('move a viewer who was overtaken to a newer keyframe', async () => {
    const media = (): SyntheticSource => new SyntheticSource({ bitrate: 20_000_000, gopFrames: 12 });
    await open(
      { streaming: { ringBytes: 4 * 1024 * 1024 } },
      { contents: [{ name: 'news', bitrateKbps: 20_000, burstSeconds: 8, media }] },
    );
    const id = house.channels.add(NEWS);
    const slow = house.player(id);
    await slow.received(SECOND);
    slow.pause();
    const quick = house.player(id, { keep: false });
    await quick.received(12_000_000);
    slow.resume();
    await slow.until(() => (house.playback.sessions()[0]?.jumps ?? 0) > 0);
    await slow.more(4_000_000);
    expect(slow.continuityErrors()).toEqual([]);
    const numbers = slow.frames().map(({ frame }) => frame);
    const gaps = numbers.filter((number, at) => at > 0 && number !== (numbers[at - 1] ?? 0) + 1);
    expect(gaps.length).toBeGreaterThan(0);
    expect(gaps.filter((number) => number % 12 !== 0)).toEqual([]);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('close a viewer through whom nothing passes', async () => {
    await open({ session: { slowReaderMs: 6_000 } }, { bitrateKbps: 40_000, burstSeconds: 4 });
    const id = house.channels.add(NEWS);
    const quick = house.player(id, { keep: false });
    const stuck = house.player(id);
    await stuck.opened();
    stuck.pause();
    const tooSlow = (): boolean => house.logger.entries.some(({ fields }) => fields['reason'] === 'too-slow');
    await quick.until(tooSlow);
    expect(quick.isOver).toBe(false);
    expect(house.playback.sessions()).toHaveLength(1);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('play an infohash that a list gives as a content id, and remember how', async () => {
    await open();
    const id = house.channels.add(aceId(infohashOf('sport')));
    const player = house.player(id);
    await player.received(SECOND);
    expect(sim.metrics.failedStarts.get('failed to load content')).toBe(1);
    player.leave();
    await allStopped();
    const again = house.player(id);
    await again.received(SECOND);
    expect(sim.metrics.failedStarts.get('failed to load content')).toBe(1);
    expect(sim.metrics.totalStarts).toBe(2);
  });

  it('read a content once for two channels that name it by content id and by infohash', async () => {
    await open();
    const one = house.player(house.channels.add(NEWS));
    await one.received(SECOND);
    const two = house.player(house.channels.add(aceInfohash(infohashOf('news'))));
    await two.received(SECOND);
    expect(sim.metrics.totalStarts).toBe(1);
    one.leave();
    await two.more(SECOND);
    expect(two.continuityErrors()).toEqual([]);
    two.leave();
    await allStopped();
    expect(sim.metrics.stopsReceived).toBe(1);
  });

  it('read a content once for two channels that start it at the same moment', async () => {
    await open({}, { startDelayMs: 50 });
    const id = house.channels.add(NEWS);
    const twin = house.channels.add(NEWS);
    const players = [house.player(id), house.player(twin)];
    await Promise.all(players.map((player) => player.received(SECOND)));
    expect(sim.metrics.totalStarts).toBe(1);
  });

  const MISREAD = {
    'an infohash given as a content id': aceId(infohashOf('news')),
    'a content id given as an infohash': aceInfohash(contentIdOf('news')),
  };

  it.each(Object.entries(MISREAD))('read a content once although a list names it by %s', async (_, other) => {
    await open({}, { startDelayMs: 50 });
    const players = [NEWS, other].map((name) => house.player(house.channels.add(name)));
    await Promise.all(players.map((player) => player.received(SECOND)));
    const late = house.player(house.channels.add(other));
    await late.received(SECOND);
    expect(sim.metrics.totalStarts).toBe(1);
    expect(sim.metrics.supersessions).toEqual([]);
  });

  it('keep the viewer who waits for first bytes when another channel starts the same content anew', async () => {
    await open({}, { prebufMs: 400 });
    // An engine that cannot tell ids apart: only the second start shows that both are one content.
    sim.control.inject({ kind: 'http503' }, { route: 'api', times: 100 });
    const first = house.player(house.channels.add(aceInfohash(infohashOf('news'))));
    await sim.until(({ metrics }) => metrics.totalStarts === 1);
    const second = house.player(house.channels.add(NEWS));
    await Promise.all([first.received(SECOND), second.received(SECOND)]);
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(sim.metrics.totalStarts).toBe(2);
    invariants = { allow: { supersededBySelf: 1 } };
  });

  it('give up the stream nobody watches when its place is needed', async () => {
    await open({ acestream: { maxStreamsPerEngine: 1 }, session: { lingerMs: 60_000 } });
    const first = house.player(house.channels.add(NEWS));
    await first.received(SECOND);
    first.leave();
    await first.ended();
    const second = house.player(house.channels.add(aceId(contentIdOf('sport'))));
    await second.received(SECOND);
    expect(sim.metrics.maxOpenSessions).toBe(1);
    expect(sim.metrics.totalStarts).toBe(2);
  });

  it('say that there is no room while others watch', async () => {
    await open({ acestream: { maxStreamsPerEngine: 1 } });
    const first = house.player(house.channels.add(NEWS));
    await first.received(SECOND);
    const second = house.player(house.channels.add(aceId(contentIdOf('sport'))));
    expect(await second.opened()).toBe(503);
    expect(second.headers['retry-after']).toBe('10');
    expect(first.isOver).toBe(false);
    expect(sim.metrics.totalStarts).toBe(1);
  });

  it('spread over engines, and keep a content on the one it plays on', async () => {
    await open({ acestream: { maxStreamsPerEngine: 2 } });
    const other = await createSim({ contents: ['news', 'sport', 'film', 'kids'].map((name) => ({ name })) });
    await house.close();
    house = await openStreamHouse({
      engines: [sim.url, other.url],
      acestream: { maxStreamsPerEngine: 2 },
      session: { lingerMs: 100 },
    });
    const ids = ['news', 'sport', 'film', 'kids'].map((name) => house.channels.add(aceId(contentIdOf(name))));
    const players = [...ids, ...ids].map((id) => house.player(id));
    await Promise.all(players.map((player) => player.received(SECOND)));
    expect(sim.metrics.totalStarts).toBe(2);
    expect(other.metrics.totalStarts).toBe(2);
    await house.close();
    other.assertInvariants();
    await other.close();
  });

  it.each<[string, Fault]>([
    ['answers nonsense', { kind: 'badJson' }],
    [
      'cannot reach the network',
      { kind: 'errorJson', text: '<urlopen error [Errno 111] Connection refused>' },
    ],
  ])('start on another engine where the first one %s', async (_what, fault) => {
    const other = await createSim({ contents: [{ name: 'news' }] });
    await open();
    await house.close();
    house = await openStreamHouse({ engines: [sim.url, other.url], session: { lingerMs: 100 } });
    const healed = sim.control.inject(fault, { route: 'start', times: 100 });
    const player = house.player(house.channels.add(NEWS));
    expect(await player.opened()).toBe(200);
    await player.received(SECOND);
    expect(other.metrics.totalStarts).toBe(1);
    healed.remove();
    await house.close();
    other.assertInvariants();
    await other.close();
  });
});
