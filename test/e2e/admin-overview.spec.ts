import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { History } from '../../src/platform/overview/history.js';
import { FilmEnrichment } from '../../src/vod/tmdb/film-enrichment.js';
import { storeFilms } from '../builders/film-shelf.js';
import { smallGuide } from '../builders/small-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { runCommand } from '../fakes/command-line.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';
import { createTmdbHost, type TmdbHost } from '../fakes/tmdb-host.js';

interface Overview {
  hosts: { kind: string; name: string; state: string; lastError: string | null }[];
  caches: { name: string; hits: number; hitRate: number | null; hitRateOfDay: number | null }[];
  hours: { at: string; figures: Record<string, number> }[];
}

const SECRET = 's3cretword';
const NOT_COUNTED = { lastSuccessAt: null, lastFailureAt: null, errorRate: null };

describeOnEveryDialect('the overview', (store) => {
  let house: AdminHouse;
  let host: ListHost;
  let tmdb: TmdbHost;

  beforeAll(async () => {
    host = await createListHost();
    tmdb = await createTmdbHost({ films: [{ id: 949, originalTitle: 'Heat', year: 1995 }], key: 'right' });
    house = await AdminHouse.open(store, { tmdb: { key: 'right', baseUrl: `${tmdb.url}/3` } });
    const from = Math.floor(Date.now() / 3_600_000) * 3600;
    host.put('/l.m3u', '#EXTM3U\n#EXTINF:-1 tvg-id="ch1",Channel 1\nhttp://tv.invalid/1\n');
    host.put('/g.xml', smallGuide({ channels: 1, hours: 5, from }));
    await rooftop('sources', 'add', `${host.url}/l.m3u?token=${SECRET}`, '--allow-private');
    await rooftop('guides', 'add', `${host.url}/g.xml?token=${SECRET}`, '--allow-private');
    await rooftop('films', 'run-all');
    await rooftop('film-sources', 'add', 'tag:5064', '--interval', '0');
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await tmdb.close();
  });

  const rooftop = async (...args: string[]): Promise<string> => (await runCommand(house, ...args)).out;
  /** What is told is kept for some seconds: one look for each test. */
  const look = async (): Promise<Overview> => {
    const answer = await house.ask('get', '/api/admin/overview');
    expect(answer.status).toBe(200);
    return answer.body as Overview;
  };

  it('tells freshness, hosts, counts, caches and the last 24 hours, and no secret', async () => {
    const [id = 0] = await storeFilms(house.house.database, [{ title: 'Heat', year: 1995, ways: [{}] }]);
    await house.get(FilmEnrichment).enrich(id);
    for (let times = 0; times < 3; times++) await house.ask('get', '/api/genres', null);
    await house.get(History).sample();
    const overview = await look();
    expect(overview).toMatchObject({
      freshness: expect.arrayContaining([
        expect.objectContaining({ what: 'lists', total: 1, ageSeconds: expect.any(Number), stale: [] }),
        expect.objectContaining({ what: 'guides', total: 1, ageSeconds: expect.any(Number), stale: [] }),
        expect.objectContaining({ what: 'films', ageSeconds: expect.any(Number) }),
        expect.objectContaining({ what: 'feeds', total: 1 }),
      ]),
      counts: {
        channels: { shown: 1, hidden: 0, retired: 0 },
        guides: { channels: 1, programmes: 5 },
        films: { film: 1 },
        filmsAtTmdb: { match: 1 },
        ways: { list: 1 },
        users: { all: 1, administrators: 1, active: 1 },
      },
      now: { viewers: 0, streams: 0 },
      missing: [],
    });
    const hosts = overview.hosts.filter(({ kind }) => kind !== 'engine');
    expect(hosts.find(({ kind }) => kind === 'feed')?.name).toBe('rutube.ru');
    expect(hosts.map(({ kind, state }) => [kind, state]).toSorted()).toEqual([
      ['feed', 'unknown'],
      ['guide', 'ok'],
      ['list', 'ok'],
      ['rutube', 'unknown'],
      ['tmdb', 'ok'],
    ]);
    expect(overview.caches.map(({ name }) => name).toSorted()).toEqual([
      'catalogue',
      'film lists',
      'film pages',
      'guide answers',
      'images',
      'passwords',
      'rutube streams',
      'tmdb',
    ]);
    expect(overview.caches.find(({ name }) => name === 'tmdb')).toMatchObject({
      ...{ hits: expect.any(Number), hitRate: expect.any(Number), hitRateOfDay: expect.any(Number) },
    });
    const pages = overview.caches.find(({ name }) => name === 'film pages');
    expect(pages).toMatchObject({ hits: 1, misses: 2, entries: 1, bytes: expect.any(Number) });
    expect(overview.hours).toHaveLength(24);
    expect(overview.hours.at(-1)?.figures).toMatchObject({ requests: expect.any(Number), errors: 0 });
    expect(JSON.stringify(overview)).not.toContain(SECRET);
  });

  it('is the same for monitoring, and on the command line', async () => {
    const { text } = await house.ask('get', '/metrics', null);
    expect(text).toMatch(/rooftop_host_up\{kind="list",host="127\.0\.0\.1"\} 1/);
    expect(text).toMatch(/rooftop_freshness_seconds\{what="guides"\} \d+/);
    expect(text).toMatch(/rooftop_items\{what="films",kind="film"\} 1/);
    expect(text).toMatch(/rooftop_cache_misses\{cache="tmdb"\} \d+/);
    expect(text).toMatch(/rooftop_cache_hits\{cache="film pages"\} 1/);
    expect(text).toMatch(/rooftop_cache_bytes\{cache="film pages"\} [1-9]\d*/);
    expect(text).not.toContain(SECRET);
    const said = await rooftop('overview');
    expect(said).toMatch(/lists +1 /);
    expect(said).toMatch(/channels: 1 shown/);
    expect(said).not.toContain(SECRET);
  });
});

describeOnEveryDialect('the overview of a bad day', (store) => {
  let house: AdminHouse;
  let host: ListHost;
  let tmdb: TmdbHost;

  beforeAll(async () => {
    host = await createListHost();
    tmdb = await createTmdbHost({ key: 'right' });
    house = await AdminHouse.open(store, { tmdb: { key: 'wrong', baseUrl: `${tmdb.url}/3` } });
  });
  afterAll(async () => {
    await house.close();
    await host.close();
    await tmdb.close();
  });

  it('says which host is down, since when, and why in words', async () => {
    await runCommand(house, 'guides', 'add', `${host.url}/gone.xml`, '--allow-private', '--name', 'Gone');
    await runCommand(house, 'guides', 'refresh', '--all');
    const [id = 0] = await storeFilms(house.house.database, [{ title: 'Heat' }]);
    await house.get(FilmEnrichment).enrich(id);
    const { body } = await house.ask('get', '/api/admin/overview');
    expect(body.freshness).toContainEqual(
      expect.objectContaining({
        ...{ what: 'guides', oldestSuccessAt: null, ageSeconds: null },
        stale: [expect.objectContaining({ name: 'Gone', lastSuccessAt: null, reason: expect.any(String) })],
      }),
    );
    expect(body.hosts).toContainEqual({
      ...{ kind: 'guide', name: '127.0.0.1', state: 'down', since: null },
      lastError: expect.stringContaining('404'),
      ...NOT_COUNTED,
    });
    expect(body.hosts).toContainEqual({
      ...{ kind: 'tmdb', name: 'TMDB', state: 'down', since: expect.any(String) },
      lastError: 'TMDB refuses the key',
      ...NOT_COUNTED,
    });
  });
});
