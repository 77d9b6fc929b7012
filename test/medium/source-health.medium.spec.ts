import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { SourceHealthRepository } from '../../src/source-health/source-health.repository.js';
import {
  SOURCE_HEALTH_DEFAULTS,
  SourceHealthService,
} from '../../src/source-health/source-health.service.js';
import { SourceState } from '../../src/source-health/source-state.entity.js';
import { anImportChannel } from '../builders/import-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const HOUR_MS = 3_600_000;
const GONE = { kind: 'failure', failure: 'not-found', detail: 'gone', isLasting: true } as const;
const PICTURE = { kind: 'picture', waitSeconds: 1.5 } as const;

describeOnEveryDialect('the memory of sources', (store) => {
  let database: Database;
  let repository: SourceHealthRepository;
  let clock: FakeClock;
  let health: SourceHealthService;
  let a: number;
  let b: number;
  let c: number;

  beforeAll(async () => {
    database = await store.open();
    repository = new SourceHealthRepository(database);
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    clock = new FakeClock();
    await database.write('empty', async (manager) => {
      for (const table of ['source_hours', 'source_health', 'stream_sources', 'channels']) {
        await manager.query(`DELETE FROM ${table}`);
      }
    });
    const feed = new ChangeFeed(
      database,
      new EventBus(new SilentLogger()),
      clock,
      new Lifecycle(new SilentLogger()),
    );
    await new ChannelImportService(new ChannelImportRepository(database), feed, clock).apply(
      [anImportChannel('One', ['a', 'b', 'c'])],
      { listSourceId: 1, allowPrivate: false },
    );
    const rows = await database.read.find(StreamSource, { order: { id: 'ASC' } });
    [a = 0, b = 0, c = 0] = rows.map(({ id }) => id);
    health = newHealth();
  });

  function newHealth(changes: Partial<typeof SOURCE_HEALTH_DEFAULTS> = {}): SourceHealthService {
    return new SourceHealthService(repository, clock, { ...SOURCE_HEALTH_DEFAULTS, ...changes });
  }

  async function reborn(): Promise<SourceHealthService> {
    const next = newHealth();
    await next.load();
    return next;
  }

  const unpinned = (ids: readonly number[]) => ids.map((id) => ({ id, isPinned: false }));
  const orderOf = (service: SourceHealthService): number[] =>
    service.inOrder(unpinned([a, b, c])).map(({ id }) => id);

  it('survives a restart, quarantine and order too', async () => {
    health.observe(a, GONE);
    health.observe(b, { kind: 'cut', reason: 'reset', detail: 'ECONNRESET' });
    health.observe(c, PICTURE);
    await health.flush();
    const next = await reborn();
    expect(next.recordOf(a)).toEqual(health.recordOf(a));
    expect(next.recordOf(a)?.quarantinedUntil).toBe(clock.now() / 1000 + 600);
    expect(orderOf(next)).toEqual([c, b, a]);
    await clock.advance(600_000);
    expect(orderOf(next)[2]).toBe(a);
  });

  it('adds up what an hour brought, over several writes and runs', async () => {
    health.observe(a, PICTURE);
    health.observe(a, { kind: 'played', seconds: 30, peers: 10, speedKbs: 400 });
    await health.flush();
    const next = await reborn();
    next.observe(a, GONE);
    next.observe(a, { kind: 'played', seconds: 30, peers: 20, speedKbs: 200 });
    await next.flush();
    await clock.advance(HOUR_MS);
    next.observe(a, { kind: 'cut', reason: 'eof', detail: 'closed' });
    await next.flush();
    const hour = Math.floor(clock.now() / HOUR_MS);
    expect(await next.history([a])).toEqual([
      expect.objectContaining({
        hour: hour - 1,
        starts: 2,
        pictures: 1,
        waitMs: 1500,
        playedSeconds: 60,
        samples: 2,
        peers: 30,
        speedKbs: 600,
      }),
      expect.objectContaining({ hour, cuts: 1, starts: 0 }),
    ]);
  });

  it('writes nothing when nothing happened', async () => {
    await health.flush();
    expect(await database.read.count(SourceState)).toBe(0);
  });

  it('keeps what it could not write', async () => {
    let broken = true;
    const flaky = Object.assign(Object.create(repository) as SourceHealthRepository, {
      save: (...gathered: Parameters<SourceHealthRepository['save']>) =>
        broken ? Promise.reject(new Error('the disk is full')) : repository.save(...gathered),
    });
    const service = new SourceHealthService(flaky, clock);
    service.observe(a, PICTURE);
    await expect(service.flush()).rejects.toThrow('the disk is full');
    service.observe(a, PICTURE);
    broken = false;
    await service.flush();
    expect(await service.history([a])).toEqual([expect.objectContaining({ starts: 2, pictures: 2 })]);
  });

  it('keeps nothing of sources that are gone, and forgets them with their rows', async () => {
    health.observe(a, PICTURE);
    health.observe(b, PICTURE);
    health.observe(999_999, PICTURE);
    await health.flush();
    expect((await repository.load(10)).map(({ sourceId }) => sourceId).sort()).toEqual([a, b].sort());
    await database.write('remove', (manager) => manager.delete(StreamSource, { id: a }));
    expect((await repository.load(10)).map(({ sourceId }) => sourceId)).toEqual([b]);
    expect(await health.history([a])).toEqual([]);
  });

  it('forgets hours after their time, and the sources unchanged for longest beyond its bound', async () => {
    const small = newHealth({ maxSources: 2, historyHours: 2, writeSlice: 1 });
    small.observe(a, PICTURE);
    await small.flush();
    await clock.advance(3 * HOUR_MS);
    small.observe(b, PICTURE);
    await clock.advance(1000);
    small.observe(c, PICTURE);
    expect(small.size).toBe(2);
    expect(small.recordOf(a)).toBeUndefined();
    await small.flush();
    await small.prune();
    expect((await repository.load(10)).map(({ sourceId }) => sourceId)).toEqual([c, b]);
    expect((await repository.hoursOf([a, b, c], 0)).map(({ sourceId }) => sourceId)).toEqual([b, c]);
  });
});
