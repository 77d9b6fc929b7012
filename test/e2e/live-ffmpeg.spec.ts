import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FfmpegSource, freePort } from '../fakes/ffmpeg-source.js';
import { FolderHost } from '../fakes/folder-host.js';
import { describeWithService } from '../fakes/services.js';
import { eventually, openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const QUICK = { lingerMs: 50, coldLingerMs: 50, backoffMs: [0, 200], stallMs: 4_000 };

describeWithService('ffmpeg', 'sources that ffmpeg opens', () => {
  let house: StreamHouse;
  let folder: string;
  let host: FolderHost;
  const sources: FfmpegSource[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'rooftop-ffmpeg-'));
    host = await new FolderHost(folder).open();
    house = await openStreamHouse({ session: QUICK });
  });

  afterEach(async () => {
    await house.close();
    expect(house.streaming.ffmpeg.processes).toBe(0);
    for (const source of sources.splice(0)) await source.stop();
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function send(output: readonly string[]): FfmpegSource {
    const source = new FfmpegSource(output);
    sources.push(source);
    return source;
  }

  function channel(kind: string, locator: string): number {
    const id = house.channels.add();
    house.channels.addSource(id, { kind, locator });
    return id;
  }

  /** Half a second of picture and more. */
  async function plays(id: number): Promise<StreamPlayer> {
    const player = house.player(id);
    await player.received(60_000);
    expect(player.status).toBe(200);
    expect(player.data[0]).toBe(0x47);
    expect(player.continuityErrors()).toEqual([]);
    return player;
  }

  it('plays UDP', async () => {
    const port = await freePort();
    send(['-f', 'mpegts', `udp://127.0.0.1:${port}?pkt_size=1316`]);
    await plays(channel('udp', `udp://127.0.0.1:${port}`));
  });

  it('plays SRT, and goes on after a break of the sender', async () => {
    const port = await freePort();
    const output = ['-f', 'mpegts', `srt://127.0.0.1:${port}?mode=listener`];
    const first = send(output);
    const player = await plays(channel('udp', `srt://127.0.0.1:${port}`));
    await first.stop();
    await house.anyPlayer(() => house.streaming.hub.stats().some(({ breaks }) => breaks > 0));
    send(output);
    await house.anyPlayer(() => house.streaming.hub.stats().some(({ recoveries }) => recoveries > 0));
    await player.more(60_000);
    expect(player.continuityErrors()).toEqual([]);
  });

  it('plays RTMP', async () => {
    const port = await freePort();
    send(['-f', 'flv', '-listen', '1', `rtmp://127.0.0.1:${port}/live/news`]);
    const id = channel('rtmp', `rtmp://127.0.0.1:${port}/live/news`);
    // The sender may not listen yet, and takes one connection only, so nobody else may try whether it does.
    while ((await house.player(id).opened()) !== 200);
    await plays(id);
  });

  /** A live HLS broadcast in the folder; resolves when its playlist is there with three segments. */
  async function broadcast(options: readonly string[], playlist = 'live.m3u8'): Promise<string> {
    const target = ['-hls_time', '1', '-hls_list_size', '6', '-hls_flags', 'delete_segments'];
    send(['-f', 'hls', ...target, ...options, path.join(folder, playlist)]);
    const name = playlist.replace('%v', '0');
    await eventually(() => existsSync(path.join(folder, name)) && /(#EXTINF.*\n.*\n){3}/.test(read(name)));
    return `${host.url}/${name}`;
  }

  function read(name: string): string {
    return readFileSync(path.join(folder, name), 'utf8');
  }

  it('plays HLS of fragmented MP4', async () => {
    const url = await broadcast(['-hls_segment_type', 'fmp4']);
    const player = await plays(channel('hls', url));
    await player.more(200_000);
    expect(house.streaming.ffmpeg.processes).toBe(1);
  });

  it('plays HLS whose sound comes apart from its picture', async () => {
    await broadcast(
      [
        '-map',
        '0:v',
        '-map',
        '1:a',
        '-var_stream_map',
        'v:0,agroup:sound a:0,agroup:sound,name:en',
        '-master_pl_name',
        'master.m3u8',
      ],
      'part%v.m3u8',
    );
    await eventually(() => existsSync(path.join(folder, 'master.m3u8')));
    const player = await plays(channel('hls', `${host.url}/master.m3u8`));
    await player.more(100_000);
    expect(pidsOf(player.data)).toEqual(expect.arrayContaining([0x100, 0x101]));
  });

  it('plays enciphered HLS by itself, with one request for the key', async () => {
    const key = path.join(folder, 'clear.key');
    writeFileSync(key, Buffer.from('0123456789abcdef'));
    writeFileSync(path.join(folder, 'key.info'), `${host.url}/clear.key\n${key}\n`);
    const url = await broadcast(['-hls_key_info_file', path.join(folder, 'key.info')]);
    const player = await plays(channel('http', url));
    await player.more(100_000);
    expect(house.streaming.ffmpeg.processes).toBe(0);
    expect(host.requests.filter(({ path: asked }) => asked === '/clear.key')).toHaveLength(1);
  });
});

function pidsOf(data: Buffer): number[] {
  const pids = new Set<number>();
  for (let at = 0; at + 188 <= data.length; at += 188) pids.add(data.readUInt16BE(at + 1) & 0x1fff);
  return [...pids];
}
