import { afterEach, beforeAll, beforeEach, expect, it, jest } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { contentIdOf } from '../fakes/engine-simulator/catalogue.js';
import { createSim, type EngineSimulator } from '../fakes/engine-simulator/engine-simulator.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { TsFileSource } from '../fakes/media/ts-file-source.js';
import { RealPlayer } from '../fakes/real-player.js';
import type { PlayerName } from '../fakes/real-player.js';
import { describeWithService } from '../fakes/services.js';
import { aceId, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';

/** A minute of television, and a machine with other things to do. */
jest.setTimeout(120_000);

/** Nothing here breaks by being slow: which source goes on must not depend on how busy the machine is. */
const QUICK = { lingerMs: 100, coldLingerMs: 50, backoffMs: [0, 100], stableMs: 0 };

/** Ten seconds of moving picture and sound, as encoders make them, each with pids of its own. */
function film(options: { size: string; tone: number; firstPid: number }): Buffer {
  const run = spawnSync(
    'ffmpeg',
    [
      ...['-v', 'error', '-f', 'lavfi', '-i', `testsrc2=size=${options.size}:rate=25`],
      ...['-f', 'lavfi', '-i', `sine=frequency=${options.tone}:sample_rate=48000`, '-t', '10'],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-keyint_min', '25', '-sc_threshold', '0'],
      ...['-bf', '0', '-b:v', '500k', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-ac', '2'],
      ...['-f', 'mpegts', '-mpegts_start_pid', String(options.firstPid)],
      ...['-mpegts_pmt_start_pid', String(options.firstPid + 0x80), 'pipe:1'],
    ],
    { maxBuffer: 64 * 1024 * 1024 },
  );
  return run.stdout;
}

/** A frame of sound that was cut in two by a break makes the decoder count a few milliseconds twice. */
function isHairline(line: string): boolean {
  const [, last, next] = /non monotonically increasing dts .* (\d+) >= (\d+)$/.exec(line) ?? [];
  return Number(last) - Number(next) < 1_024;
}

describeWithService('ffmpeg', 'real players', () => {
  let films: Buffer[] = [];
  let sim: EngineSimulator;
  let host: HttpTsHost;
  let house: StreamHouse;
  let player: RealPlayer | undefined;

  beforeAll(() => {
    films = [
      film({ size: '320x180', tone: 440, firstPid: 0x100 }),
      film({ size: '426x240', tone: 550, firstPid: 0x200 }),
      film({ size: '320x240', tone: 660, firstPid: 0x300 }),
    ];
  });

  const media = (index: number) => () => new TsFileSource(films[index] ?? Buffer.alloc(0));

  beforeEach(async () => {
    sim = await createSim({ contents: [{ name: 'news', media: media(0) }] });
    host = await createHttpTsHost({
      channels: [
        { name: 'spare', media: media(1) },
        { name: 'last', media: media(2) },
      ],
      hls: { segmentSeconds: 1 },
    });
    house = await openStreamHouse({ engines: [sim.url], startGapMs: 0, session: QUICK });
  });

  afterEach(async () => {
    await player?.stop();
    await house.close();
    await sim.close();
    await host.close();
  });

  /** Breaks the stream of the only channel and waits until it flows again. */
  async function breaks(
    name: string,
    sourceId: number,
    strike: () => void,
    canRepeat = false,
  ): Promise<void> {
    expect(stats().sourceId).toBe(sourceId);
    const before = stats().recoveries;
    strike();
    for (let looks = 1; stats().recoveries === before; looks++) {
      // A connection that rests, because its source is far ahead, notices a fault when it moves again.
      if (looks % 100 === 0 && canRepeat) strike();
      await player?.more(1);
    }
    expect(player?.isOver).toBe(false);
    await player?.more(50).catch((error: unknown) => {
      throw new Error(`behind ${name}: ${String(error)}`);
    });
  }

  function stats(): { recoveries: number; sourceId: number | null } {
    return house.streaming.hub.stats()[0] ?? { recoveries: 0, sourceId: null };
  }

  async function playThrough(name: PlayerName): Promise<RealPlayer> {
    const id = house.channels.add(
      aceId(contentIdOf('news')),
      host.urlOf('spare'),
      host.urlOf('last', 'm3u8'),
    );
    player = new RealPlayer(name, `http://127.0.0.1:${house.port}/live/ines/pass/${id}.ts`);
    await player.more(50);
    await breaks('an end', 1, () => sim.control.inject({ kind: 'dropFin' }), true);
    await breaks('a reset', 1, () => sim.control.inject({ kind: 'dropRst' }), true);
    await breaks('a switch to HTTP', 1, () => {
      sim.control.loseSessions('news');
      sim.control.removeContent('news');
    });
    await breaks('a switch to HLS', 2, () => {
      host.inject({ kind: 'status', code: 503 }, { route: 'channel', times: 1_000 });
      host.resetConnections();
    });
    expect(stats().sourceId).toBe(3);
    return player;
  }

  it('ffmpeg decodes on over ends, resets and other sources', async () => {
    const watched = await playThrough('ffmpeg');
    expect(watched.seconds).toEqual([...watched.seconds].sort((a, b) => a - b));
    expect(watched.complaints.filter((line) => !isHairline(line))).toEqual([]);
  });

  describeWithService('mpv', 'mpv', () => {
    it('plays on', async () => {
      const watched = await playThrough('mpv');
      expect(watched.seconds).toEqual([...watched.seconds].sort((a, b) => a - b));
    });
  });

  describeWithService('vlc', 'VLC', () => {
    it('plays on', async () => {
      const watched = await playThrough('vlc');
      expect(watched.isOver).toBe(false);
    });
  });
});
