import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type supertest from 'supertest';
import { JobQueue } from '../../src/platform/jobs/job-queue.js';
import { FilmFinder } from '../../src/vod/finding/film-finder.js';
import { FilmEnrichment } from '../../src/vod/tmdb/film-enrichment.js';
import { FILMS_NOW, storeFilms, storeSeries } from '../builders/film-shelf.js';
import { storeChannels } from '../builders/stored-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse, type Method } from '../fakes/admin-house.js';
import { createTmdbHost, type TmdbHost } from '../fakes/tmdb-host.js';

type Body = supertest.Response['body'];

const ATTRIBUTION = 'This product uses the TMDB API but is not endorsed or certified by TMDB.';

describeOnEveryDialect('films over the API', (store) => {
  let house: AdminHouse;
  let tmdb: TmdbHost;

  const open = (): Promise<AdminHouse> =>
    AdminHouse.open(store, {
      tmdb: { key: 'key', baseUrl: `${tmdb.url}/3`, imageBaseUrl: `${tmdb.url}/t/p`, languages: ['en-US'] },
    });
  beforeAll(async () => {
    tmdb = await createTmdbHost({
      films: [
        { id: 11, originalTitle: 'Solaris', year: 1972, minutes: 166, votes: 90 },
        { id: 12, originalTitle: 'Solaris', year: 2002, minutes: 99, votes: 90 },
        { id: 949, originalTitle: 'Heat', year: 1995, minutes: 170, votes: 9000 },
      ],
    });
    house = await open();
  });
  afterAll(async () => {
    await house.close();
    await tmdb.close();
  });
  afterEach(async () => {
    for (const table of ['films', 'series', 'film_decisions', 'jobs', 'channels', 'categories']) {
      await house.house.database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
  });

  const ask = async (method: Method, path: string, body?: object): Promise<[number, Body]> => {
    const answer = await house.ask(method, `/api/admin${path}`).send(body);
    return [answer.status, answer.body];
  };
  const titles = async (query: string): Promise<string[]> => {
    const [status, body] = await ask('get', `/films?${query}`);
    expect([status, body.error]).toEqual([200, undefined]);
    return (body.items as { title: string }[]).map(({ title }) => title);
  };
  /** What a running server does when guides change and when films are due. */
  const runAll = async (): Promise<void> => {
    const enrichment = house.get(FilmEnrichment);
    await house.get(FilmFinder).run();
    await enrichment.addDue();
    await house.get(JobQueue).drain(enrichment.handler());
  };
  const put = (films: Parameters<typeof storeFilms>[1]): Promise<number[]> =>
    storeFilms(house.house.database, films);

  it('are listed, searched and filtered, whoever may see them', async () => {
    const [channel = 0] = await storeChannels(house.house.database, [{ name: 'One' }]);
    const airing = { channelId: channel, start: FILMS_NOW, stop: FILMS_NOW + 3600 };
    await put([
      { title: 'Äther', airings: [airing], tmdbStatus: 'match', tmdbId: 77, tmdbScore: 0.9 },
      { title: 'Beton', ways: [{ label: 'b' }], tmdbStatus: 'ambiguous', tmdbScore: 0.7 },
      { title: 'Candidate', state: 'candidate', tmdbStatus: 'none' },
      { title: 'Debate', state: 'rejected', tmdbStatus: 'manual' },
      { title: 'Erased', isHidden: true },
      { title: 'Former', retiredAt: 5 },
    ]);
    expect(await titles('')).toEqual(['Beton', 'Candidate', 'Debate', 'Erased', 'Äther']);
    expect(await titles('state=candidate')).toEqual(['Candidate']);
    expect(await titles('tmdbStatus=ambiguous')).toEqual(['Beton']);
    expect(await titles('origin=guide')).toEqual(['Äther']);
    expect(await titles('origin=list')).toEqual(['Beton']);
    expect(await titles('origin=rutube')).toEqual([]);
    expect(await titles('isHidden=true')).toEqual(['Erased']);
    expect(await titles('isRetired=true')).toEqual(['Former']);
    expect(await titles(`search=${encodeURIComponent('ÄTH')}`)).toEqual(['Äther']);
    expect(await titles('search=77')).toEqual(['Äther']);
    expect(await titles('sort=score&order=desc&perPage=2&state=film&isHidden=false')).toHaveLength(2);
    const [status, { error }] = await ask('get', '/films?state=odd&sort=x&perPage=0');
    expect([status, error.code, error.details.length]).toEqual([400, 'invalid_input', 3]);
  });

  it('tell their airings, ways without addresses, and what TMDB offers with scores and reasons', async () => {
    const [channel = 0] = await storeChannels(house.house.database, [{ name: 'One' }]);
    const start = Math.floor(Date.now() / 1000);
    const [id] = await put([
      {
        title: 'Solaris',
        airings: [{ channelId: channel, start, stop: start + 3600, title: 'Х/ф Solaris' }],
        ways: [{ label: 'A list' }],
      },
    ]);
    const [status, film] = await ask('get', `/films/${id}`);
    expect([status, film]).toMatchObject([
      200,
      {
        airings: [{ channelName: 'One', title: 'Х/ф Solaris' }],
        ways: [{ origin: 'list', label: 'A list', host: 'vod.test' }],
        decision: null,
        attribution: ATTRIBUTION,
      },
    ]);
    expect(JSON.stringify(film)).not.toContain('s3cret');
    expect(await ask('get', `/films/${id}/candidates`)).toEqual([
      200,
      {
        kind: 'ambiguous',
        reason: null,
        attribution: ATTRIBUTION,
        items: [11, 12].map((tmdbId) => ({
          ...{ tmdbId, title: 'Solaris', originalTitle: 'Solaris', votes: 90, minutes: null },
          year: tmdbId === 11 ? 1972 : 2002,
          score: expect.any(Number),
          reasons: ['same-title', 'year-unknown'],
        })),
      },
    ]);
    expect((await ask('get', '/films/499999999/candidates'))[0]).toBe(404);
  });

  it('keep what a person chose over every run and a restart, until it is taken back', async () => {
    const [chosen = 0, rejected = 0] = await put([
      { title: 'Solaris', ways: [{ label: 'one' }] },
      { title: 'Heat', year: 1995, ways: [{ label: 'two' }] },
    ]);
    await runAll();
    expect((await ask('get', `/films/${rejected}`))[1].tmdb).toMatchObject({ status: 'match', id: 949 });
    expect((await ask('post', `/films/${chosen}/match`, { tmdbId: 12 }))[1]).toMatchObject({
      ...{ decision: 'match', tmdb: { status: 'manual', id: 12, reasons: ['chosen'] } },
    });
    expect((await ask('post', `/films/${rejected}/reject`))[1]).toMatchObject({ state: 'rejected' });
    await runAll();
    await house.close();
    house = await open();
    await runAll();
    expect((await ask('get', `/films/${chosen}`))[1]).toMatchObject({
      ...{ state: 'film', decision: 'match' },
      tmdb: { status: 'manual', id: 12, title: 'Solaris', year: 2002 },
    });
    expect((await ask('get', `/films/${rejected}`))[1]).toMatchObject({
      ...{ state: 'rejected', decision: 'not-a-film', tmdb: { id: null, title: '' } },
    });

    expect((await ask('post', `/films/${chosen}/undo`))[1]).toMatchObject({ decision: null });
    await ask('post', `/films/${rejected}/undo`);
    await runAll();
    expect((await ask('get', `/films/${chosen}`))[1].tmdb).toMatchObject({ status: 'ambiguous', id: null });
    expect((await ask('get', `/films/${rejected}`))[1]).toMatchObject({ state: 'film', tmdb: { id: 949 } });
    const log = (await ask('get', `/audit?entity=film&entityId=${rejected}`))[1];
    expect(log.items).toMatchObject([
      { action: 'release', username: 'owner' },
      { action: 'reject', username: 'owner', changes: { title: 'Heat' } },
    ]);
  });

  it('are edited, given back, and hidden; what breaks a rule is refused by its field', async () => {
    const [id] = await put([{ title: 'Solaris', description: 'Told', ways: [{ label: 'a' }] }]);
    await runAll();
    const [, edited] = await ask('patch', `/films/${id}`, { year: 1972, description: '', isHidden: true });
    expect(edited).toMatchObject({ year: 1972, isHidden: true, editedFields: ['year', 'description'] });
    await runAll();
    expect((await ask('get', `/films/${id}`))[1].tmdb).toMatchObject({ status: 'match', id: 11 });
    const [, given] = await ask('post', `/films/${id}/reset`, { fields: ['description'] });
    expect(given).toMatchObject({ description: 'Told', year: 1972, editedFields: ['year'] });
    const [status, { error }] = await ask('patch', `/films/${id}`, { year: 0, rating: 11, title: '\u0007' });
    expect([status, error.code]).toEqual([400, 'invalid_input']);
    const fields = (error.details as { field: string }[]).map(({ field }) => field);
    expect(fields.toSorted()).toEqual(['rating', 'title', 'year']);
    expect((await ask('patch', '/films/499999999', { isHidden: true }))[0]).toBe(404);
    expect((await ask('post', `/films/${id}/match`, { tmdbId: 0 }))[0]).toBe(400);
  });

  it('have their steps begun, and tell the state of the jobs', async () => {
    await put([{ title: 'Heat', year: 1995 }]);
    expect(await ask('post', '/films/enrich')).toMatchObject([202, { enrich: { due: 1 }, isTmdbOn: true }]);
    expect(await ask('post', '/films/find')).toMatchObject([202, { find: { due: 1, failed: 0 } }]);
    await house.get(JobQueue).drain(house.get(FilmEnrichment).handler());
    expect(await ask('get', '/films/jobs')).toMatchObject([
      200,
      { find: { due: 1 }, enrich: { due: 0, later: 0, running: 0, failed: 0, nextDueAt: null, reason: '' } },
    ]);
  });

  it('tell which popular films can be watched here, and an outage as such', async () => {
    const [id] = await put([{ title: 'Heat', year: 1995, tmdbId: 949, tmdbStatus: 'match' }]);
    const entry = (tmdbId: number, title: string): object => ({
      ...{ id: tmdbId, title, original_title: title, release_date: '1995-01-01' },
      ...{ vote_average: 8, vote_count: 10, genre_ids: [] },
    });
    tmdb.fixed.set('/movie/popular', { page: 1, results: [entry(949, 'Heat'), entry(5, 'Other')] });
    const before = tmdb.requests.all.length;
    expect(await ask('get', '/films/tmdb')).toMatchObject([
      200,
      {
        kind: 'found',
        items: [
          { tmdbId: 949, filmId: id, rating: 8 },
          { tmdbId: 5, filmId: null },
        ],
        attribution: ATTRIBUTION,
      },
    ]);
    await ask('get', '/films/tmdb?list=popular');
    expect(tmdb.requests.all.length - before).toBe(1);
    expect(await ask('get', '/films/tmdb?list=trending')).toMatchObject([200, { kind: 'unavailable' }]);
    expect((await ask('get', '/films/tmdb?list=odd'))[0]).toBe(400);
  });

  it('series are listed, shown and hidden', async () => {
    const id = await storeSeries(house.house.database, { title: 'The Wire' }, [[1, 2], [1]]);
    expect((await ask('get', '/series?search=WIRE'))[1]).toMatchObject({ total: 1, items: [{ id }] });
    expect((await ask('get', `/series/${id}`))[1].episodes).toMatchObject([
      { season: 1, number: 1, title: 'Part 1' },
      { season: 1, number: 2 },
      { season: 2, number: 1 },
    ]);
    expect((await ask('patch', `/series/${id}`, { isHidden: true, year: 2002 }))[1]).toMatchObject({
      ...{ isHidden: true, year: 2002, editedFields: ['year'] },
    });
    expect((await ask('get', '/series?isHidden=false'))[1].total).toBe(0);
    expect((await ask('get', `/audit?entity=series&entityId=${id}`))[1].items).toMatchObject([
      { action: 'change', changes: { isHidden: { from: false, to: true } } },
    ]);
    expect((await ask('get', '/series/1499999999'))[0]).toBe(404);
  });
});
