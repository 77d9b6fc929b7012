import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';
import { ConnectProxy } from '../fakes/connect-proxy.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

type Body = supertest.Response['body'];

const M3U = `#EXTM3U
#EXTINF:-1 tvg-id="one.tv" group-title="News",One
http://tv.invalid/1.ts
#EXTINF:-1 group-title="News",Two
acestream://0123456789abcdef0123456789abcdef01234567
`;

describeOnEveryDialect('lists over the API', (store) => {
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
    const answer = await house.ask(method, `/api/admin/sources${path}`).send(body);
    return [answer.status, answer.body];
  };
  const add = async (body: object): Promise<Body> => {
    const [status, list] = await ask('post', '', body);
    expect([status, list.error]).toEqual([201, undefined]);
    return list;
  };
  /** Polls as the page of an operator would, until the run is over. */
  const settled = async (id: number): Promise<Body> => {
    for (;;) {
      const [status, list] = await ask('get', `/${id}`);
      expect(status).toBe(200);
      if (list.run === null) return list;
    }
  };

  it.each(['socks5://h:1080', 'https://h:1', 'http://h/x', 'h:3128', ''])(
    'take no proxy such as %j',
    async (proxyUrl) => {
      expect((await ask('post', '', { url: 'http://lists.invalid/', proxyUrl }))[0]).toBe(400);
    },
  );

  it('are added without showing their secrets again', async () => {
    const list = await add({
      url: 'http://me:secret1@lists.invalid/get.php?username=u&password=secret2&type=m3u_plus',
      headers: { Authorization: 'Bearer secret3' },
      filters: { includeGroup: 'news|sport' },
      shrinkThreshold: 0.2,
    });
    expect(list).toMatchObject({
      name: expect.stringContaining('lists.invalid'),
      headerNames: ['Authorization'],
      filters: { includeGroup: 'news|sport' },
      intervalMinutes: 360,
      isEnabled: true,
      lastReport: null,
      run: null,
    });
    await ask('patch', `/${list.id}`, { headers: { Authorization: 'Bearer secret4' }, name: 'Renamed' });
    const log = await house.ask('get', `/api/admin/audit?entity=list&entityId=${list.id}`);
    expect(log.body.items).toMatchObject([{ action: 'change' }, { action: 'add' }]);
    const everything = JSON.stringify([list, (await ask('get', ''))[1], log.body]);
    expect(everything).not.toMatch(/secret\d/);
    await ask('delete', `/${list.id}`);
  });

  it.each([
    { url: 'file:///etc/passwd' },
    { url: 'ftp://lists.invalid/a' },
    { url: 'lists.invalid/a' },
    { url: '' },
    {},
    { url: 'http://lists.invalid/a', type: 'xml' },
    { url: 'http://lists.invalid/a', intervalMinutes: -1 },
    { url: 'http://lists.invalid/a', headers: { 'X-A': 'a\r\nX-B: b' } },
    { url: 'http://lists.invalid/a', headers: ['X-A: b'] },
    { url: 'http://lists.invalid/a', filters: { includeGroup: '(' } },
    { url: 'http://lists.invalid/a', filters: { includeEverything: 'x' } },
    { url: 'http://lists.invalid/a', filters: 'x' },
    { url: 'http://lists.invalid/a', filters: [] },
    { url: 'http://lists.invalid/a', shrinkThreshold: 1.5 },
    { url: 'http://lists.invalid/a', maxConnections: 0 },
    { url: 'http://lists.invalid/a', contentHash: 'x' },
  ])('refuse %j', async (body) => {
    const [status, answer] = await ask('post', '', body);
    expect([status, answer.error.code]).toEqual([400, 'invalid_input']);
    expect(answer.error.details.length).toBeGreaterThan(0);
  });

  it('are refreshed in the background, and say how it went', async () => {
    host.put('/l.m3u', M3U);
    const list = await add({ url: `${host.url}/l.m3u`, allowPrivate: true });
    const [status, begun] = await ask('post', `/${list.id}/refresh`, {});
    expect(status).toBe(202);
    expect(begun.run).toEqual({ step: expect.any(String), done: expect.any(Number), total: null });
    expect(await settled(list.id as number)).toMatchObject({
      entryCount: 2,
      lastReport: { status: 'ok', found: 2, added: 2, problems: [] },
      lastSuccessAt: expect.stringMatching(/^\d{4}-/),
    });
    expect((await house.ask('get', `/api/admin/channels?listSourceId=${list.id}`)).body.total).toBe(2);
    await ask('post', `/${list.id}/refresh`);
    expect((await settled(list.id as number)).lastReport.status).toBe('unchanged');
    const [removed, { retired }] = await ask('delete', `/${list.id}`);
    expect([removed, retired]).toEqual([200, 2]);
    expect((await ask('get', `/${list.id}`))[0]).toBe(404);
  });

  it('that fail say why, without the address', async () => {
    const list = await add({ url: `${host.url}/missing.m3u?token=secret5`, allowPrivate: true });
    await ask('post', `/${list.id}/refresh`, { force: true });
    const failed = await settled(list.id as number);
    expect(failed.lastReport).toMatchObject({ status: 'failed', reason: expect.any(String) });
    expect(JSON.stringify(failed)).not.toContain('secret5');
    await ask('delete', `/${list.id}`);
  });

  it('in the local network need a word of the operator', async () => {
    host.put('/l.m3u', M3U);
    const list = await add({ url: `${host.url}/l.m3u` });
    await ask('post', `/${list.id}/refresh`, {});
    expect((await settled(list.id as number)).lastReport.status).toBe('failed');
    expect(host.requests.all).toHaveLength(0);
    await ask('delete', `/${list.id}`);
  });

  it('are read through their proxy, whose login is never shown', async () => {
    const proxy = await new ConnectProxy({ login: 'anna:hunter2', names: ['lists.invalid'] }).open();
    host.put('/l.m3u', M3U);
    const url = `${host.url}/l.m3u`.replace('127.0.0.1', 'lists.invalid');
    const list = await add({ url, proxyUrl: proxy.urlFor() });
    expect(list.proxyUrl).toBe(`http://***@${proxy.host}`);
    await ask('post', `/${list.id}/refresh`, {});
    expect((await settled(list.id)).lastReport).toMatchObject({ status: 'ok', found: 2 });
    expect(proxy.asked.map(({ target }) => target)).toEqual([new URL(url).host]);
    const [, wrong] = await ask('patch', `/${list.id}`, { proxyUrl: proxy.urlFor('anna:hunter3') });
    await ask('post', `/${list.id}/refresh`, { force: true });
    const failed = await settled(list.id);
    expect(failed.lastReport).toMatchObject({
      status: 'stale',
      reason: expect.stringContaining('the proxy refuses the login (407)'),
    });
    const log = await house.ask('get', `/api/admin/audit?entity=list&entityId=${list.id}`);
    expect(JSON.stringify([list, wrong, failed, log.body])).not.toContain('hunter');
    const [status, bare] = await ask('patch', `/${list.id}`, { proxyUrl: null });
    expect([status, bare.proxyUrl]).toEqual([200, null]);
    await ask('delete', `/${list.id}`);
    await proxy.close();
  });
});
