import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { History } from '../../src/platform/overview/history.js';
import { HistoryHour } from '../../src/platform/overview/history-hour.entity.js';
import { HistoryRepository } from '../../src/platform/overview/history.repository.js';
import { OverviewRegistry } from '../../src/platform/overview/overview-registry.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const HOUR_MS = 3_600_000;

describeOnEveryDialect('what every hour brought', (store) => {
  let database: Database;
  let clock: FakeClock;
  let lifecycle: Lifecycle;
  let registry: OverviewRegistry;
  let history: History;
  let requests: number;
  let viewers: number;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.write('empty', (manager) => manager.clear(HistoryHour));
    clock = new FakeClock();
    begin();
  });
  afterEach(() => lifecycle.shutdown());

  /** As the start of a server: all totals begin anew. */
  function begin(): void {
    lifecycle = new Lifecycle(new SilentLogger());
    registry = new OverviewRegistry(clock, new SilentLogger());
    requests = 0;
    viewers = 0;
    registry.register({
      name: 'room',
      totals: () => ({ requests }),
      levels: () => ({ viewers }),
      caches: () => [{ name: 'cache', hits: requests, misses: 1 }],
    });
    history = new History(registry, new HistoryRepository(database), lifecycle, clock);
  }
  const last = async (hours: number): Promise<Record<string, number>[]> =>
    (await history.last(hours)).map(({ figures }) => figures);

  it('is counted by the hour, with the most there was at once', async () => {
    requests = 5;
    viewers = 3;
    await history.sample();
    requests = 7;
    viewers = 1;
    await history.sample();
    await clock.advance(HOUR_MS);
    await history.sample();
    requests = 8;
    await history.sample();
    expect(await last(3)).toEqual([
      {},
      { requests: 7, 'hits cache': 7, 'misses cache': 1, 'most viewers': 3 },
      { requests: 1, 'hits cache': 1, 'misses cache': 0, 'most viewers': 1 },
    ]);
  });

  it('goes on after a restart, and the end of the server loses nothing', async () => {
    history.start();
    requests = 5;
    await lifecycle.shutdown();
    begin();
    requests = 2;
    await history.sample();
    expect(await last(1)).toMatchObject([{ requests: 7, 'misses cache': 2 }]);
  });

  it('forgets what is older than two weeks', async () => {
    await history.sample();
    await clock.advance(14 * 24 * HOUR_MS);
    await history.sample();
    expect(await database.read.count(HistoryHour)).toBe(2);
    await clock.advance(HOUR_MS);
    await history.sample();
    expect(await database.read.count(HistoryHour)).toBe(2);
  });

  it('names a room that cannot tell, and tells of the others', async () => {
    registry.register({ name: 'broken', counts: () => Promise.reject(new Error('no database')) });
    registry.register({ name: 'third', counts: () => Promise.resolve({ things: { all: 3 } }) });
    expect(await registry.now()).toMatchObject({ missing: ['broken'], counts: { things: { all: 3 } } });
  });
});
