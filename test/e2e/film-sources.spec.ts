import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { Database } from '../../src/platform/database/database.js';
import { UsersService } from '../../src/users/users.service.js';
import { FilmSourceRefresh } from '../../src/vod/feeds/film-source-refresh.js';
import { FilmSourceScheduler } from '../../src/vod/feeds/film-source-scheduler.js';
import { FilmSource } from '../../src/vod/film-source.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { VodWay } from '../../src/vod/vod-way.entity.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';
import { runCommand } from '../fakes/command-line.js';
import { clipOf, type HlsFolder } from '../fakes/hls-folder.js';
import { createRutubeHost, videoId, type FakeVideo, type RutubeHost } from '../fakes/rutube-host.js';

type Body = supertest.Response['body'];

const SEGMENT = Buffer.alloc(188 * 10, 0x47);
const LIST = '/api/tags/video/1/';

function films(count: number, first = 1): FakeVideo[] {
  return Array.from({ length: count }, (_, at) => ({
    number: first + at,
    title: `Картина ${'абвгдежзик'[first + at - 1]} (2001)`,
    duration: 7200,
    hits: 10 * (first + at),
  }));
}

describeOnEveryDialect('sources of films', (store) => {
  let house: AdminHouse;
  let host: RutubeHost;
  let film: HlsFolder;
  let id: number;

  beforeAll(async () => {
    film = clipOf([SEGMENT, SEGMENT]);
    host = await createRutubeHost({ perPage: 3, streamFolder: film.folder });
    const rutube = { baseUrl: host.url, requestsPerSecond: 1000 };
    // The streams stand on this machine too.
    house = await AdminHouse.open(store, { rutube, sources: { allowPrivate: true } });
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    film.remove();
  });
  beforeEach(async () => {
    host.lists.set(LIST, films(7));
    id = (await add({ address: 'tag:1' })).id;
  });
  afterEach(async () => {
    host.heal();
    host.nextFault = undefined;
    await ask('delete', `/${id}`);
  });

  const ask = async (method: Method, path: string, body?: object): Promise<[number, Body]> => {
    const answer = await house.ask(method, `/api/admin/film-sources${path}`).send(body);
    return [answer.status, answer.body];
  };
  const add = async (body: object): Promise<Body> => {
    const [status, source] = await ask('post', '', body);
    expect([status, source.error]).toEqual([201, undefined]);
    return source;
  };
  const refresh = (force = false) => house.get(FilmSourceRefresh).refresh(id, { force });
  const ways = (): Promise<VodWay[]> => {
    const where = { filmSourceId: id };
    return house.get(Database).read.find(VodWay, { where, order: { locator: 'ASC' } });
  };
  const open = async (): Promise<string[]> =>
    (await ways()).filter(({ retiredAt }) => retiredAt === null).map(({ locator }) => locator);

  it('are listed, added, changed and removed', async () => {
    const [, list] = await ask('get', '');
    expect(list).toMatchObject({
      total: 1,
      items: [
        {
          id,
          name: 'Rutube tags/video/1',
          address: LIST,
          intervalMinutes: 720,
          maxPages: 20,
          lastReport: null,
        },
      ],
    });
    const change = { name: 'Кино', maxPages: 5, allFilms: true, intervalMinutes: 0, isEnabled: false };
    expect(await ask('patch', `/${id}`, change)).toMatchObject([200, { ...change, address: LIST }]);
    expect(await ask('get', `/${id + 1000}`)).toMatchObject([404, { error: { code: 'not_found' } }]);
    const audit = await house.get(AuditRepository).page({ entity: 'film source', page: 1, perPage: 2 });
    expect(audit.items.map(({ action }) => action)).toEqual(['change', 'add']);
    expect(await ask('delete', `/${id}`)).toMatchObject([200, { retired: 0 }]);
    expect((await ask('get', `/${id}`))[0]).toBe(404);
  });

  it.each([
    [{ address: 'https://example.org/api/tags/video/1/' }, 'address'],
    [{ address: 'http://169.254.169.254/' }, 'address'],
    [{ address: 'tag:1', intervalMinutes: 29 }, 'intervalMinutes'],
    [{ address: 'tag:1', maxPages: 201 }, 'maxPages'],
    [{ address: 'tag:1', leastMinutes: 0 }, 'leastMinutes'],
    [{ address: 'tag:1', categoryId: 999_999 }, 'categoryId'],
    [{ address: 'tag:1', colour: 'red' }, 'colour'],
    [{}, 'address'],
  ])('are refused where they make no sense: %j', async (body, field) => {
    const [status, answer] = await ask('post', '', body);
    expect(status).toBe(400);
    expect(JSON.stringify(answer.error.details)).toContain(field);
  });

  it('become films, each with all that Rutube tells of it', async () => {
    const report = await refresh();
    expect(report).toMatchObject({
      status: 'ok',
      reason: null,
      pages: 3,
      entries: 7,
      films: 7,
      added: 7,
      problems: [],
    });
    const [way] = await ways();
    expect(way).toMatchObject({
      ...{ origin: 'rutube', locator: videoId(1), container: 'm3u8', label: 'Картина а (2001)' },
      ...{ durationSeconds: 7200, addedAt: Date.UTC(2024, 4, 1, 9) / 1000, allowPrivate: false },
      details: {
        author: 'Cinema',
        category: 'Фильмы',
        isActive: true,
        pageUrl: `https://rutube.ru/video/${videoId(1)}/`,
      },
    });
    const film = await house.get(Database).read.findOneBy(Film, { id: way?.filmId ?? 0 });
    expect(film).toMatchObject({ title: 'Картина а', year: 2001, state: 'film', ageLimit: 12, views: 10 });
    expect(await refresh()).toMatchObject({ status: 'ok', added: 0, updated: 0, retired: 0 });
    host.lists.set(LIST, films(6));
    expect(await refresh()).toMatchObject({ status: 'ok', films: 6, retired: 1 });
    expect(await open()).toHaveLength(6);
  });

  it.each([
    ['gone', () => host.lists.delete(LIST)],
    ['empty', () => host.lists.set(LIST, [])],
    ['down', () => host.inject({ kind: 'reset' }, { times: 9 })],
    ['something else', () => host.inject({ kind: 'html200' })],
    ['suddenly short', () => host.lists.set(LIST, films(2))],
  ])('leave what was there when the list is %s', async (_, spoil) => {
    await refresh();
    spoil();
    const report = await refresh();
    expect(report.status).toBe('stale');
    expect(report.reason).not.toBeNull();
    expect(await open()).toHaveLength(7);
    const source = await house.get(Database).read.findOneByOrFail(FilmSource, { id });
    expect(source).toMatchObject({ entryCount: 7, lastReport: { status: 'stale' } });
    // Sooner than the schedule says.
    expect((source.nextRunAt ?? 0) - (source.lastRunAt ?? 0)).toBeLessThan(40 * 60);
  });

  it('are believed to have shrunk when somebody says so', async () => {
    await refresh();
    host.lists.set(LIST, films(2));
    expect((await refresh()).reason).toContain('2 of 7');
    expect(await refresh(true)).toMatchObject({ status: 'ok', retired: 5 });
    expect(await open()).toHaveLength(2);
  });

  it('take nothing away by what was read in part', async () => {
    await refresh();
    host.lists.set(LIST, films(5, 3));
    host.inject({ kind: 'status', code: 500 }, { content: '?page=2', times: 9 });
    await ask('patch', `/${id}`, { maxPages: 1 });
    expect(await refresh()).toMatchObject({ status: 'ok', films: 3, retired: 0 });
    expect(await open()).toHaveLength(7);
    await ask('patch', `/${id}`, { maxPages: 20 });
    const running = refresh();
    await host.requests.until(() => host.asked(LIST) > 0);
    expect(await running).toMatchObject({ retired: 2 });
  });

  it('are read once however many ask, also over the API', async () => {
    const before = host.asked(LIST);
    const [first, second, [status, begun]] = await Promise.all([
      refresh(),
      refresh(),
      ask('post', `/${id}/refresh`, {}),
    ]);
    expect([status, first]).toEqual([202, second]);
    expect(begun.id).toBe(id);
    await house.get(FilmSourceRefresh).refresh(id);
    expect(host.asked(LIST) - before).toBeLessThanOrEqual(9);
    const [, source] = await ask('get', `/${id}`);
    expect(source).toMatchObject({
      run: null,
      entryCount: 7,
      lastReport: { status: 'ok', films: 7, skipped: [] },
    });
  });

  it('are read when their time has come', async () => {
    const database = house.get(Database);
    const scheduler = house.get(FilmSourceScheduler);
    await scheduler.runDue();
    expect(await open()).toEqual([]);
    await database.write('due', (manager) => manager.update(FilmSource, { id }, { nextRunAt: 1 }));
    await scheduler.runDue();
    expect(await open()).toHaveLength(7);
    const { nextRunAt, lastRunAt } = await database.read.findOneByOrFail(FilmSource, { id });
    const minutes = ((nextRunAt ?? 0) - (lastRunAt ?? 0)) / 60;
    expect(minutes).toBeGreaterThanOrEqual(0.9 * 720 - 1);
    expect(minutes).toBeLessThanOrEqual(1.1 * 720 + 1);
  });

  it('go with their films, which keep their ids for their return', async () => {
    await refresh();
    const database = house.get(Database);
    const idsOf = async (): Promise<number[]> =>
      (await ways()).map(({ filmId }) => filmId ?? 0).sort((a, b) => a - b);
    const before = await idsOf();
    expect(await ask('delete', `/${id}`)).toEqual([200, { retired: 7 }]);
    expect(await database.read.countBy(VodWay, { filmSourceId: id })).toBe(0);
    id = (await add({ address: 'tag:1' })).id;
    await refresh();
    expect(await idsOf()).toEqual(before);
  });

  it('are films in players, until Rutube has them no more', async () => {
    await refresh();
    const { password } = await house.get(UsersService).add('ana', { password: 'secret-of-ana' });
    const account = `username=ana&password=${password}`;
    const listed = async (): Promise<{ stream_id: number; name: string; container_extension: string }[]> => {
      await house.house.changes.check();
      await house.get(FilmLibrary).fresh();
      const answer = await house.ask('get', `/player_api.php?${account}&action=get_vod_streams`, null);
      return answer.body as { stream_id: number; name: string; container_extension: string }[];
    };
    const [first, second] = await listed();
    expect(first).toMatchObject({ name: expect.stringContaining('Картина'), container_extension: 'm3u8' });
    const path = `/movie/ana/${password}/${first?.stream_id}.m3u8`;
    const playlist = await house.ask('get', path, null).buffer(true).parse(bytes);
    expect(playlist.status).toBe(200);
    const segment = /^\.\.\/\.\.\/\.\.(\S+\/1\.ts)$/m.exec(String(playlist.body))?.[1] ?? '';
    const sent = await house.ask('get', segment, null).buffer(true).parse(bytes);
    expect([sent.status, SEGMENT.equals(sent.body as Buffer)]).toEqual([200, true]);
    for (const { number } of films(7)) host.gone.add(videoId(number));
    const dead = `/movie/ana/${password}/${second?.stream_id}.mp4`;
    expect((await house.ask('get', dead, null)).status).toBe(404);
    expect((await listed()).map(({ stream_id }) => stream_id)).not.toContain(second?.stream_id);
    host.gone.clear();
    await refresh();
    expect((await listed()).map(({ stream_id }) => stream_id)).toContain(second?.stream_id);
  });

  it('on the command line', async () => {
    const added = JSON.parse(await rooftop('film-sources', 'add', 'person:5', '--pages', '3', '--json'));
    expect(added).toMatchObject({ address: '/api/video/person/5/', maxPages: 3 });
    const other = String(added.id);
    expect(await rooftop('film-sources', 'refresh', String(id))).toMatch(/ok\n.*7 films.*\n.*7 added/);
    expect(await rooftop('film-sources', 'refresh', other)).toMatch(/failed \(Rutube has no such list\)/);
    expect(await rooftop('film-sources', 'set', other, '--pause', '--name', 'Studio')).toContain(
      '"Studio" changed',
    );
    const rows = await rooftop('film-sources', 'list');
    expect(rows).toMatch(/Studio +paused/);
    expect(rows).toMatch(/Rutube tags\/video\/1 +ok +7/);
    const fetched: unknown = JSON.parse(await rooftop('films', 'fetch', '--only', 'feeds', '--json'));
    expect(fetched).toMatchObject({
      read: [{ what: 'feed', id, status: 'ok', entries: 7, reason: null }],
      links: null,
    });
    expect(await rooftop('film-sources', 'remove', other)).toContain('removed, 0 ways');
    await expect(rooftop('film-sources', 'refresh', other)).rejects.toMatchObject({ code: 'not_found' });
    await expect(rooftop('film-sources', 'refresh')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  function bytes(response: supertest.Response, done: (error: Error | null, body: Buffer) => void): void {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => done(null, Buffer.concat(parts)));
  }

  async function rooftop(...args: string[]): Promise<string> {
    return (await runCommand(house, ...args)).out;
  }
});
