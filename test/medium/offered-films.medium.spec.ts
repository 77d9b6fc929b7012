import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Job } from '../../src/platform/jobs/job.entity.js';
import { JobQueue } from '../../src/platform/jobs/job-queue.js';
import { JobsRepository } from '../../src/platform/jobs/jobs.repository.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { Episode } from '../../src/vod/episode.entity.js';
import { FilmAiring } from '../../src/vod/film-airing.entity.js';
import { FilmDecision } from '../../src/vod/film-decision.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { FilingTurn } from '../../src/vod/filing/filing-turn.js';
import { FoundFilmsRepository } from '../../src/vod/filing/found-films.repository.js';
import type { Offer, OfferOwner } from '../../src/vod/offers/offer.js';
import { OfferedFilms } from '../../src/vod/offers/offered-films.js';
import { OffersRepository } from '../../src/vod/offers/offers.repository.js';
import { Series } from '../../src/vod/series.entity.js';
import { ShownFilmsRepository } from '../../src/vod/shown-films.repository.js';
import { VodWay } from '../../src/vod/vod-way.entity.js';
import { WatchableRepository } from '../../src/vod/watchable.repository.js';
import { anOffer } from '../builders/an-offer.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeFilm } from '../builders/stored-film.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const LIST: OfferOwner = { origin: 'list', listSourceId: 7 };
const OTHER: OfferOwner = { origin: 'list', listSourceId: 8 };
const TABLES = ['vod_ways', 'film_airings', 'episodes', 'series', 'films', 'film_decisions', 'jobs'];

const episode = (seriesTitle: string, season: number, number: number, more: Partial<Offer> = {}): Offer =>
  anOffer({
    title: `Part ${number}`,
    key: `${seriesTitle} ${season} ${number} ${more.label ?? ''}`,
    episode: { seriesTitle, seriesYear: null, season, number },
    ...more,
  });

async function all<T>(slices: AsyncIterable<T[]>): Promise<T[]> {
  const rows: T[] = [];
  for await (const slice of slices) rows.push(...slice);
  return rows;
}

describeOnEveryDialect('offered films', (store) => {
  let database: Database;
  let lifecycle: Lifecycle;
  let clock: FakeClock;
  let offered: OfferedFilms;
  let announced: number;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const table of TABLES) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    const logger = new SilentLogger();
    lifecycle = new Lifecycle(logger);
    clock = new FakeClock();
    const events = new EventBus(logger);
    announced = 0;
    events.on('films.changed', () => announced++);
    offered = await inAProcess(events);
  });
  afterEach(() => lifecycle.shutdown());

  /** With a turn of its own, as in another process. */
  async function inAProcess(events = new EventBus(new SilentLogger())): Promise<OfferedFilms> {
    const feed = new ChangeFeed(database, events, clock, lifecycle);
    await feed.check();
    const queue = new JobQueue(new JobsRepository(database), lifecycle, clock, new SilentLogger());
    const found = new FoundFilmsRepository(database);
    return new OfferedFilms(new OffersRepository(database), found, new FilingTurn(), queue, feed, clock);
  }

  const films = (): Promise<Film[]> => database.read.find(Film, { order: { id: 'ASC' } });
  const series = (): Promise<Series[]> => database.read.find(Series, { order: { id: 'ASC' } });
  const episodes = (): Promise<Episode[]> => database.read.find(Episode, { order: { id: 'ASC' } });
  const ways = (): Promise<VodWay[]> => database.read.find(VodWay, { order: { id: 'ASC' } });

  it('makes films with a way each, tells of them, and has them looked for', async () => {
    const offers = [
      anOffer({ title: 'Stalker', year: 1979, label: 'Stalker (1979) [1080p]', genres: ['Drama'] }),
      anOffer({ title: 'Heat', pictureUrl: 'http://p.test/heat.jpg', durationSeconds: 10_200 }),
    ];
    expect(await offered.apply(LIST, offers)).toEqual({
      ...{ added: 2, updated: 0, retired: 0, leftOut: 0 },
      ...{ films: 2, newFilms: 2, series: 0, episodes: 0 },
    });
    const stored = await films();
    expect(stored).toMatchObject([
      { title: 'Stalker', year: 1979, state: 'film', genres: ['Drama'], identityKey: 'stalker|1979' },
      { title: 'Heat', year: null, guidePicture: 'http://p.test/heat.jpg', durationSeconds: 10_200 },
    ]);
    expect(await ways()).toMatchObject([
      { filmId: stored[0]?.id, label: 'Stalker (1979) [1080p]', listSourceId: 7, origin: 'list' },
      { filmId: stored[1]?.id, container: 'mkv' },
    ]);
    const jobs = await database.read.find(Job, { order: { key: 'ASC' } });
    expect(jobs.map(({ kind, key }) => `${kind} ${key}`)).toEqual(
      stored.map(({ id }) => `enrich-film ${id}`),
    );
    expect(announced).toBe(1);
  });

  it('changes nothing and says nothing when the same is offered again', async () => {
    const offers = [anOffer({ title: 'Stalker', year: 1979 }), episode('Lost', 1, 1)];
    await offered.apply(LIST, offers);
    const before = [await films(), await ways(), await series(), await episodes()];
    await clock.advance(3_600_000);
    expect(await offered.apply(LIST, offers)).toMatchObject({ added: 0, updated: 0, retired: 0, films: 1 });
    expect([await films(), await ways(), await series(), await episodes()]).toEqual(before);
    expect(announced).toBe(1);
  });

  it('retires what is gone and takes it back under its ids', async () => {
    const offers = [anOffer({ title: 'Stalker', year: 1979 }), episode('Lost', 1, 1)];
    await offered.apply(LIST, offers);
    const ids = [await films(), await ways(), await series(), await episodes()].map((rows) =>
      rows.map(({ id }) => id),
    );
    expect(await offered.apply(LIST, [])).toMatchObject({ retired: 2, films: 0, series: 0 });
    for (const rows of [await films(), await ways(), await series(), await episodes()]) {
      expect(rows.every(({ retiredAt }) => retiredAt !== null)).toBe(true);
    }
    expect(await offered.apply(LIST, offers)).toMatchObject({ added: 2, newFilms: 0 });
    const back = [await films(), await ways(), await series(), await episodes()];
    expect(back.map((rows) => rows.map(({ id }) => id))).toEqual(ids);
    expect(back.flat().every(({ retiredAt }) => retiredAt === null)).toBe(true);
  });

  it('is one film with a way from each owner, and lives until the last is gone', async () => {
    await offered.apply(LIST, [anOffer({ title: 'Сталкер', year: 1979 })]);
    await offered.apply(OTHER, [anOffer({ title: 'СТАЛКЕР', year: 1980, rating: 8.1 })]);
    expect(await films()).toMatchObject([{ title: 'Сталкер', year: 1979, rating: 8.1 }]);
    expect(await ways()).toHaveLength(2);
    await offered.retire(LIST);
    expect(await films()).toMatchObject([{ retiredAt: null }]);
    await offered.retire(OTHER);
    expect(await films()).toMatchObject([{ retiredAt: expect.any(Number) as unknown }]);
  });

  it('joins the film of the guide, which goes on living by its airings', async () => {
    const [channelId = 0] = await storeChannels(database, [{ name: 'One' }]);
    const filmId = await storeFilm(database, { title: 'Heat', year: 1995, durationSeconds: 11_400 });
    await database.write('airing', (manager) =>
      manager.insert(FilmAiring, {
        ...{ filmId, channelId, start: 1, stop: 2_000_000_000, title: 'Heat', details: {} },
      }),
    );
    expect(await offered.apply(LIST, [anOffer({ title: 'Heat', year: 1995 })])).toMatchObject({
      films: 1,
      newFilms: 0,
    });
    expect(await ways()).toMatchObject([{ filmId }]);
    await offered.retire(LIST);
    expect(await films()).toMatchObject([{ id: filmId, retiredAt: null }]);
  });

  it('tells remakes apart, whichever comes first, and leaves one without a year alone', async () => {
    await offered.apply(LIST, [
      anOffer({ title: 'Solaris' }),
      anOffer({ title: 'Solaris', year: 2002 }),
      anOffer({ title: 'Solaris', year: 1972 }),
    ]);
    expect((await films()).map(({ year }) => year).sort()).toEqual([1972, 2002, null]);
  });

  it('makes one film of those TMDB knows as one', async () => {
    const sure = { tmdbId: 1398, tmdbStatus: 'match' } as const;
    const first = await storeFilm(database, { title: 'Сталкер', year: 1979, ...sure });
    await storeFilm(database, { title: 'Piknik', year: 1979, ...sure });
    await offered.apply(LIST, [
      anOffer({ title: 'Piknik', year: 1979 }),
      anOffer({ title: 'The Zone', tmdbId: 1398 }),
    ]);
    expect((await ways()).map(({ filmId }) => filmId)).toEqual([first, first]);
  });

  it('keeps the id of a film good that TMDB shows to be another one', async () => {
    const offers = [anOffer({ title: 'Сталкер', year: 1979 }), anOffer({ title: 'Piknik', year: 1979 })];
    await offered.apply(LIST, offers);
    const [first, second] = await films();
    await database.write('TMDB', (manager) =>
      manager.query(`UPDATE films SET tmdb_id = 1398, tmdb_status = 'match'`),
    );
    await offered.apply(LIST, offers);
    expect((await films()).map(({ retiredAt }) => retiredAt !== null)).toEqual([false, true]);
    const film = await new WatchableRepository(database).film(second?.id ?? 0, 0);
    expect([film?.id, film?.ways.length]).toEqual([first?.id, 2]);
    const shown = new ShownFilmsRepository(database);
    expect((await all(shown.films())).map(({ id }) => id)).toEqual([first?.id]);
    expect(await all(shown.merged())).toEqual([{ id: second?.id, standingId: first?.id }]);
  });

  it('leaves what people edited, hid and decided', async () => {
    const offers = [anOffer({ title: 'Heat', year: 1995 }), anOffer({ title: 'News at ten', year: 2000 })];
    await offered.apply(LIST, offers);
    const [heat, news] = await films();
    await database.write('edit', async (manager) => {
      await manager.update(
        Film,
        { id: heat?.id ?? 0 },
        { title: 'Heat!', isHidden: true, editedFields: ['title', 'description'] },
      );
      await manager.update(Film, { id: news?.id ?? 0 }, { state: 'rejected' });
      const identityKey = news?.identityKey ?? '';
      await manager.insert(FilmDecision, { identityKey, kind: 'not-a-film', tmdbId: null, decidedAt: 1 });
    });
    const told = offers.map((offer) => ({ ...offer, description: 'told later', rating: 7 }));
    expect(await offered.apply(LIST, told)).toMatchObject({ newFilms: 0 });
    expect(await films()).toMatchObject([
      { title: 'Heat!', isHidden: true, description: '', rating: 7 },
      { state: 'rejected' },
    ]);
    await database.write('forget', (manager) => manager.query('DELETE FROM films'));
    await offered.apply(LIST, offers);
    expect(await films()).toMatchObject([{ state: 'film' }, { state: 'rejected' }]);
  });

  it('follows an entry that is written anew, and keeps its film while that is the same', async () => {
    const key = 'one address';
    await offered.apply(LIST, [anOffer({ key, title: 'Heat' })]);
    const [before] = await films();
    await offered.apply(LIST, [anOffer({ key, title: 'HEAT', year: 1995 })]);
    expect(await films()).toMatchObject([{ id: before?.id, title: 'Heat', year: 1995 }]);
    await offered.apply(LIST, [anOffer({ key, title: 'Ronin', year: 1998 })]);
    expect(await films()).toMatchObject([
      { id: before?.id, retiredAt: expect.any(Number) as unknown },
      { title: 'Ronin', retiredAt: null },
    ]);
    expect(await ways()).toHaveLength(1);
  });

  it('groups episodes into series, several ways to one, and keeps namesakes apart', async () => {
    expect(
      await offered.apply(LIST, [
        episode('Lost', 1, 2),
        episode('LOST', 1, 1),
        episode('Lost', 1, 1, { label: 'in HD' }),
        episode('Lost', 2, 1),
        episode('Battlestar', 1, 1, {
          key: 'b1',
          episode: { seriesTitle: 'Battlestar', seriesYear: 1978, season: 1, number: 1 },
        }),
        episode('Battlestar', 1, 1, {
          key: 'b2',
          episode: { seriesTitle: 'Battlestar', seriesYear: 2004, season: 1, number: 1 },
        }),
        episode('Fargo', 1, 1),
        episode('Fargo', 1, 2, {
          episode: { seriesTitle: 'Fargo', seriesYear: 2014, season: 1, number: 2 },
        }),
      ]),
    ).toMatchObject({ series: 4, episodes: 7, added: 8, films: 0 });
    expect((await series()).map(({ title, year }) => `${title} ${year ?? ''}`).sort()).toEqual([
      'Battlestar 1978',
      'Battlestar 2004',
      'Fargo 2014',
      'Lost ',
    ]);
    const lost = (await episodes()).filter(({ title }) => title === 'Part 1');
    const ofFirst = (await ways()).filter(({ episodeId }) => lost.some(({ id }) => id === episodeId));
    expect(ofFirst).toHaveLength(6);
  });

  it('adds seasons to the series that is there', async () => {
    await offered.apply(LIST, [episode('Lost', 1, 1)]);
    await offered.apply(OTHER, [episode('Lost', 2, 1)]);
    await offered.apply(LIST, [episode('Lost', 1, 1), episode('Lost', 1, 2, { title: 'The Hatch' })]);
    expect(await series()).toHaveLength(1);
    expect(await episodes()).toMatchObject([
      { season: 1, number: 1 },
      { season: 2, number: 1 },
      { season: 1, number: 2, title: 'The Hatch' },
    ]);
  });

  it('ends as one film and one series when two processes offer the same at once', async () => {
    const others = await inAProcess();
    const offers = [anOffer({ title: 'Heat', year: 1995 }), episode('Lost', 1, 1)];
    await Promise.all([offered.apply(LIST, offers), others.apply(OTHER, offers)]);
    expect([(await films()).length, (await series()).length, (await episodes()).length]).toEqual([1, 1, 1]);
    expect(await ways()).toHaveLength(4);
    expect(new Set((await ways()).map(({ filmId }) => filmId)).size).toBe(2);
  });

  it('takes no more than the bound and says so', async () => {
    const offers = ['One', 'Two', 'Three'].map((title) => anOffer({ title, year: 2000 }));
    expect(await offered.apply(LIST, offers, { maxOffers: 2 })).toMatchObject({ added: 2, leftOut: 1 });
    expect(await offered.apply(LIST, offers.slice(0, 2), { maxOffers: 2 })).toMatchObject({ leftOut: 0 });
  });

  it('keeps a title without letters to its entry', async () => {
    await offered.apply(LIST, [anOffer({ title: '!!!' }), anOffer({ title: '???' })]);
    const ids = (await films()).map(({ id }) => id);
    await offered.apply(LIST, [anOffer({ title: '!!!' }), anOffer({ title: '???' })]);
    expect((await films()).map(({ id }) => id)).toEqual(ids);
    expect(ids).toHaveLength(2);
  });

  it('gives what is counted of views the highest count', async () => {
    await offered.apply(LIST, [anOffer({ title: 'Heat', year: 1995, views: 10 })]);
    await offered.apply(OTHER, [anOffer({ title: 'Heat', year: 1995, views: 7 })]);
    expect(await films()).toMatchObject([{ views: 10 }]);
    await offered.apply(OTHER, [anOffer({ title: 'Heat', year: 1995, views: 12 })]);
    expect(await films()).toMatchObject([{ views: 12 }]);
  });
});
