import { afterEach, describe, expect, it } from '@jest/globals';
import {
  channelNumberOf,
  createSim,
  type EngineSimulator,
} from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf, infohashOf } from '../fakes/engine-simulator/catalogue.js';
import type { InvariantOptions } from '../fakes/engine-simulator/invariants.js';
import type { SimOptions } from '../fakes/engine-simulator/sim-options.js';
import type { EngineFault, MediaEvent } from '../fakes/faults/fault.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { aceId, eventually, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse, StreamHouseOptions } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

/** Bytes of a second of the simulator's standard channel (1 Mbit/s). */
const SECOND = 125_000;
const NEWS = aceId(contentIdOf('news'));
const SPORT = aceId(contentIdOf('sport'));
/** Long enough in milliseconds of a test, short enough to wait for. */
const QUICK = {
  lingerMs: 100,
  coldLingerMs: 50,
  backoffMs: [0, 50],
  stallMs: 400,
  keepAliveAfterMs: 100,
  keepAliveEveryMs: 50,
};

describe('a stream that breaks under its viewers', () => {
  let sims: EngineSimulator[] = [];
  let host: HttpTsHost | undefined;
  let house: StreamHouse;
  let invariants: InvariantOptions = {};

  async function open(options: StreamHouseOptions = {}, simOptions: SimOptions[] = [{}]): Promise<void> {
    const contents = ['news', 'sport'].map((name) => ({ name }));
    sims = await Promise.all(simOptions.map((simOption) => createSim({ contents, ...simOption })));
    house = await openStreamHouse({
      engines: sims.map(({ url }) => url),
      startGapMs: 0,
      ...options,
      session: { ...QUICK, ...options.session },
    });
  }

  function sim(index = 0): EngineSimulator {
    const found = sims[index];
    if (!found) throw new Error('no such engine');
    return found;
  }

  /** Two viewers who see a second of the channel. */
  async function audience(id: number): Promise<StreamPlayer[]> {
    const players = [house.player(id), house.player(id)];
    await Promise.all(players.map((player) => player.received(SECOND)));
    return players;
  }

  /** Waits for pictures of this channel behind the break, and checks that no decoder could stumble over it. */
  async function goesOn(players: readonly StreamPlayer[], name = 'news'): Promise<void> {
    const wanted = channelNumberOf(infohashOf(name));
    for (const player of players) {
      await stats((stream) => stream.recoveries > 0 && stream.state === 'live');
      const before = player.frames().length;
      await player.until(() => player.isOver || player.frames().length > before + 10);
      expect(player.isOver).toBe(false);
      expect(player.frames().at(-2)).toMatchObject({ channelId: wanted, intact: true });
      expect(player.continuityErrors()).toEqual([]);
    }
  }

  /** Resolves when the only stream looks so. It is looked at whenever a viewer gets something. */
  function stats(
    condition: (stream: ReturnType<StreamHouse['streaming']['hub']['stats']>[number]) => boolean,
  ): Promise<void> {
    return house.anyPlayer(() => house.streaming.hub.stats().some(condition));
  }

  afterEach(async () => {
    await house.close();
    for (const engine of sims) {
      engine.assertInvariants(invariants);
      await engine.close();
    }
    await host?.close();
    host = undefined;
    invariants = {};
  });

  it.each<[string, MediaEvent]>([
    ['the engine closes the connection', { kind: 'dropFin', atBytes: 2 * SECOND }],
    ['the connection is reset', { kind: 'dropRst', atBytes: 2 * SECOND }],
    ['a chunk is cut off', { kind: 'truncatedChunk', atBytes: 2 * SECOND }],
    ['nothing comes any more', { kind: 'stall', ms: 60_000, atBytes: 2 * SECOND }],
  ])('goes on from the same session when %s', async (_what, fault) => {
    await open();
    sim().control.inject(fault);
    const players = await audience(house.channels.add(NEWS));
    await goesOn(players);
    expect(sim().metrics.totalStarts).toBe(1);
  });

  it.each<[string, EngineFault]>([
    ['another client takes the content over', { kind: 'superseded' }],
    ['the engine forgets the session', { kind: 'sessionLost' }],
    ['the engine ends the session', { kind: 'expireNow' }],
  ])('starts a new session when %s', async (_what, fault) => {
    await open();
    const players = await audience(house.channels.add(NEWS));
    sim().control.inject(fault);
    await goesOn(players);
    expect(sim().metrics.totalStarts).toBe(2);
  });

  it('outlives a restart of the engine', async () => {
    await open();
    const players = await audience(house.channels.add(NEWS));
    await sim().control.restart(200);
    await goesOn(players);
    expect(sim().metrics.totalStarts).toBe(2);
  });

  it('moves to another engine when the first one stays down', async () => {
    await open({}, [{}, {}]);
    const players = await audience(house.channels.add(NEWS));
    sim(0).control.inject({ kind: 'restart', downMs: 60_000 });
    await goesOn(players);
    expect(sim(1).metrics.totalStarts).toBe(1);
    invariants = { allow: { leaked: 0 } };
  });

  it('fails over to the next source when the first is gone from the network', async () => {
    await open();
    const players = await audience(house.channels.add(NEWS, SPORT));
    sim().control.loseSessions('news');
    sim().control.removeContent('news');
    await goesOn(players, 'sport');
    expect(house.streaming.hub.stats()[0]).toMatchObject({ breaks: 1, recoveries: 1, sourceId: 2 });
  });

  it('fails over to the next source when the broadcast stands still and comes again and again', async () => {
    await open({ session: { liveStillMs: 3_000 } });
    const players = await audience(house.channels.add(NEWS, SPORT));
    sim().control.inject({ kind: 'loopingContent' }, { content: 'news' });
    await stats(({ recoveries }) => recoveries === 1);
    for (const player of players) {
      await player.more(SECOND);
      expect(player.frames().at(-2)).toMatchObject({
        channelId: channelNumberOf(infohashOf('sport')),
        intact: true,
      });
    }
    expect(house.streaming.hub.stats()[0]).toMatchObject({
      lastProblem: 'looping: the same pictures again and again',
      sourceId: 2,
    });
    // The engine is asked for the position every five seconds, three times.
  }, 60_000);

  it('fails over to a plain HTTP source while every engine is down', async () => {
    host = await createHttpTsHost({ channels: [{ name: 'spare', channelId: 77 }] });
    await open();
    const players = await audience(house.channels.add(NEWS, host.urlOf('spare')));
    sim().control.inject({ kind: 'restart', downMs: 60_000 });
    await stats(({ recoveries }) => recoveries === 1);
    for (const player of players) {
      await player.more(SECOND);
      expect(player.frames().at(-2)).toMatchObject({ channelId: 77, intact: true });
      expect(player.continuityErrors()).toEqual([]);
    }
  });

  it('goes the whole way down: same session, new session, other engine, other source', async () => {
    host = await createHttpTsHost({ channels: [{ name: 'spare', channelId: 77 }] });
    await open({ session: { stableMs: 0 } }, [{}, {}]);
    sim(0).control.inject({ kind: 'dropFin', atBytes: 2 * SECOND });
    const players = await audience(house.channels.add(NEWS, host.urlOf('spare')));
    const took: unknown[] = [];
    const recovered = async (count: number): Promise<void> => {
      await stats(({ recoveries, state }) => recoveries === count && state === 'live');
      const [stream] = house.streaming.hub.stats();
      took.push([sim(0).metrics.totalStarts, sim(1).metrics.totalStarts, stream?.sourceId]);
    };
    await recovered(1);
    sim(0).control.inject({ kind: 'sessionLost' });
    await recovered(2);
    sim(0).control.inject({ kind: 'restart', downMs: 60_000 });
    await recovered(3);
    sim(1).control.loseSessions('news');
    sim(1).control.removeContent('news');
    await recovered(4);
    expect(took).toEqual([
      [1, 0, 1],
      [2, 0, 1],
      [2, 1, 1],
      [2, expect.any(Number), 2],
    ]);
    for (const player of players) {
      await player.more(SECOND);
      expect(player.isOver).toBe(false);
      expect(player.frames().at(-2)).toMatchObject({ channelId: 77, intact: true });
      expect(player.continuityErrors()).toEqual([]);
    }
    invariants = { allow: { leaked: 0 } };
  });

  it('shows the viewers null packets while it looks for a way', async () => {
    await open({ session: { backoffMs: [400] } });
    const [player] = await audience(house.channels.add(NEWS));
    sim().control.inject({ kind: 'restart', downMs: 300 });
    await stats(({ state }) => state === 'recovering');
    await player?.until(() => player.data.includes(Buffer.from([0x47, 0x1f, 0xff])));
    await goesOn(player ? [player] : []);
  });

  it('gives up after its time and lets the viewers go', async () => {
    await open({ session: { giveUpMs: 300 } });
    const players = await audience(house.channels.add(NEWS));
    sim().control.inject({ kind: 'restart', downMs: 60_000 });
    await Promise.all(players.map((player) => player.ended()));
    expect(house.streaming.hub.stats()).toEqual([]);
    // The log waits with its second line of a second.
    await eventually(() => house.logger.entries.some(({ fields }) => fields['reason'] === 'source-lost'));
  });

  it('does not recover for nobody', async () => {
    await open({ session: { lingerMs: 60_000 } });
    const players = await audience(house.channels.add(NEWS));
    for (const player of players) player.leave();
    await eventually(() => house.streaming.hub.stats()[0]?.state === 'draining');
    sim().control.inject({ kind: 'sessionLost' });
    await sim().until(() => house.streaming.hub.stats().length === 0);
    expect(sim().metrics.totalStarts).toBe(1);
  });

  it('lets the late news of an old session end nobody who watches the new one', async () => {
    await open({ session: { lingerMs: 0 } });
    const id = house.channels.add(NEWS);
    sim().control.inject({ kind: 'slowStop', ms: 300 });
    const first = house.player(id);
    await first.received(SECOND);
    first.leave();
    await sim().until(({ metrics }) => metrics.stopsReceived === 1);
    const second = house.player(id);
    await second.received(SECOND);
    await sim().until(({ metrics }) => metrics.stopsDone === 1);
    await second.more(SECOND);
    expect(second.isOver).toBe(false);
    expect(second.continuityErrors()).toEqual([]);
  });

  it.each<[string, MediaEvent]>([
    ['garbage', { kind: 'garbage', bytes: 5_000, atBytes: 2 * SECOND }],
    ['a text', { kind: 'textInStream', atBytes: 2 * SECOND }],
    ['a step off the packet border', { kind: 'misalign', bytes: 77, atBytes: 2 * SECOND }],
    ['bytes that come twice', { kind: 'duplicateBytes', bytes: 1_000, atBytes: 2 * SECOND }],
  ])('sends whole packets and goes on through %s in the stream', async (_what, fault) => {
    await open();
    sim().control.inject(fault);
    const players = await audience(house.channels.add(NEWS));
    for (const player of players) {
      await player.received(4 * SECOND);
      expect(player.frames().at(-2)).toMatchObject({ intact: true });
    }
    expect(sim().metrics.totalStarts).toBe(1);
  });

  it('stops fighting for a content that another client keeps taking', async () => {
    await open({ session: { giveUpMs: 400 } });
    const players = await audience(house.channels.add(NEWS));
    sim().control.inject({ kind: 'superseded' });
    await stats(({ recoveries, state }) => recoveries === 1 && state === 'live');
    sim().control.inject({ kind: 'superseded' });
    await Promise.all(players.map((player) => player.ended()));
    expect(sim().metrics.totalStarts).toBe(2);
  });
});
