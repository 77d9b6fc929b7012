import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { strictContinuity } from '../builders/ts-reader.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { ask } from '../fakes/raw-http.js';
import { describeWithService } from '../fakes/services.js';
import { openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const SECOND = 125_000;
/** The card with two lines of words, three turns of it. */
const ENOUGH = 60_000;

describe('slates', () => {
  let host: HttpTsHost;
  let house: StreamHouse;
  let dead: number;
  let alive: number;

  beforeEach(async () => {
    host = await createHttpTsHost({ channels: ['one', 'two'] });
    house = await openStreamHouse({ session: { lingerMs: 100, coldLingerMs: 50 } });
    alive = house.channels.add(host.urlOf('one'));
    dead = house.channels.add(host.urlOf('gone'));
  });

  afterEach(async () => {
    await house.close();
    await host.close();
  });

  async function slate(player: StreamPlayer): Promise<string | null | undefined> {
    expect(await player.opened()).toBe(200);
    expect(player.headers['content-type']).toBe('video/mp2t');
    await player.received(ENOUGH);
    expect(player.data[0]).toBe(0x47);
    expect(strictContinuity(player.data)).toEqual([]);
    return house.playback.sessions().find((session) => session.slate !== null)?.slate;
  }

  it('are for those who want them; all others get a status', async () => {
    house.addUser({ slates: false });
    expect((await ask(house.port, { path: `/live/ines/pass/${dead}.ts` })).status).toBe(404);
    house.addUser({ slates: true });
    expect((await ask(house.port, { path: '/live/ines/pass/999.ts' })).status).toBe(404);
    expect((await ask(house.port, { path: `/live/ines/wrong/${dead}.ts` })).status).toBe(401);
    const head = await ask(house.port, { method: 'HEAD', path: `/live/ines/pass/${dead}.ts` });
    expect(head.status).toBe(200);
    expect(house.streaming.hub.stats()).toEqual([]);
  });

  it('say that a channel is offline, to all who ask with one stream, and cost no connection', async () => {
    house.addUser({ slates: true, maxConnections: 1 });
    const players = [house.player(dead), house.player(dead)];
    expect(await slate(players[0]!)).toBe('Channel offline');
    expect(await slate(players[1]!)).toBe('Channel offline');
    expect(house.streaming.hub.stats().map(({ key, viewers }) => [key.slice(0, 5), viewers])).toEqual([
      ['slate', 2],
    ]);
    expect(house.playback.activeConnections(1)).toBe(0);
    const channel = house.player(alive);
    await channel.received(SECOND);
    expect(channel.frames()[0]).toMatchObject({ intact: true });
  });

  it('say that an account has expired, and stay when viewers are checked', async () => {
    house.addUser({ slates: true, status: 'Expired', expiresAt: Date.UTC(2026, 2, 1) / 1000 });
    const player = house.player(alive);
    expect(await slate(player)).toBe('Account expired on 1 March 2026');
    await house.playback.recheck();
    expect(player.isOver).toBe(false);
    house.addUser({ slates: true, status: 'Banned' });
    expect(await slate(house.player(alive))).toBeDefined();
    expect(house.playback.sessions().map((session) => session.slate)).toContain('Account closed');
    house.addUser({ slates: false, status: 'Banned' });
    expect((await ask(house.port, { path: `/live/ines/pass/${alive}.ts` })).status).toBe(403);
  });

  it('tell a device whose place was taken why it cannot come back by itself', async () => {
    house.addUser({ slates: true, maxConnections: 1 });
    const two = house.channels.add(host.urlOf('two'));
    const television = { headers: { 'user-agent': 'A television' } };
    const old = house.player(alive, television);
    await old.received(5 * SECOND);
    const phone = house.player(two, { headers: { 'user-agent': 'A phone' } });
    await phone.received(5 * SECOND);
    await old.ended();
    expect(await slate(house.player(alive, television))).toBe('Too many devices');
    await phone.more(SECOND);
    expect(house.playback.activeConnections(1)).toBe(1);
  });

  it('come in segments as well', async () => {
    house.addUser({ slates: true });
    const path = `/live/ines/pass/${dead}.m3u8`;
    const playlist = await ask(house.port, { path });
    expect(playlist.status).toBe(200);
    const [first = ''] = playlist.text.split('\n').filter((line) => line.endsWith('.ts'));
    const segment = await ask(house.port, { path: new URL(first, `http://host${path}`).pathname });
    expect(segment.body.length).toBeGreaterThan(ENOUGH / 3);
    expect(house.playback.activeConnections(1)).toBe(0);
  });

  it('are drawn once for many who ask at once, and remembered', async () => {
    const texts = Array.from({ length: 40 }, () => house.streaming.slates.turn({ title: 'The same' }));
    const drawn = await Promise.all(texts);
    expect(new Set(drawn.filter(Boolean)).size).toBe(1);
    expect(await house.streaming.slates.turn({ title: 'The same' })).toBe(drawn[0]);
  });
});

describeWithService('ffmpeg', 'a slate in a real decoder', () => {
  it('is a picture with words and silence, without a complaint', async () => {
    const house = await openStreamHouse();
    const turn = await house.streaming.slates.turn({ title: 'Channel offline', lines: ['Первый канал'] });
    await house.close();
    const input = turn ?? Buffer.alloc(0);
    const probe = spawnSync(
      'ffprobe',
      [
        '-v',
        'error',
        '-show_entries',
        'stream=codec_name,profile,width,height,channels',
        '-of',
        'csv=p=0',
        '-',
      ],
      { input },
    );
    // Once for the programme, once for the whole.
    expect([...new Set(probe.stdout.toString().split('\n').filter(Boolean))]).toEqual([
      'h264,Constrained Baseline,1280,720',
      'aac,LC,2',
    ]);
    const run = spawnSync('ffmpeg', ['-v', 'warning', '-i', '-', '-f', 'null', '-'], { input });
    expect(run.stderr.toString()).toBe('');
    const raw = spawnSync(
      'ffmpeg',
      ['-v', 'error', '-i', '-', '-map', '0:v', '-f', 'rawvideo', '-pix_fmt', 'gray', '-'],
      { input, maxBuffer: 128 * 1024 * 1024 },
    ).stdout;
    const pixels = 1280 * 720;
    expect(raw.length).toBe(48 * pixels);
    const bright = raw.subarray(0, pixels).filter((value) => value > 150).length;
    expect(bright).toBeGreaterThan(3_000);
    expect(raw.subarray(47 * pixels).equals(raw.subarray(0, pixels))).toBe(true);
  });
});
