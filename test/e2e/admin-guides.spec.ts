import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { smallGuide } from '../builders/small-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';
import { EventListener } from '../fakes/event-listener.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

type Body = supertest.Response['body'];

const NOW = Math.floor(Date.now() / 3_600_000) * 3600;
const FIVE = { channels: 5, hours: 30, from: NOW };
/** Takes some seconds where it comes slowly. */
const LONG = { ...FIVE, hours: 2_000 };

describeOnEveryDialect('guides over the API', (store) => {
  let house: AdminHouse;
  let host: ListHost;

  beforeAll(async () => {
    house = await AdminHouse.open(store);
  });
  afterAll(() => house.close());
  beforeEach(async () => {
    host = await createListHost();
  });
  afterEach(() => host.close());

  const ask = async (method: Method, path: string, body?: object): Promise<[number, Body]> => {
    const answer = await house.ask(method, `/api/admin/guides${path}`).send(body);
    return [answer.status, answer.body];
  };
  const add = async (body: object): Promise<Body> => {
    const [status, guide] = await ask('post', '', body);
    expect([status, guide.error]).toEqual([201, undefined]);
    return guide;
  };
  /** Polls as the page of an operator would, until the run is over. */
  const settled = async (id: number): Promise<Body> => {
    for (;;) {
      const [status, guide] = await ask('get', `/${id}`);
      expect(status).toBe(200);
      if (guide.run === null) return guide;
    }
  };

  it('are added without showing their secrets again', async () => {
    const guide = await add({
      url: 'http://me:secret1@guides.invalid/xmltv.php?username=u&password=secret2',
      headers: { 'X-Token': 'secret3' },
      options: { parameters: { token: 'secret4', tz: '3' }, channels: ['1', '2'] },
      timeZone: 'Europe/Moscow',
    });
    expect(guide).toMatchObject({
      name: expect.stringContaining('guides.invalid'),
      headerNames: ['X-Token'],
      parameterNames: ['token', 'tz'],
      requestedChannels: ['1', '2'],
      timeZone: 'Europe/Moscow',
      intervalMinutes: 720,
      priority: 100,
      lastReport: null,
      run: null,
      canUndo: false,
    });
    await ask('patch', `/${guide.id}`, { options: { parameters: { token: 'secret5' } }, name: 'Renamed' });
    const log = await house.ask('get', `/api/admin/audit?entity=guide&entityId=${guide.id}`);
    expect(log.body.items).toMatchObject([{ action: 'change' }, { action: 'add' }]);
    const everything = JSON.stringify([guide, (await ask('get', ''))[1], log.body]);
    expect(everything).not.toMatch(/secret\d/);
    expect((await ask('delete', `/${guide.id}`))[0]).toBe(200);
    expect((await ask('get', `/${guide.id}`))[0]).toBe(404);
  });

  it('are read, previewed, brought back, and tell what happened', async () => {
    const guide = await add({ url: host.put('/g.xml', smallGuide(FIVE)), allowPrivate: true });
    const [status, begun] = await ask('post', `/${guide.id}/refresh`, {});
    expect([status, begun.run?.step]).toEqual([202, 'waiting']);
    expect(await settled(guide.id)).toMatchObject({
      channelCount: 5,
      programmeCount: 150,
      lastReport: {
        status: 'ok',
        reason: null,
        problems: [],
        firstStart: new Date(NOW * 1000).toISOString(),
      },
    });
    expect((await ask('get', `/${guide.id}/preview`))[0]).toBe(404);
    expect((await ask('post', `/${guide.id}/undo`))[0]).toBe(409);

    host.put(
      '/g.xml',
      smallGuide({ ...FIVE, channels: 4, edition: 'B' }).replace('<title', '<title>x</title><b'),
    );
    expect((await ask('post', `/${guide.id}/preview`))[0]).toBe(202);
    await settled(guide.id);
    expect((await ask('get', `/${guide.id}/preview`))[1]).toMatchObject({
      report: { status: 'ok', programmes: 120 },
      diff: { dropped: { total: 1, first: [{ xmltvId: 'ch5', name: 'Channel 5' }] }, programmesBefore: 150 },
    });
    expect(await settled(guide.id)).toMatchObject({ channelCount: 5, canUndo: false });

    await ask('post', `/${guide.id}/refresh`, {});
    expect(await settled(guide.id)).toMatchObject({ channelCount: 4, canUndo: true });
    const [undone] = await ask('post', `/${guide.id}/undo`);
    expect(undone).toBe(200);
    const [, runs] = await ask('get', `/${guide.id}/runs`);
    expect(runs.items).toMatchObject([{ status: 'ok' }, { status: 'ok' }, { status: 'ok' }]);
    expect(runs.items[0].report.problemsBy).not.toEqual({});
    expect(runs.items[0].report.problems[0]).toMatchObject({ line: expect.any(Number) });
  });

  describe('told as events', () => {
    const EVENTS = '/api/admin/guides/events';
    interface Run {
      guideId: number;
      mode: string;
      step: string;
      bytes: number;
      programmes: number;
    }
    const listen = (): EventListener => new EventListener(house.url, EVENTS, house.token);
    const runs = (listener: EventListener): Run[] =>
      listener.told<{ items: Run[] }>('runs').flatMap(({ items }) => items);
    const ends = (listener: EventListener): Body[] => listener.told<Body>('end');

    it('are for administrators, only some at once, and end with the server', async () => {
      expect((await house.ask('get', EVENTS, null)).status).toBe(401);
      const listeners = Array.from({ length: 21 }, listen);
      await Promise.all(listeners.map((listener) => listener.until(() => listener.status !== 0)));
      expect(listeners.map(({ status }) => status).sort()).toEqual([...Array<number>(20).fill(200), 429]);
      await house.close();
      await Promise.all(listeners.map((listener) => listener.until(() => listener.over)));
      house = await AdminHouse.open(store);
    });

    it('show how far a run is and how it ended', async () => {
      const listener = listen();
      await listener.until(() => listener.told('runs').length === 1);
      expect(listener.told('runs')).toEqual([{ items: [], total: 0 }]);
      const guide = await add({ url: host.put('/g.xml', smallGuide(LONG)), allowPrivate: true });
      host.inject({ kind: 'slowDrip', bytes: 200_000, everyMs: 700 });
      await ask('post', `/${guide.id}/refresh`, {});
      await listener.until(() => ends(listener).length === 1);
      const going = runs(listener).find(({ programmes }) => programmes > 0);
      expect(going).toMatchObject({ guideId: guide.id, mode: 'stage', step: 'fetching' });
      expect(going).toMatchObject({
        channels: 5,
        bytes: expect.any(Number),
        secondsLeft: expect.any(Number),
      });
      expect(going?.programmes).toBeLessThan(10_000);
      expect(ends(listener)).toMatchObject([
        { guideId: guide.id, mode: 'stage', status: 'ok', reason: null, programmes: 10_000 },
      ]);
      expect((await ask('get', `/${guide.id}`))[1]).toMatchObject({ run: null, programmeCount: 10_000 });
      await listener.until(() => listener.told<{ total: number }>('runs').at(-1)?.total === 0);
      listener.leave();
    });

    it('tell failures and previews, too', async () => {
      const guide = await add({ url: `${host.url}/absent.xml`, allowPrivate: true });
      const listener = listen();
      await listener.until(() => listener.told('runs').length === 1);
      await ask('post', `/${guide.id}/refresh`, {});
      await listener.until(() => ends(listener).length === 1);
      host.put('/absent.xml', smallGuide(FIVE));
      await ask('post', `/${guide.id}/preview`);
      await listener.until(() => ends(listener).length === 2);
      expect(ends(listener)).toMatchObject([
        { guideId: guide.id, mode: 'stage', status: 'failed', reason: expect.stringContaining('404') },
        { guideId: guide.id, mode: 'preview', status: 'ok', programmes: 150 },
      ]);
      listener.leave();
    });
  });

  it('refuse what breaks a rule, naming every field', async () => {
    const [status, body] = await ask('post', '', {
      url: 'file:///etc/passwd',
      timeZone: 'Mars/Olympus',
      kind: 'xmltv',
      options: { pageParameter: 'a b' },
    });
    expect(status).toBe(400);
    const fields = (body.error.details as { field: string }[]).map(({ field }) => field);
    expect(fields.sort()).toEqual(['options.pageParameter', 'timeZone', 'url']);
    const guide = await add({ url: 'http://twice.invalid/g.xml' });
    expect((await ask('post', '', { url: 'http://twice.invalid/g.xml' }))[0]).toBe(409);
    expect((await ask('patch', `/${guide.id}`, { priority: -1 }))[0]).toBe(400);
    for (const path of ['/99999', '/99999/runs', '/99999/preview']) {
      expect((await ask('get', path))[0]).toBe(404);
    }
    expect((await ask('post', '/99999/refresh', {}))[0]).toBe(404);
  });
});
