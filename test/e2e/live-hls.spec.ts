import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpTsHost, type HttpTsHost, type HttpTsHostOptions } from '../fakes/http-ts-host.js';
import { openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';

const SECOND = 125_000;
const QUICK = { lingerMs: 100, coldLingerMs: 50, backoffMs: [0, 50], stallMs: 10_000 };

describe('channels that are HLS at their source', () => {
  let host: HttpTsHost;
  let house: StreamHouse;

  async function open(hls: HttpTsHostOptions['hls'] = { segmentSeconds: 1 }): Promise<void> {
    host = await createHttpTsHost({ channels: [{ name: 'news', channelId: 7 }], hls });
    house = await openStreamHouse({ session: QUICK });
  }

  afterEach(async () => {
    await house.close();
    await host.close();
  });

  it('play as one transport stream, picture after picture', async () => {
    await open();
    const player = house.player(house.channels.add(host.urlOf('news', 'm3u8')));
    await player.received(7 * SECOND);
    const frames = player.frames();
    expect(frames.slice(0, -1).every(({ channelId, intact }) => channelId === 7 && intact)).toBe(true);
    const numbers = frames.slice(0, -1).map(({ frame }) => frame);
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(player.continuityErrors()).toEqual([]);
    expect(host.requests.all.filter(({ path }) => path.startsWith('/segment/')).length).toBeGreaterThan(3);
  });
});
