import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LiveStreamDto, LiveStreamsDto } from '../../src/faces/admin/dto/live.dto.js';
import { UsersService } from '../../src/users/users.service.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { EventListener } from '../fakes/event-listener.js';
import { HttpTsHost } from '../fakes/http-ts-host.js';
import { StreamPlayer } from '../fakes/stream-player.js';

const SECOND = 125_000;

const EVENTS = '/api/admin/sessions/events';
const told = (listener: EventListener): LiveStreamsDto[] => listener.told<LiveStreamsDto>('streams');

describe('running streams over the API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let host: HttpTsHost;
  let channelId: number;
  let password: string;
  const sources: number[] = [];

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store);
    host = new HttpTsHost({ channels: ['one', 'two'] });
    await host.open();
    const category = await house.ask('post', '/api/admin/categories').send({ name: 'Mine' });
    const channel = await house
      .ask('post', '/api/admin/channels')
      .send({ name: 'One', categoryId: category.body.id as number });
    channelId = channel.body.id as number;
    for (const name of ['one', 'two']) {
      const source = await house
        .ask('post', `/api/admin/channels/${channelId}/streams`)
        .send({ address: host.urlOf(name), allowPrivate: true });
      sources.push(source.body.id as number);
    }
    ({ password } = await house.get(UsersService).add('ana', { maxConnections: 0 }));
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await store.drop();
  });

  const watch = async (file = `${channelId}.ts`): Promise<StreamPlayer> => {
    const player = new StreamPlayer(Number(new URL(house.url).port), `/live/ana/${password}/${file}`, {
      headers: { 'user-agent': 'A television' },
    });
    expect(await player.opened()).toBe(200);
    return player;
  };
  const live = async (): Promise<LiveStreamsDto> =>
    (await house.ask('get', '/api/admin/live')).body as LiveStreamsDto;
  const only = async (): Promise<LiveStreamDto> => {
    const { items } = await live();
    expect(items).toHaveLength(1);
    return items[0]!;
  };

  it('are none while nobody watches', async () => {
    expect(await live()).toEqual({ items: [], total: 0 });
    expect((await house.ask('delete', '/api/admin/live/1')).status).toBe(404);
    expect((await house.ask('post', '/api/admin/live/1/source').send({})).status).toBe(404);
    expect((await house.ask('get', '/api/admin/live', null)).status).toBe(401);
  });

  it('show where the bytes come from, and who watches – as a stream and in segments', async () => {
    const player = await watch();
    await player.received(2 * SECOND);
    const segments = await watch(`${channelId}.m3u8`);
    await segments.ended();
    expect(await only()).toEqual({
      id: expect.any(Number),
      channelId,
      title: 'One',
      state: 'live',
      place: new URL(host.urlOf('one')).host,
      infohash: null,
      peers: null,
      speedDown: null,
      sourceId: sources[0],
      sourceIds: sources,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      uptimeSeconds: expect.any(Number),
      firstPictureMs: expect.any(Number),
      silentMs: expect.any(Number),
      waiting: 0,
      bytesIn: expect.any(Number),
      bitrate: expect.any(Number),
      codec: 'h264',
      ringBytes: expect.any(Number),
      ringMs: expect.any(Number),
      continuityErrors: 0,
      breaks: 0,
      recoveries: 0,
      lastProblem: null,
      picture: null,
      viewers: [
        expect.objectContaining({ output: 'ts', username: 'ana', address: '127.0.0.1', slate: null }),
        expect.objectContaining({ output: 'm3u8', userAgent: 'A television', jumps: 0 }),
      ],
    });
    const { viewers, id } = await only();
    expect(viewers.map(({ liveId }) => liveId)).toEqual([id, id]);
    const metrics = await house.ask('get', '/metrics', null);
    expect(metrics.text).toContain(`rooftop_stream_viewers{stream="channel ${channelId}"} 2`);
    expect(metrics.text).toContain('rooftop_viewers_of_segments 1');
    player.leave();
  });

  it('go over to another source on request, with their viewers', async () => {
    const player = await watch();
    await player.received(SECOND);
    const { id } = await only();
    const path = `/api/admin/live/${id}/source`;
    const answer = await house.ask('post', path).send({ sourceId: sources[1] });
    expect(answer.status).toBe(200);
    await player.until(() => player.frames().some(({ channelId: number }) => number === 2));
    expect(player.isOver).toBe(false);
    expect(player.continuityErrors()).toEqual([]);
    expect(await only()).toMatchObject({ id, state: 'live', sourceId: sources[1] });
    expect((await house.ask('post', path).send({ sourceId: sources[1] })).status).toBe(409);
    expect((await house.ask('post', path).send({ sourceId: 999_999 })).status).toBe(404);
    expect((await house.ask('post', path).send({ sourceId: 'x' })).status).toBe(400);
    expect((await house.ask('post', path).send({})).status).toBe(200);
    await player.more(SECOND);
    expect(await only()).toMatchObject({ sourceId: sources[0] });
    const log = await house.ask('get', '/api/admin/audit?entity=stream');
    expect(log.body.items).toMatchObject([
      { action: 'switch', changes: { channelId, from: sources[1], to: 'next' } },
      { action: 'switch', changes: { channelId, from: sources[0], to: sources[1] } },
    ]);
    player.leave();
  });

  it('stop on request for all who watch', async () => {
    const players = [await watch(), await watch()];
    await Promise.all(players.map((player) => player.received(SECOND)));
    const { id } = await only();
    expect((await house.ask('delete', `/api/admin/live/${id}`)).status).toBe(204);
    await Promise.all(players.map((player) => player.ended()));
    expect(await live()).toEqual({ items: [], total: 0 });
    expect((await house.ask('delete', `/api/admin/live/${id}`)).status).toBe(404);
  });

  it('tell what changes as it happens, at most once a second', async () => {
    const listener = new EventListener(house.url, EVENTS, house.token);
    await listener.until(() => told(listener).length === 1);
    expect(told(listener)[0]).toEqual({ items: [], total: 0 });
    const player = await watch();
    await listener.until(() => told(listener).at(-1)?.items[0]?.viewers.length === 1);
    const count = told(listener).length;
    const startedAt = Date.now();
    await listener.until(() => told(listener).length >= count + 2);
    expect(Date.now() - startedAt).toBeGreaterThan(1_000);
    expect(listener.text).not.toContain(password);
    player.leave();
    await listener.until(() => told(listener).at(-1)?.items[0]?.viewers.length === 0);
    listener.leave();
  });

  it('tell it only to administrators, and only to some at once', async () => {
    expect((await house.ask('get', EVENTS, null)).status).toBe(401);
    const listeners = Array.from({ length: 21 }, () => new EventListener(house.url, EVENTS, house.token));
    while (listeners.some(({ status }) => status === 0)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(listeners.filter(({ contentType }) => contentType === 'text/event-stream')).toHaveLength(20);
    expect(listeners.map(({ status }) => status).sort()).toEqual([...Array<number>(20).fill(200), 429]);
    await house.ask('post', '/api/admin/auth/logout');
    await Promise.all(listeners.map((listener) => listener.until(() => listener.over)));
  }, 40_000);
});
