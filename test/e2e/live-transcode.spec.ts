import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { TsFileSource } from '../fakes/media/ts-file-source.js';
import { describeWithService } from '../fakes/services.js';
import { eventually, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const QUICK = { lingerMs: 50, coldLingerMs: 50, backoffMs: [0, 100], stallMs: 5_000 };

describeWithService('ffmpeg', 'transcoding', () => {
  let film: Buffer;
  let host: HttpTsHost;
  let house: StreamHouse;

  beforeAll(() => {
    film = spawnSync(
      'ffmpeg',
      [
        ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=25'],
        ...[
          '-f',
          'lavfi',
          '-i',
          'sine=sample_rate=48000',
          '-t',
          '8',
          '-c:v',
          'libx264',
          '-preset',
          'ultrafast',
        ],
        ...[
          '-g',
          '25',
          '-bf',
          '0',
          '-b:v',
          '1500k',
          '-pix_fmt',
          'yuv420p',
          '-c:a',
          'mp2',
          '-f',
          'mpegts',
          'pipe:1',
        ],
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    ).stdout;
  });

  beforeEach(async () => {
    host = await createHttpTsHost({ channels: [{ name: 'news', media: () => new TsFileSource(film) }] });
    house = await openStreamHouse({
      session: QUICK,
      ffmpeg: { maxTranscodes: 1, videoOptions: '-preset ultrafast' },
    });
    house.addUser({ transcodeProfile: '480p' });
  });

  afterEach(async () => {
    await house.close();
    expect(house.streaming.ffmpeg.processes).toBe(0);
    await host.close();
  });

  /** What ffprobe sees in it: codec and height of every stream. */
  function look(player: StreamPlayer): string[] {
    const args = ['-v', 'error', '-show_entries', 'stream=codec_name,height', '-of', 'csv=p=0', 'pipe:0'];
    const said = spawnSync('ffprobe', args, { input: player.data }).stdout.toString();
    return [
      ...new Set(
        said
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      ),
    ].sort();
  }

  it('makes one stream for all who want the same', async () => {
    const id = house.channels.add(host.urlOf('news'));
    const players = [house.player(id), house.player(id)];
    await Promise.all(players.map((player) => player.received(300_000)));
    expect(players.map(look)).toEqual([
      ['aac', 'h264,480'],
      ['aac', 'h264,480'],
    ]);
    expect(house.streaming.ffmpeg.processes).toBe(1);
    expect(host.maxOpenStreams).toBe(1);
    expect(
      house.streaming.hub
        .stats()
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['channel 1', 'channel 1 @480p']);
  });

  it('leaves the picture alone where only the sound is wanted', async () => {
    house.addUser({ transcodeProfile: 'aac' });
    const player = house.player(house.channels.add(host.urlOf('news')));
    await player.received(600_000);
    expect(look(player)).toEqual(['aac', 'h264,720']);
  });

  it('ends with its last viewer, and the channel with it', async () => {
    const player = house.player(house.channels.add(host.urlOf('news')));
    await player.received(100_000);
    player.leave();
    await eventually(() => house.streaming.hub.stats().length === 0 && host.openStreams === 0);
  });

  it('goes on when the source breaks', async () => {
    const player = house.player(house.channels.add(host.urlOf('news')));
    await player.received(200_000);
    host.resetConnections();
    await player.more(600_000);
    expect(player.isOver).toBe(false);
    expect(player.continuityErrors()).toEqual([]);
  });

  it('refuses more than allowed, in words', async () => {
    await house.player(house.channels.add(host.urlOf('news'))).received(50_000);
    const second = house.player(house.channels.add(host.urlOf('news')));
    expect(await second.opened()).toBe(503);
  });
});
