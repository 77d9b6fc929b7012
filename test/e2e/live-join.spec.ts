import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { plainPackets } from '../builders/ts-reader.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { SyntheticSource } from '../fakes/media/synthetic-source.js';
import { openStreamHouse, type StreamHouse, type StreamHouseOptions } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const SECOND = 125_000;
const GOP_FRAMES = 25;

/** Pictures that all refer to one that never comes. */
function blind(): SyntheticSource {
  const source = new SyntheticSource({ bitrate: 1_000_000, gopFrames: GOP_FRAMES });
  source.next();
  source.suppressKeyframes = true;
  return source;
}

describe('a viewer who joins', () => {
  let host: HttpTsHost;
  let house: StreamHouse;
  let channel: number;

  async function open(options: StreamHouseOptions = {}): Promise<void> {
    house = await openStreamHouse({
      ...options,
      session: { lingerMs: 100, coldLingerMs: 50, ...options.session },
    });
    channel = house.channels.add(host.urlOf('news'));
  }

  beforeEach(async () => {
    host = await createHttpTsHost({
      channels: [
        { name: 'news', media: () => new SyntheticSource({ bitrate: 1_000_000, gopFrames: GOP_FRAMES }) },
        { name: 'blind', media: blind },
      ],
    });
  });
  afterEach(async () => {
    await house.close();
    await host.close();
  });

  /** The first frame a player was given. */
  const firstFrame = async (player: StreamPlayer): Promise<number> => {
    await player.received(SECOND);
    const [first] = player.frames();
    expect(player.data[0]).toBe(0x47);
    expect(plainPackets(player.data.subarray(0, 188 * 2)).map(({ pid }) => pid)).toEqual([0, 0x1000]);
    expect((first?.frame ?? -1) % GOP_FRAMES).toBe(0);
    return first?.frame ?? -1;
  };

  it('starts as far behind as his account says, at a keyframe, behind tables', async () => {
    await open();
    const first = house.player(channel);
    await first.until(() => first.frames().length > 9 * GOP_FRAMES);
    const newest = (): number => first.frames().at(-1)?.frame ?? 0;
    house.addUser({ joinBehindSeconds: 0 });
    const close = newest() - (await firstFrame(house.player(channel)));
    house.addUser({ joinBehindSeconds: 4 });
    const far = newest() - (await firstFrame(house.player(channel)));
    house.addUser({ joinBehindSeconds: 60 });
    expect(await firstFrame(house.player(channel))).toBe(0);
    expect(close).toBeLessThan(2.5 * GOP_FRAMES);
    expect(far).toBeGreaterThan(close + 2 * GOP_FRAMES);
    expect(first.isOver).toBe(false);
  }, 40_000);

  it('gets the past as fast as he takes it, or paced where the server says so', async () => {
    await open({ streaming: { burstMbits: 4 } });
    const first = house.player(channel);
    await first.until(() => first.frames().length > 8 * GOP_FRAMES);
    house.addUser({ joinBehindSeconds: 60 });
    const startedAt = performance.now();
    const late = house.player(channel);
    await late.received(6 * SECOND);
    const seconds = (performance.now() - startedAt) / 1000;
    expect(seconds).toBeGreaterThan(((6 * SECOND - 128 * 1024 - 70_000) * 8) / 4_000_000);
    expect(late.continuityErrors()).toEqual([]);
  }, 40_000);

  it('is told nothing before there is a clean keyframe, and an error where none comes', async () => {
    await open({ session: { keyframeMs: 1_000 } });
    const player = house.player(house.channels.add(host.urlOf('blind')));
    const waited = await Promise.race([
      player.opened(),
      host.requests.until(() => host.requests.all.length > 0).then(() => 'nothing yet'),
    ]);
    expect(waited).toBe('nothing yet');
    expect(await player.opened()).toBe(502);
    expect(player.headers['x-stream-error']).toBe('bad-media');
    expect(player.bytes).toBe(0);
  });
});
