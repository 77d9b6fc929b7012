import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { SessionDto } from '../../src/faces/admin/dto/sessions.dto.js';
import { UsersService } from '../../src/users/users.service.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { HttpTsHost } from '../fakes/http-ts-host.js';
import { StreamPlayer } from '../fakes/stream-player.js';

const SECOND = 125_000;

describe('live sessions over the API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let host: HttpTsHost;
  let channelId: number;
  let password: string;

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store);
    host = new HttpTsHost({ channels: ['one'] });
    await host.open();
    const category = await house.ask('post', '/api/admin/categories').send({ name: 'Mine' });
    const channel = await house
      .ask('post', '/api/admin/channels')
      .send({ name: 'One', categoryId: category.body.id as number });
    channelId = channel.body.id as number;
    const source = await house
      .ask('post', `/api/admin/channels/${channelId}/streams`)
      .send({ address: host.urlOf('one'), allowPrivate: true });
    expect(source.status).toBe(201);
    ({ password } = await house.get(UsersService).add('ana', { maxConnections: 0 }));
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await store.drop();
  });

  const watch = async (): Promise<StreamPlayer> => {
    const player = new StreamPlayer(
      Number(new URL(house.url).port),
      `/live/ana/${password}/${channelId}.ts`,
      {
        headers: { 'user-agent': 'A television' },
        keep: false,
      },
    );
    expect(await player.opened()).toBe(200);
    await player.received(SECOND);
    return player;
  };
  const sessions = async (): Promise<{ items: SessionDto[]; total: number }> =>
    (await house.ask('get', '/api/admin/sessions')).body as { items: SessionDto[]; total: number };

  it('are none while nobody watches', async () => {
    expect(await sessions()).toEqual({ items: [], total: 0 });
    expect((await house.ask('delete', '/api/admin/sessions/1')).status).toBe(404);
  });

  it('show who watches what, and end on request – the others go on', async () => {
    const [one, two] = [await watch(), await watch()];
    const { items, total } = await sessions();
    expect(total).toBe(2);
    expect(items[0]).toEqual({
      id: expect.any(Number),
      liveId: expect.any(Number),
      userId: expect.any(Number),
      username: 'ana',
      channelId,
      channelName: 'One',
      address: '127.0.0.1',
      userAgent: 'A television',
      output: 'ts',
      slate: null,
      startedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      bytes: expect.any(Number),
      lagMs: expect.any(Number),
      jumps: 0,
    });
    expect(JSON.stringify(items)).not.toContain(password);
    const first = items[0]!.id;
    expect((await house.ask('delete', `/api/admin/sessions/${first}`)).status).toBe(204);
    await one.ended();
    expect((await house.ask('delete', `/api/admin/sessions/${first}`)).status).toBe(404);
    await two.more(SECOND);
    expect((await sessions()).total).toBe(1);
    const log = await house.ask('get', '/api/admin/audit?entity=session');
    expect(log.body.items).toMatchObject([{ action: 'kick', changes: { username: 'ana', channelId } }]);
    two.leave();
  });

  it('end when their user is removed or disabled', async () => {
    const player = await watch();
    const { userId } = (await sessions()).items.at(-1)!;
    await house.ask('patch', `/api/admin/users/${userId}`).send({ isActive: false });
    await player.ended();
  });
});
