import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

describe('engines over the API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store);
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  it('are listed with health and load', async () => {
    const { status, body } = await house.ask('get', '/api/admin/engines');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      items: [{ id: 1, name: '127.0.0.1:6878', role: 'all', streams: 0, weight: 1, isDraining: false }],
      total: 1,
    });
  });

  it('are drained and used again, and the log says by whom', async () => {
    for (const isDraining of [true, false]) {
      const { status, body } = await house.ask('patch', '/api/admin/engines/1').send({ isDraining });
      expect([status, body.isDraining]).toEqual([200, isDraining]);
    }
    const { body } = await house.ask('get', '/api/admin/audit');
    const actions = (body.items as { action: string }[]).map(({ action }) => action);
    expect(actions.filter((action) => /drain|use/.test(action))).toHaveLength(2);
  });

  it('are refused where there is none, or for what is no flag', async () => {
    expect((await house.ask('patch', '/api/admin/engines/2').send({ isDraining: true })).status).toBe(404);
    expect((await house.ask('patch', '/api/admin/engines/1').send({ isDraining: 'yes' })).status).toBe(400);
    expect((await house.ask('get', '/api/admin/engines', null)).status).toBe(401);
  });
});
