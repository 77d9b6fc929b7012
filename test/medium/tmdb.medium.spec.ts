import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { MetricsRegistry } from '../../src/platform/metrics.js';
import { ReadinessRegistry } from '../../src/platform/readiness.js';
import { TmdbAnswer } from '../../src/vod/tmdb/tmdb-answer.entity.js';
import { TmdbAnswersRepository } from '../../src/vod/tmdb/tmdb-answers.repository.js';
import { TmdbClient } from '../../src/vod/tmdb/tmdb-client.js';
import { Tmdb } from '../../src/vod/tmdb/tmdb.js';
import { anAppConfig } from '../builders/app-config.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock, settle } from '../fakes/fake-clock.js';
import { RecordingLogger } from '../fakes/recording-logger.js';
import { createTmdbHost, type TmdbHost } from '../fakes/tmdb-host.js';

const HOUR_MS = 3_600_000;

describeOnEveryDialect('TMDB', (store) => {
  let database: Database;
  let clock: FakeClock;
  let logger: RecordingLogger;
  let host: TmdbHost;
  let lifecycle: Lifecycle;
  let client: TmdbClient;
  let tmdb: Tmdb;
  let readiness: ReadinessRegistry;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.write('empty', (manager) => manager.query('DELETE FROM tmdb_cache'));
    clock = new FakeClock();
    host = await createTmdbHost({ films: [{ id: 11, originalTitle: 'Stalker', year: 1979 }] });
    begin({ key: 'key' });
  });
  afterEach(async () => {
    await lifecycle.shutdown();
    await client.onModuleDestroy();
    await host.close();
  });

  function begin(tmdbConfig: { key?: string; token?: string; connections?: number }): void {
    logger = new RecordingLogger();
    lifecycle = new Lifecycle(logger);
    readiness = new ReadinessRegistry(clock, logger);
    const base = anAppConfig();
    const config = anAppConfig({ tmdb: { ...base.tmdb, baseUrl: `${host.url}/3`, ...tmdbConfig } });
    const metrics = new MetricsRegistry();
    client = new TmdbClient(config, lifecycle, clock, logger, metrics);
    const answers = new TmdbAnswersRepository(database);
    tmdb = new Tmdb(config, client, answers, lifecycle, readiness, metrics, clock);
    tmdb.onModuleInit();
  }

  /** Turns the clock while something waits for it, slowly enough for what comes over the socket. */
  async function turning<T>(work: Promise<T>, stepMs = 250): Promise<T> {
    const state = { isDone: false };
    const watched = work.finally(() => (state.isDone = true));
    for (let step = 0; !state.isDone && step < 4000; step++) {
      await settle();
      await clock.advance(stepMs);
    }
    return watched;
  }
  const stored = (): Promise<number> => database.read.count(TmdbAnswer);

  it('finds a film and tells its details, with a key or a token', async () => {
    await expect(tmdb.searchFilms({ title: 'stalker', year: null })).resolves.toMatchObject({
      kind: 'found',
      value: [{ id: 11, title: 'Stalker', year: 1979, posterPath: '/poster11.jpg' }],
    });
    begin({ token: 'token' });
    await expect(tmdb.film(11)).resolves.toMatchObject({
      kind: 'found',
      value: {
        minutes: 100,
        directors: [{ name: 'A Director' }],
        trailer: 'abcdefghijk',
        imdbId: 'tt0000011',
      },
    });
    expect(host.requests.last?.target).not.toContain('api_key');
  });

  it('asks nobody where there is no key', async () => {
    begin({});
    await expect(tmdb.film(11)).resolves.toEqual({ kind: 'off' });
    expect(host.requests.all).toHaveLength(0);
  });

  it('shares one request among those who ask the same, and asks once within the time an answer is good', async () => {
    const all = await Promise.all([tmdb.film(11), tmdb.film(11), tmdb.film(11)]);
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(['found']));
    expect(host.requests.all).toHaveLength(1);
    await clock.advance(23 * HOUR_MS);
    await tmdb.film(11);
    expect(host.requests.all).toHaveLength(1);
  });

  it('serves what is out of date at once, and refreshes it behind', async () => {
    await tmdb.film(11);
    host.put({ id: 11, originalTitle: 'Stalker', year: 1979, director: 'Tarkovsky' });
    await clock.advance(25 * HOUR_MS);
    await expect(tmdb.film(11)).resolves.toMatchObject({ value: { directors: [{ name: 'A Director' }] } });
    await host.requests.until(() => host.requests.all.length === 2);
    const isFresh = async (): Promise<boolean> => JSON.stringify(await tmdb.film(11)).includes('Tarkovsky');
    for (let turn = 0; turn < 1000 && !(await isFresh()); turn++) await settle();
    await expect(isFresh()).resolves.toBe(true);
    const asked = host.requests.all.length;
    await tmdb.film(11);
    expect(host.requests.all).toHaveLength(asked);
  });

  it('asks first where the caller wants it, and falls back on what it has while TMDB is away', async () => {
    await tmdb.film(11);
    host.put({ id: 11, originalTitle: 'Stalker', year: 1979, director: 'Tarkovsky' });
    await clock.advance(25 * HOUR_MS);
    host.inject({ kind: 'http503' });
    await expect(tmdb.film(11, { freshness: 'now' })).resolves.toMatchObject({
      value: { directors: [{ name: 'A Director' }] },
    });
    await expect(tmdb.film(11, { freshness: 'now' })).resolves.toMatchObject({
      value: { directors: [{ name: 'Tarkovsky' }] },
    });
  });

  it('remembers for some hours that TMDB has no such film', async () => {
    await expect(tmdb.film(404)).resolves.toEqual({ kind: 'not-found' });
    await expect(tmdb.searchFilms({ title: 'zasdlkjf', year: null })).resolves.toEqual({
      kind: 'found',
      value: [],
    });
    host.put({ id: 404, originalTitle: 'Zasdlkjf', year: 2026 });
    await expect(tmdb.film(404)).resolves.toEqual({ kind: 'not-found' });
    await clock.advance(6 * HOUR_MS + 1000);
    await expect(tmdb.film(404)).resolves.toMatchObject({ kind: 'found' });
    await expect(tmdb.searchFilms({ title: 'zasdlkjf', year: null })).resolves.toMatchObject({
      value: [{ id: 404 }],
    });
  });

  it.each([
    ['HTML', { kind: 'html200' }],
    ['half a JSON', { kind: 'badJson' }],
    ['500', { kind: 'status', code: 500 }],
    ['503', { kind: 'http503', retryAfterSeconds: 7 }],
    ['404 of somebody else', { kind: 'status', code: 404 }],
    ['a broken connection', { kind: 'reset' }],
    ['an empty answer', { kind: 'emptyReply' }],
  ] as const)('takes %s for an outage and remembers nothing', async (_, fault) => {
    host.inject(fault);
    await expect(tmdb.film(11)).resolves.toMatchObject({ kind: 'unavailable' });
    expect(await stored()).toBe(0);
    await expect(tmdb.film(11)).resolves.toMatchObject({ kind: 'found' });
  });

  it('gives up on a host that says nothing for 30 s', async () => {
    host.inject({ kind: 'blackhole' }, { times: 1 });
    const answer = tmdb.film(11);
    await host.requests.until(() => host.requests.all.length === 1);
    await clock.advance(31_000);
    await expect(answer).resolves.toMatchObject({ kind: 'unavailable' });
    expect(await stored()).toBe(0);
  });

  it('says once that the key is bad, and stops asking', async () => {
    begin({ key: 'wrong' });
    await expect(tmdb.film(11)).resolves.toMatchObject({ kind: 'bad-key' });
    await expect(tmdb.film(12)).resolves.toMatchObject({ kind: 'bad-key' });
    expect(host.requests.all).toHaveLength(1);
    expect(await stored()).toBe(0);
    await expect(readiness.report()).resolves.toMatchObject({ state: 'degraded' });
  });

  it('leaves TMDB alone after a row of failures, looks again with one request, and is well then', async () => {
    host.inject({ kind: 'status', code: 500 }, { times: 6 });
    for (let id = 1; id <= 20; id++) await turning(tmdb.film(id), 10);
    expect(host.requests.all).toHaveLength(5);
    await expect(readiness.report()).resolves.toMatchObject({ state: 'degraded' });
    await clock.advance(31_000);
    await tmdb.film(11);
    await tmdb.film(11);
    expect(host.requests.all).toHaveLength(6);
    await clock.advance(61_000);
    await expect(tmdb.film(11)).resolves.toMatchObject({ kind: 'found' });
    await expect(readiness.report()).resolves.toMatchObject({ state: 'ok' });
  });

  it('waits as long as 429 asks, and a little where it does not say', async () => {
    host.inject({ kind: 'status', code: 429 }, { times: 2 });
    await expect(turning(tmdb.film(11))).resolves.toMatchObject({ kind: 'found' });
    const at = host.requests.all.map((request) => request.at);
    expect(at).toHaveLength(3);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(6000);
  });

  it('holds everybody back for as long as 429 says, and tells a caller who would wait too long', async () => {
    host.nextRetryAfter = 9;
    await expect(turning(tmdb.film(11))).resolves.toMatchObject({ kind: 'found' });
    expect(host.limited).toBe(1);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(9000);

    host.nextRetryAfter = 120;
    const asked = host.requests.all.length;
    const answer = await turning(tmdb.film(12));
    expect(answer).toMatchObject({ kind: 'unavailable', retryAfterSeconds: expect.any(Number) });
    expect(host.requests.all.length - asked).toBe(1);
    expect(await stored()).toBe(1);

    expect(tmdb.health).toMatchObject({ state: 'degraded', lastError: 'TMDB asks to be left alone' });
    await expect(readiness.report()).resolves.toMatchObject({ state: 'degraded' });
    await turning(tmdb.film(12));
    expect(logger.entries.map(({ level, message }) => [level, message])).toContainEqual([
      'warn',
      'TMDB asks to be left alone',
    ]);
    await clock.advance(121_000);
    await expect(turning(tmdb.film(11, { freshness: 'now' }))).resolves.toMatchObject({ kind: 'found' });
    await expect(readiness.report()).resolves.toMatchObject({ state: 'ok' });
  });

  it('says that it is asked too often, where 429 does not end', async () => {
    host.inject({ kind: 'status', code: 429 }, { times: 4 });
    await expect(turning(tmdb.film(11))).resolves.toMatchObject({ kind: 'unavailable' });
    expect(tmdb.health).toMatchObject({ state: 'degraded', lastError: 'TMDB is asked too often' });
    await expect(turning(tmdb.film(11))).resolves.toMatchObject({ kind: 'found' });
    expect(tmdb.health).toMatchObject({ state: 'ok' });
    expect(logger.entries.map(({ message }) => message)).toEqual([
      'TMDB is asked too often',
      'TMDB answers again',
    ]);
  });

  it('tells a web page from damaged JSON', async () => {
    host.inject({ kind: 'html200' });
    await expect(tmdb.film(11)).resolves.toMatchObject({
      reason: expect.stringContaining('a web page') as unknown as string,
    });
    host.inject({ kind: 'badJson' });
    await expect(tmdb.film(11)).resolves.toMatchObject({ reason: 'TMDB answered with damaged JSON' });
  });

  it('asks for lists again after an hour, and for persons after a week', async () => {
    const entry = { id: 11, title: 'Stalker', original_title: 'Stalker', release_date: '1979-05-25' };
    host.fixed.set('/movie/popular', { page: 1, results: [entry] });
    host.fixed.set('/trending/movie/day', { page: 1, results: [] });
    host.fixed.set('/person/7', { id: 7, name: 'Andrei Tarkovsky' });
    const askAll = async (): Promise<void> => {
      expect(await tmdb.list('popular', { freshness: 'now' })).toMatchObject({ value: [{ id: 11 }] });
      expect(await tmdb.list('trending', { freshness: 'now' })).toMatchObject({ value: [] });
      const person = await tmdb.person(7, { freshness: 'now' });
      expect(person).toMatchObject({ value: { name: 'Andrei Tarkovsky' } });
    };
    const asked: number[] = [];
    for (const hours of [0, 0.99, 0.02, 24 * 6.9, 24 * 0.2]) {
      await clock.advance(hours * HOUR_MS);
      await askAll();
      asked.push(host.requests.all.length);
    }
    expect(asked).toEqual([3, 3, 5, 7, 10]);
  });

  it('uses few connections however many ask', async () => {
    begin({ key: 'key', connections: 2 });
    host.put(
      ...Array.from({ length: 12 }, (_, at) => ({ id: 100 + at, originalTitle: `F${at}`, year: 2000 })),
    );
    await turning(Promise.all(Array.from({ length: 12 }, (_, at) => tmdb.film(100 + at))));
    expect(host.connections).toBeLessThanOrEqual(2);
    expect(host.requests.all).toHaveLength(12);
  });

  it('forgets what is too old to be of use', async () => {
    await tmdb.film(11);
    await tmdb.prune();
    expect(await stored()).toBe(1);
    await clock.advance(32 * 24 * HOUR_MS);
    await lifecycle.shutdown();
    expect(await stored()).toBe(0);
  });
});
