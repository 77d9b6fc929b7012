import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { Channel } from '../../src/channels/channel.entity.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import type { ScheduledProgramme } from '../../src/core/guide/page.js';
import { GuideLink } from '../../src/epg/guide-link.entity.js';
import { GuideView } from '../../src/epg/guide-view.js';
import { LinkTableRepository } from '../../src/epg/link-table.repository.js';
import { ProgrammesRepository } from '../../src/epg/programmes.repository.js';
import { SystemClock } from '../../src/platform/clock.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { openBulkConnection } from '../../src/platform/database/bulk-connection.js';
import { touch, type Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Job } from '../../src/platform/jobs/job.entity.js';
import { JobQueue } from '../../src/platform/jobs/job-queue.js';
import { JobsRepository } from '../../src/platform/jobs/jobs.repository.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { FilmAiring } from '../../src/vod/film-airing.entity.js';
import { FilmDecision } from '../../src/vod/film-decision.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { FilingTurn } from '../../src/vod/filing/filing-turn.js';
import { FilmFinder } from '../../src/vod/finding/film-finder.js';
import type { FindingReport } from '../../src/vod/finding/finding-job.js';
import { FindingThread } from '../../src/vod/finding/finding-thread.js';
import { FindingStore, type NewAiring } from '../../src/vod/finding/finding-store.repository.js';
import { FoundFilmsRepository, insertFilms } from '../../src/vod/filing/found-films.repository.js';
import type { NewFilm } from '../../src/vod/filing/known-film.js';
import { FilmEditsRepository } from '../../src/vod/managing/film-edits.repository.js';
import { anAppConfig } from '../builders/app-config.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const HOUR = 3600;
/** The evening of the fake clock, UTC. */
const EVENING = Date.UTC(2026, 2, 14, 20) / 1000;

function shown(
  title: string,
  startHour: number,
  minutes = 100,
  more: Partial<ScheduledProgramme> = {},
): ScheduledProgramme {
  const start = EVENING + startHour * HOUR;
  return { start, stop: start + minutes * 60, titles: [{ text: title }], ...more };
}
const movie = { categories: [{ text: 'Movie' }] };

describeOnEveryDialect('films in guides', (store) => {
  let database: Database;
  let clock: FakeClock;
  let feed: ChangeFeed;
  let lifecycle: Lifecycle;
  let queue: JobQueue;
  let finder: FilmFinder;
  let events: EventBus;
  let announced: number;
  let one: number;
  let two: number;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    const tables = [
      'film_airings',
      'films',
      'film_decisions',
      'jobs',
      'guide_sources',
      'channels',
      'categories',
    ];
    for (const table of tables) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    const logger = new SilentLogger();
    clock = new FakeClock();
    lifecycle = new Lifecycle(logger);
    events = new EventBus(logger);
    announced = 0;
    events.on('films.changed', () => announced++);
    feed = new ChangeFeed(database, events, clock, lifecycle);
    await feed.check();
    queue = new JobQueue(new JobsRepository(database), lifecycle, clock, logger);
    finder = makeFinder();
    [one = 0, two = 0] = await storeChannels(database, [{ name: 'One' }, { name: 'Two' }]);
  });
  afterEach(() => lifecycle.shutdown());

  function makeFinder(thread = new FindingThread(database, lifecycle, clock)): FilmFinder {
    return new FilmFinder(
      thread,
      new FilingTurn(),
      new FoundFilmsRepository(database),
      new GuideView(
        new LinkTableRepository(database),
        new ProgrammesRepository(database),
        anAppConfig({}),
        clock,
        events,
      ),
      new ChannelsRepository(database),
      queue,
      events,
      feed,
      lifecycle,
      clock,
      new SilentLogger(),
    );
  }

  async function link(
    channelId: number,
    guideChannelId: number,
    fields: Partial<GuideLink> = {},
  ): Promise<void> {
    await database.write('link', async (manager) => {
      await manager.insert(GuideLink, {
        ...{ channelId, guideChannelId, position: 0, origin: 'name', score: 90, reason: '' },
        ...{ shiftMinutes: 0, createdAt: EVENING },
        ...fields,
      });
      await touch(manager, 'guide');
    });
    await feed.check();
  }
  async function guide(programmes: ScheduledProgramme[], priority = 1): Promise<number> {
    const { channelIds } = await storeGuide(database, [{ xmltvId: `g${priority}`, programmes }], {
      priority,
      name: `Guide ${priority}`,
    });
    return channelIds[0] ?? 0;
  }
  const films = (): Promise<Film[]> => database.read.find(Film, { order: { id: 'ASC' } });
  const airings = (): Promise<FilmAiring[]> =>
    database.read.find(FilmAiring, { order: { channelId: 'ASC', start: 'ASC' } });
  const run = (): Promise<FindingReport> => finder.run();

  it('makes one film of repeats, other channels and other spellings, with an airing each', async () => {
    await link(
      one,
      await guide([shown('Х/ф "Ёлки 5".', 1), shown('Новости', 3, 30), shown('Х/ф "ЕЛКИ-5"', 20)]),
    );
    await link(
      two,
      await guide([shown('Ёлки 5 (2016)', 5, 95, { ...movie, descriptions: [{ text: 'Комедия' }] })], 2),
    );
    const report = await run();

    expect(report).toMatchObject({ programmes: 4, showings: 3, newFilms: 1, airings: 3 });
    expect(await films()).toMatchObject([
      {
        title: 'Ёлки 5',
        year: 2016,
        description: 'Комедия',
        state: 'film',
        tmdbStatus: 'pending',
        retiredAt: null,
      },
    ]);
    expect((await airings()).map(({ channelId, start }) => [channelId, (start - EVENING) / HOUR])).toEqual([
      [one, 1],
      [one, 20],
      [two, 5],
    ]);
    expect(announced).toBe(1);
    expect(await database.read.find(Job)).toMatchObject([
      { kind: 'enrich-film', key: String((await films())[0]?.id) },
    ]);
  });

  it('replaces the airings of a channel, a slice per transaction, and rests after each', async () => {
    await link(one, await guide([shown('Film: Heat', 1)]));
    await run();
    const [film] = await films();
    const wanted = (channelId: number, count: number): NewAiring[] =>
      Array.from({ length: count }, (_, index) => ({
        ...{ filmId: film?.id ?? 0, channelId, title: '', details: { reasons: [] } },
        ...{ start: EVENING + index * 900, stop: EVENING + (index + 1) * 900 },
      }));
    const connection = await openBulkConnection(database.location);
    const rests: number[] = [];
    const pacing = { now: 0 };
    const slow = {
      monotonic: () => (pacing.now += 3),
      sleep: (ms: number) => Promise.resolve(void rests.push(ms)),
    };
    try {
      const store = new FindingStore(connection, slow, () => {});
      expect(await store.replaceAirings(two, EVENING, wanted(two, 1_000))).toBe(true);
      expect(rests).toEqual(Array.from({ length: 8 }, () => 3));
      expect(await store.replaceAirings(two, EVENING, wanted(two, 1_000))).toBe(false);
      expect(rests).toHaveLength(8);
      const renamed = wanted(two, 1_000).map((airing) => ({ ...airing, title: 'Anew' }));
      expect(await store.replaceAirings(two, EVENING, [...renamed].reverse())).toBe(true);
      expect(await database.read.countBy(FilmAiring, { channelId: two, title: 'Anew' })).toBe(1_000);
      expect(await store.replaceAirings(two, EVENING, wanted(two, 10))).toBe(true);
      expect(await database.read.countBy(FilmAiring, { channelId: two })).toBe(10);
    } finally {
      await connection.close();
    }
  });

  it('takes what a large guide holds in small helpings', async () => {
    const { channelIds } = await storeGuide(
      database,
      Array.from({ length: 12 }, (_, channel) => ({
        xmltvId: `c${channel}`,
        programmes: Array.from({ length: 6 }, (__, day) => shown(`Film: Nr ${channel}.${day}`, 1 + 24 * day)),
      })),
    );
    for (const id of channelIds) await link(one, id);
    const helpings: number[] = [];
    const report = await finder.run({ onProgress: ({ done }) => helpings.push(done) });
    expect(report.programmes).toBe(72);
    expect(helpings).toEqual([4, 8, 12]);
  });

  it('changes nothing when it finds the same again, and keeps ids when titles are written anew', async () => {
    const channel = await guide([shown('Film: Heat', 1)]);
    await link(one, channel);
    await run();
    const [before] = await films();
    await run();
    expect(announced).toBe(1);

    await database.write('gone', (manager) => manager.query('DELETE FROM guide_sources'));
    await link(two, await guide([shown('Heat', 30, 170, { ...movie, date: '1995' })], 3));
    await run();
    expect(await films()).toMatchObject([{ id: before?.id, year: 1995, title: 'Heat' }]);
    expect(await airings()).toMatchObject([{ channelId: two, filmId: before?.id }]);
  });

  it('applies the shifts of links and sources', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]), { shiftMinutes: 60 });
    await run();
    expect(await airings()).toMatchObject([{ start: EVENING + 2 * HOUR }]);
  });

  it('believes of two guides of a channel the one that the channel shows', async () => {
    await link(one, await guide([shown('Heat', 1, 120, movie)], 1));
    await link(one, await guide([shown('Ronin', 1, 120, movie), shown('Casino', 5, 170, movie)], 2));
    await run();
    expect((await airings()).map(({ title }) => title)).toEqual(['Heat', 'Casino']);
  });

  it('keeps what may be a film as a candidate, and makes it one when another guide says so', async () => {
    await link(one, await guide([shown('Сталкер', 1, 160)]));
    await run();
    expect(await films()).toMatchObject([{ state: 'candidate' }]);
    await link(two, await guide([shown('Сталкер', 9, 160, movie)], 2));
    await run();
    expect(await films()).toMatchObject([{ state: 'film' }]);
  });

  it('never brings back what a person said is no film', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]));
    await run();
    const [film] = await films();
    await database.write('decide', async (manager) => {
      const identityKey = film?.identityKey ?? '';
      await manager.insert(FilmDecision, {
        identityKey,
        kind: 'not-a-film',
        tmdbId: null,
        decidedAt: EVENING,
      });
      await manager.query('DELETE FROM films');
    });
    await run();
    expect(await films()).toMatchObject([{ state: 'rejected' }]);
    expect(await airings()).toEqual([]);
  });

  it('leaves what a person edited, and fills what is empty', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]));
    await run();
    const [film] = await films();
    await database.write('edit', (manager) =>
      manager.update(Film, { id: film?.id ?? 0 }, { title: 'Heat!', editedFields: ['title', 'description'] }),
    );
    const told = {
      ...movie,
      date: '1995',
      descriptions: [{ text: 'Cops and robbers' }],
      starRatings: [{ value: '8/10' }],
    };
    await link(two, await guide([shown('Heat', 3, 100, told)], 2));
    await run();
    expect(await films()).toMatchObject([{ title: 'Heat!', description: '', year: 1995, rating: 8 }]);
  });

  it('retires a film that nobody shows any more, and takes it back under its id', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]));
    await run();
    const [film] = await films();
    await database.write('hide', (manager) => manager.update(Channel, { id: one }, { isHidden: true }));
    await run();
    expect(await airings()).toEqual([]);
    expect(await films()).toMatchObject([
      { id: film?.id, retiredAt: expect.any(Number) as unknown as number },
    ]);
    await database.write('show', (manager) => manager.update(Channel, { id: one }, { isHidden: false }));
    await run();
    expect(await films()).toMatchObject([{ id: film?.id, retiredAt: null }]);
  });

  it('forgets airings a day after their end', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]));
    await run();
    await clock.advance(40 * HOUR * 1000);
    await run();
    expect(await airings()).toEqual([]);
  });

  it('is planned again a minute after that could not be noted', async () => {
    const add = queue.add.bind(queue);
    queue.add = () => {
      queue.add = add;
      return Promise.reject(new Error('the disk is full'));
    };
    finder.start();
    await clock.advance(59_000);
    expect(await database.read.count(Job)).toBe(0);
    await clock.advance(1_000);
    await lifecycle.shutdown();
    expect((await database.read.find(Job)).map(({ kind }) => kind)).toEqual(['find-films']);
  });

  it('runs by itself when guides change, once for a burst', async () => {
    finder.start();
    await queue.start();
    const channel = await guide([shown('Heat', 1, 100, movie)]);
    await link(one, channel);
    await link(two, channel);
    for (let turn = 0; turn < 3; turn++) {
      await queue.idle();
      await clock.advance(6000);
      queue.look();
    }
    await queue.idle();
    expect(await airings()).toHaveLength(2);
    expect((await database.read.find(Job)).filter(({ kind }) => kind === 'find-films')).toEqual([]);
  });

  it('knows a film that a person renamed by what guides call it', async () => {
    await link(one, await guide([shown('Heat', 1, 100, { ...movie, date: '1995' })]));
    await run();
    const [film] = await films();
    const edits = new FilmEditsRepository(database, new AuditRepository(database, clock));
    const renamed = { title: 'Жара', year: 1990 };
    await edits.edit(film?.id ?? 0, renamed, () => ({}));
    await link(two, await guide([shown('Heat', 5, 100, { ...movie, date: '1995' })], 2));
    await run();
    expect(await films()).toMatchObject([{ ...renamed, id: film?.id, editedFields: ['title', 'year'] }]);
    expect(await airings()).toHaveLength(2);

    await edits.reset(film?.id ?? 0, ['title', 'year'], () => ({}));
    await run();
    expect(await films()).toMatchObject([{ title: 'Heat', year: 1995, id: film?.id, editedFields: [] }]);
  });

  it('tells in a trial what a run would do, and writes nothing', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie), shown('Casino', 4, 100, movie)]));
    expect(await finder.run({ isTrial: true })).toMatchObject({
      ...{ newFilms: 2, airings: 2, newTitles: ['Heat', 'Casino'] },
    });
    expect([await films(), await airings()]).toEqual([[], []]);
    expect(await run()).toMatchObject({ newFilms: 2, airings: 2 });
    expect(await finder.run({ isTrial: true })).toMatchObject({ newFilms: 0, airings: 2 });
  });

  it('makes each film once when two processes look at once', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie), shown('Casino', 4, 100, movie)]));
    await Promise.all([run(), makeFinder().run()]);
    expect((await films()).map(({ title }) => title).toSorted()).toEqual(['Casino', 'Heat']);
    expect(await airings()).toHaveLength(2);
  });

  it('stores and changes films in its thread as the entities do', async () => {
    const film: NewFilm = {
      ...{ identityKey: 'heat|1995', state: 'film', title: 'Heat', originalTitle: 'Heat', year: 1995 },
      ...{
        durationSeconds: 10_200,
        description: 'Cops "and" robbers',
        genres: ['crime', 'драма'],
        rating: 8.3,
      },
      ...{ ageLimit: 16, isAdult: true, guidePicture: 'http://a.test/1.jpg', posterUrl: '', backdropUrl: '' },
      ...{
        tmdbId: 949,
        tmdbStatus: 'manual',
        tmdbScore: 0.9,
        tmdbReasons: ['year'],
        tmdbDetails: { a: [1] },
      },
      ...{ tmdbCheckedAt: null, views: 7, isHidden: true, editedFields: ['title', 'year'] },
      ...{ addedAt: EVENING, updatedAt: EVENING, retiredAt: EVENING + 1 },
    };
    const twin = { ...film, identityKey: 'twin|1995' };
    await database.write('add', (manager) => insertFilms(manager, [film]));
    const connection = await openBulkConnection(database.location);
    try {
      const store = new FindingStore(connection, new SystemClock(), () => {});
      const ids = await store.addFilms([twin, { ...film, title: 'Of another process' }]);
      const [heat, added] = await films();
      expect(added).toEqual({ ...film, id: ids.get('twin|1995'), identityKey: 'twin|1995' });
      expect(ids.get('heat|1995')).toBe(heat?.id);
      const changes = { isAdult: false, year: 1996, views: 8, genres: ['other'], updatedAt: EVENING + 2 };
      await store.updateFilms(new Map([[added?.id ?? 0, changes]]));
      expect((await films())[1]).toMatchObject({ isAdult: false, year: 1995, genres: film.genres, views: 8 });
    } finally {
      await connection.close();
    }
  });

  it('announces what a thread that failed may have stored', async () => {
    const thread = new FindingThread(database, lifecycle, clock);
    const lost = Object.assign(thread, { run: () => Promise.reject(new Error('out of memory')) });
    const failing = makeFinder(lost);
    await expect(failing.run()).rejects.toThrow('out of memory');
    await feed.check();
    expect(announced).toBe(1);
    expect(failing.schedule).toMatchObject({ lastSuccessAt: null, reason: 'out of memory' });
    await expect(failing.run({ isTrial: true })).rejects.toThrow('out of memory');
    await feed.check();
    expect(announced).toBe(1);
  });

  it('is ended by a shutdown, and goes on after the next start', async () => {
    const programmes = Array.from({ length: 200 }, (_, index) => shown(`Film: Nr ${index}`, index));
    await link(one, await guide(programmes));
    let ended = Promise.resolve();
    const run = finder.run({ onProgress: () => void (ended = lifecycle.shutdown()) });
    await expect(run).rejects.toThrow('shutting down');
    await ended;
    lifecycle = new Lifecycle(new SilentLogger());
    expect(await makeFinder().run()).toMatchObject({ airings: 200 });
    expect(await airings()).toHaveLength(200);
    expect(new Set((await films()).map(({ identityKey }) => identityKey)).size).toBe((await films()).length);
  });

  it('lets a film retire whose channel was deleted', async () => {
    await link(one, await guide([shown('Heat', 1, 100, movie)]));
    await run();
    await database.write('delete', (manager) => manager.delete(Channel, { id: one }));
    await run();
    expect(await airings()).toEqual([]);
    expect(await films()).toMatchObject([{ title: 'Heat', retiredAt: expect.any(Number) }]);
  });
});
