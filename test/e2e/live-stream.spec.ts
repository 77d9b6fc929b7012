import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  channelNumberOf,
  createSim,
  type EngineSimulator,
} from '../fakes/engine-simulator/engine-simulator.js';
import { contentIdOf, infohashOf } from '../fakes/engine-simulator/catalogue.js';
import { aceId, openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

const SECOND = 125_000;

describe('a live channel', () => {
  let sim: EngineSimulator;
  let house: StreamHouse;

  beforeEach(async () => {
    sim = await createSim({ contents: [{ name: 'news' }, { name: 'sport' }] });
    house = await openStreamHouse({ engines: [sim.url], session: { lingerMs: 100, coldLingerMs: 50 } });
  });

  afterEach(async () => {
    await house.close();
    sim.assertInvariants();
    await sim.close();
  });

  it('plays', async () => {
    const id = house.channels.add(aceId(contentIdOf('news')));
    const player = house.player(id);
    expect(await player.opened()).toBe(200);
    expect(player.headers).toMatchObject({
      'content-type': 'video/mp2t',
      'cache-control': 'no-store',
      'accept-ranges': 'none',
    });
    await player.received(3 * SECOND);
    const frames = player.frames();
    expect(frames.length).toBeGreaterThan(40);
    expect(frames.slice(0, -1).every((frame) => frame.intact)).toBe(true);
    expect(new Set(frames.map(({ channelId }) => channelId))).toEqual(
      new Set([channelNumberOf(infohashOf('news'))]),
    );
    expect(player.continuityErrors()).toEqual([]);
    player.leave();
    await sim.until(({ metrics }) => metrics.stopsDone === 1);
    sim.assertInvariants({ expectedStarts: 1 });
  });
});
