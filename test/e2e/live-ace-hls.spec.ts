import { afterEach, describe, expect, it } from '@jest/globals';
import { contentIdOf, infohashOf } from '../fakes/engine-simulator/catalogue.js';
import {
  channelNumberOf,
  createSim,
  type EngineSimulator,
} from '../fakes/engine-simulator/engine-simulator.js';
import type { SimOptions } from '../fakes/engine-simulator/sim-options.js';
import type { EngineFault } from '../fakes/faults/fault.js';
import { aceId, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const SECOND = 125_000;
const NEWS = aceId(contentIdOf('news'));
const NUMBER = channelNumberOf(infohashOf('news'));
const QUICK = { lingerMs: 100, coldLingerMs: 50, backoffMs: [0, 50], stallMs: 3_000 };

describe('AceStream contents that come as HLS', () => {
  let sim: EngineSimulator;
  let house: StreamHouse;

  async function open(options: SimOptions = {}): Promise<void> {
    sim = await createSim({
      contents: [{ name: 'news', encrypted: true }, { name: 'plain' }],
      hlsSegmentSeconds: 1,
      ...options,
    });
    house = await openStreamHouse({ engines: [sim.url], startGapMs: 0, session: QUICK });
  }

  async function watching(): Promise<StreamPlayer> {
    const player = house.player(house.channels.add(NEWS));
    await player.received(4 * SECOND);
    expect(player.frames().at(-2)).toMatchObject({ channelId: NUMBER, intact: true });
    expect(player.continuityErrors()).toEqual([]);
    return player;
  }

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await sim.close();
  });

  it('play when they are encrypted, in one session', async () => {
    await open();
    await watching();
    expect(sim.metrics.totalStarts).toBe(2);
    expect(sim.control.openSessions().map(({ format }) => format)).toEqual(['hls']);
  });

  it('are started as HLS at once the next time', async () => {
    await open();
    (await watching()).leave();
    await sim.until(({ metrics }) => metrics.stopsDone === 2);
    await watching();
    expect(sim.metrics.totalStarts).toBe(3);
  });

  it('share one session among channels', async () => {
    await open();
    const players = [house.player(house.channels.add(NEWS)), house.player(house.channels.add(NEWS))];
    await Promise.all(players.map((player) => player.received(3 * SECOND)));
    expect(sim.control.openSessions()).toHaveLength(1);
  });

  it('are asked of the engine alone, whatever host its playlist names', async () => {
    await open({ publicHost: 'engine.example:6878' });
    await watching();
  });

  it.each<[string, EngineFault]>([
    ['the server counts its segments anew', { kind: 'hlsSequenceReset' }],
    ['a segment is missing', { kind: 'hlsSegment404' }],
  ])('go on when %s', async (_what, fault) => {
    await open();
    const player = await watching();
    sim.control.inject(fault);
    await player.more(4 * SECOND);
    expect(player.isOver).toBe(false);
    expect(player.frames().at(-2)).toMatchObject({ channelId: NUMBER });
    expect(player.continuityErrors()).toEqual([]);
  });

  it('go on behind a segment that is short', async () => {
    await open();
    const player = await watching();
    sim.control.inject({ kind: 'hlsSegmentShort' });
    await player.more(4 * SECOND);
    expect(player.frames().at(-2)).toMatchObject({ channelId: NUMBER, intact: true });
  });

  it.each<[string, EngineFault]>([
    ['another client takes the content over', { kind: 'superseded' }],
    ['the engine forgets the session', { kind: 'sessionLost' }],
  ])('start a new session when %s', async (_what, fault) => {
    await open();
    const player = await watching();
    sim.control.inject(fault);
    await house.anyPlayer(() => house.streaming.hub.stats().some(({ recoveries }) => recoveries === 1));
    await player.more(2 * SECOND);
    expect(player.isOver).toBe(false);
    expect(player.frames().at(-2)).toMatchObject({ channelId: NUMBER, intact: true });
    expect(player.continuityErrors()).toEqual([]);
    expect(sim.metrics.totalStarts).toBe(3);
  });
});
