import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { SystemClock } from '../../src/platform/clock.js';
import type { Database } from '../../src/platform/database/database.js';
import { Job } from '../../src/platform/jobs/job.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { ENRICH_FILM } from '../../src/vod/film-jobs.js';
import { readFacts } from '../../src/vod/tmdb/film-facts.js';
import { storeFilm } from '../builders/stored-film.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { TmdbHouse, type TmdbHouseOptions } from '../fakes/tmdb-house.js';
import { createTmdbHost, type FakeFilm, type TmdbHost } from '../fakes/tmdb-host.js';

const FILMS: readonly FakeFilm[] = [
  {
    id: 238,
    originalTitle: 'The Godfather',
    titles: { de: 'Der Pate', ru: 'Крёстный отец' },
    year: 1972,
    minutes: 175,
  },
  {
    id: 1398,
    originalTitle: 'Сталкер',
    originalLanguage: 'ru',
    titles: { en: 'Stalker' },
    year: 1979,
    minutes: 162,
  },
  { id: 244, originalTitle: 'King Kong', year: 1933, minutes: 100, votes: 1500 },
  { id: 254, originalTitle: 'King Kong', year: 2005, minutes: 187, votes: 9000 },
  {
    id: 39462,
    originalTitle: 'Contágio',
    titles: { en: 'Contagion' },
    year: 2011,
    minutes: 106,
    votes: 9000,
  },
];

describeOnEveryDialect('films and TMDB', (store) => {
  let database: Database;
  let host: TmdbHost;
  let house: TmdbHouse;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const table of ['tmdb_cache', 'films', 'film_decisions', 'jobs', 'image_sources']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    host = await createTmdbHost({ films: FILMS });
    house = begin();
  });
  afterEach(async () => {
    await house.close();
    await host.close();
  });

  function begin(more: Partial<TmdbHouseOptions> = {}): TmdbHouse {
    return new TmdbHouse({
      database,
      host,
      clock: new SystemClock(),
      dataDir: store.dataDir,
      requestsPerSecond: 50,
      ...more,
    });
  }
  async function row(id: number): Promise<Film> {
    return database.read.findOneByOrFail(Film, { id });
  }

  it('tells a film of the guide what TMDB knows, and leaves what the guide says', async () => {
    const id = await storeFilm(database, {
      title: 'Godfather, The',
      year: 1972,
      description: 'Guide',
      rating: 9,
    });
    await expect(house.enrichment.enrich(id)).resolves.toEqual({ kind: 'match' });
    const film = await row(id);
    expect(film).toMatchObject({
      title: 'Godfather, The',
      description: 'Guide',
      rating: 9,
      tmdbId: 238,
      tmdbStatus: 'match',
      tmdbScore: 0.98,
      tmdbReasons: ['same-title', 'same-year'],
      posterUrl: `${host.url}/t/p/w780/poster238.jpg`,
      backdropUrl: `${host.url}/t/p/w1280/backdrop238.jpg`,
    });
    expect(readFacts(film.tmdbDetails)).toMatchObject({
      source: 'tmdb',
      minutes: 175,
      genres: ['Drama'],
      directors: [{ id: 902, name: 'A Director' }],
      cast: [{ id: 901, name: 'Somebody' }],
      trailer: 'abcdefghijk',
      imdbId: 'tt0000238',
    });
    expect(house.images.waiting).toBe(2);
  });

  it.each([
    ['Сталкер', 1979, 1398],
    ['Крестный отец', 1972, 238],
    ['Der Pate', 1972, 238],
    ['Der Pate', 1973, 238],
    ['KING KONG', 2005, 254],
  ])(
    'finds %s (%i) in two requests, three where the year is wrong or the language another',
    async (title, year, tmdbId) => {
      const id = await storeFilm(database, { title, year });
      await house.enrichment.enrich(id);
      expect(await row(id)).toMatchObject({ tmdbId, tmdbStatus: 'match' });
      expect(host.requests.all.length).toBeLessThanOrEqual(3);
    },
  );

  it('tells remakes apart by their length, and leaves to a person what is open', async () => {
    const long = await storeFilm(database, { title: 'King Kong', durationSeconds: 230 * 60 });
    const open = await storeFilm(database, { title: 'King-Kong', identityKey: 'open' });
    await house.enrichment.enrich(long);
    await expect(house.enrichment.enrich(open)).resolves.toEqual({ kind: 'ambiguous' });
    expect(await row(long)).toMatchObject({ tmdbId: 254, tmdbStatus: 'match' });
    expect(await row(open)).toMatchObject({ tmdbId: null, tmdbStatus: 'ambiguous', posterUrl: '' });
    await expect(house.enrichment.suggest(open)).resolves.toMatchObject({
      ranked: [{ candidate: { id: 254 } }, { candidate: { id: 244 } }],
    });
  });

  it('makes a candidate a film by title and length, never by title alone', async () => {
    const proven = await storeFilm(database, {
      title: 'Contágio',
      state: 'candidate',
      durationSeconds: 113 * 60,
    });
    const bare = await storeFilm(database, { title: 'Contagio', state: 'candidate', identityKey: 'bare' });
    await house.enrichment.enrich(proven);
    await house.enrichment.enrich(bare);
    expect(await row(proven)).toMatchObject({ state: 'film', tmdbId: 39462 });
    expect(await row(bare)).toMatchObject({ state: 'candidate', tmdbId: null });
  });

  it('takes the number that the guide gives', async () => {
    const id = await storeFilm(database, { title: 'El padrino', tmdbId: 238 });
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ tmdbId: 238, tmdbStatus: 'match', tmdbReasons: ['guide-id'] });
    expect(host.requests.all).toHaveLength(1);
  });

  it('remembers an outage as nothing: the film stays as it is and is asked for later', async () => {
    const id = await storeFilm(database, {
      title: 'Stalker',
      year: 1979,
      guidePicture: 'http://guide/x.jpg',
    });
    for (const fault of [{ kind: 'html200' }, { kind: 'badJson' }, { kind: 'status', code: 500 }] as const) {
      host.inject(fault);
      await expect(house.enrichment.enrich(id)).resolves.toMatchObject({ kind: 'unavailable' });
      expect(await row(id)).toMatchObject({ tmdbStatus: 'pending', tmdbCheckedAt: null });
    }
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ tmdbStatus: 'match' });
  });

  it('keeps a match while TMDB is away', async () => {
    const id = await storeFilm(database, { title: 'Stalker', year: 1979 });
    await house.enrichment.enrich(id);
    await database.write('empty', (manager) => manager.query('DELETE FROM tmdb_cache'));
    host.inject({ kind: 'status', code: 500 });
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ tmdbStatus: 'match', tmdbId: 1398 });
  });

  it('lets stand what a person decided, over every run', async () => {
    const id = await storeFilm(database, { title: 'King Kong', year: 2005 });
    await house.enrichment.enrich(id);
    await house.enrichment.match(id, 244);
    await house.enrichment.enrich(id);
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ tmdbId: 244, tmdbStatus: 'manual', tmdbReasons: ['chosen'] });

    await house.enrichment.reject(id);
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({
      state: 'rejected',
      tmdbId: null,
      tmdbDetails: null,
      posterUrl: '',
    });

    await house.enrichment.release(id);
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ state: 'film', tmdbId: 254, tmdbStatus: 'match' });
    await expect(house.enrichment.match(999_999, 1)).resolves.toBe(false);
  });

  it('takes a decision that falls into a run', async () => {
    await house.close();
    await host.close();
    host = await createTmdbHost({ films: FILMS, latencyMs: 50 });
    house = begin();
    const id = await storeFilm(database, { title: 'King Kong', year: 2005 });
    const run = house.enrichment.enrich(id);
    await host.requests.until(() => host.requests.all.length === 1);
    await house.enrichment.match(id, 244);
    await run;
    expect(await row(id)).toMatchObject({ tmdbId: 244, tmdbStatus: 'manual' });
  });

  it('leaves fields alone that a person set', async () => {
    const id = await storeFilm(database, {
      title: 'Stalker',
      year: 1979,
      posterUrl: 'http://mine/x.jpg',
      editedFields: ['posterUrl'],
    });
    await house.enrichment.enrich(id);
    expect(await row(id)).toMatchObject({ posterUrl: 'http://mine/x.jpg', tmdbId: 1398 });
  });

  it('works through the queue, and asks nothing again within the time answers are good', async () => {
    const ids: number[] = [];
    for (const title of ['Stalker', 'King Kong', 'No such film']) {
      ids.push(await storeFilm(database, { title, year: title === 'Stalker' ? 1979 : 2005 }));
    }
    house.enrichment.start();
    await house.jobs.start();
    await house.enrichment.addDue();
    await house.jobs.idle();
    const films = await Promise.all(ids.map(row));
    expect(films.map(({ tmdbStatus }) => tmdbStatus)).toEqual(['match', 'match', 'none']);
    const asked = host.requests.all.length;
    await expect(house.enrichment.addDue()).resolves.toBe(0);
    await house.jobs.add(ENRICH_FILM, ids.map(String));
    await house.jobs.idle();
    expect(host.requests.all).toHaveLength(asked);
    expect(await database.read.count(Job)).toBe(0);
  });

  it('has a job wait while TMDB is away or refuses the key, and costs nothing without a key', async () => {
    const id = await storeFilm(database, { title: 'Stalker', year: 1979 });
    await house.close();
    house = begin({ key: 'wrong' });
    house.enrichment.start();
    await house.jobs.start();
    await house.enrichment.addDue();
    await house.jobs.idle();
    expect(await database.read.find(Job)).toMatchObject([{ key: String(id), state: 'waiting', attempts: 0 }]);

    await house.close();
    house = begin({ key: null });
    const asked = host.requests.all.length;
    await expect(house.enrichment.enrich(id)).resolves.toEqual({ kind: 'off' });
    house.enrichment.start();
    const waiting = await database.read.count(Job);
    await house.jobs.add(ENRICH_FILM, [id, id + 1, id + 2]);
    expect(await database.read.count(Job)).toBe(waiting);
    await expect(house.enrichment.addDue()).resolves.toBe(0);
    expect(await row(id)).toMatchObject({ tmdbStatus: 'pending' });
    expect(host.requests.all).toHaveLength(asked);
  });

  it.each(['', '...', '\u202eabc\u0000', 'x'.repeat(500), 'فيلم'])('survives the title %j', async (title) => {
    const id = await storeFilm(database, {
      title: title.replaceAll('\u0000', ''),
      identityKey: 'odd',
      year: 0,
    });
    await expect(house.enrichment.enrich(id)).resolves.toEqual({ kind: 'none' });
  });
});
