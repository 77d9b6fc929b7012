import { afterEach, describe, expect, it } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { CatalogService } from '../../src/catalog/catalog.service.js';
import type { CatalogAnswer } from '../../src/catalog/catalog.service.js';
import { DEFAULT_CATALOG_OPTIONS } from '../../src/catalog/catalog-source.js';
import type { CatalogOptions } from '../../src/catalog/catalog-source.js';
import type { LiveRow } from '../../src/core/xtream/present-live.js';
import { SystemClock } from '../../src/platform/clock.js';
import type { Clock } from '../../src/platform/clock.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { aCategory, aChannel } from '../builders/catalog-builder.js';
import { FakeClock, settle } from '../fakes/fake-clock.js';
import { FakeChannels, FakeGuides } from '../fakes/player-house.js';

interface Room {
  catalog: CatalogService;
  channels: FakeChannels;
  events: EventBus;
  lifecycle: Lifecycle;
}

const everybody = { allowedCategoryIds: null };
const owner = { baseUrl: 'http://tv.test', username: 'u', password: 'p' };
const style = { plus: true, output: 'ts' } as const;
let opened: Lifecycle | undefined;
afterEach(() => opened?.shutdown());

function room(clock: Clock, options: Partial<CatalogOptions> = {}): Room {
  const logger = new SilentLogger();
  const lifecycle = (opened = new Lifecycle(logger));
  const events = new EventBus(logger);
  const channels = new FakeChannels();
  channels.categories = [aCategory({ id: 1 }), aCategory({ id: 2 }), aCategory({ id: 3 })];
  channels.channels = [aChannel({ id: 101 }), aChannel({ id: 102, categoryId: 2 })];
  const merged = { ...DEFAULT_CATALOG_OPTIONS, ...options };
  const catalog = new CatalogService(channels, new FakeGuides(), events, merged, clock, logger, lifecycle);
  return { catalog, channels, events, lifecycle };
}

async function openRoom(clock: Clock, options: Partial<CatalogOptions> = {}): Promise<Room> {
  const made = room(clock, options);
  made.catalog.onModuleInit();
  await made.catalog.fresh();
  return made;
}

function bytesOf(answer: CatalogAnswer): Buffer {
  if (answer.kind === 'loading') throw new Error('still loading');
  const { bytes, encoding } = answer.representation;
  return encoding === 'gzip' ? gunzipSync(bytes) : bytes;
}

async function idsOf(answer: Promise<CatalogAnswer>): Promise<number[]> {
  return (JSON.parse(bytesOf(await answer).toString()) as LiveRow[]).map((row) => row.stream_id);
}

const streams = ({ catalog }: Room, viewer: { allowedCategoryIds: readonly number[] | null } = everybody) =>
  idsOf(catalog.list(viewer, 'live_streams', undefined, 'identity'));

describe('before the records are read', () => {
  it('every answer is "loading", never an empty list', async () => {
    const { catalog, channels } = room(new FakeClock());
    const release = channels.hold();
    catalog.onModuleInit();
    const answers = await Promise.all([
      catalog.list(everybody, 'live_streams', undefined, 'identity'),
      catalog.list(everybody, 'live_streams', '7', 'identity'),
      catalog.list(everybody, 'live_categories', undefined, 'gzip'),
      catalog.panel(everybody),
      catalog.playlist(everybody, owner, style, 'gzip'),
    ]);
    expect(answers).toEqual(answers.map(() => ({ kind: 'loading' })));
    expect(catalog.readyPlaylist(everybody, owner, style, 'gzip')).toEqual({ kind: 'loading' });
    expect(catalog.isLoaded).toBe(false);
    release();
    await catalog.fresh();
    expect(catalog.isLoaded).toBe(true);
  });

  it('a failed reading is repeated by the ladder', async () => {
    const clock = new FakeClock();
    const { catalog, channels } = room(clock);
    channels.failures = 3;
    catalog.onModuleInit();
    await settle();
    expect([channels.reads, catalog.isLoaded]).toEqual([1, false]);
    await clock.advance(999);
    expect(channels.reads).toBe(1);
    await clock.advance(1);
    expect(channels.reads).toBe(2);
    await clock.advance(2_000);
    expect([channels.reads, catalog.isLoaded]).toEqual([3, false]);
    await clock.advance(5_000);
    await catalog.fresh();
    expect(channels.reads).toBe(4);
  });
});

describe('a change of the records', () => {
  it('is served once the new edition is complete; until then the former one is', async () => {
    const made = await openRoom(new SystemClock(), { pauseMs: 1 });
    const { catalog, channels, events } = made;
    const before = await catalog.list(everybody, 'live_streams', undefined, 'gzip');
    channels.channels = [aChannel({ id: 103 })];
    const release = channels.hold();
    events.emit('channels.changed', {});
    await settle();
    expect(await catalog.list(everybody, 'live_streams', undefined, 'gzip')).toEqual(before);
    release();
    await catalog.fresh();
    expect(await streams(made)).toEqual([103]);
  });

  it('leaves the former edition in service when it cannot be read', async () => {
    const clock = new FakeClock();
    const made = await openRoom(clock);
    await clock.advance(1_000);
    made.channels.failures = 1;
    made.channels.channels = [aChannel({ id: 103 })];
    made.events.emit('channels.changed', {});
    await clock.advance(10);
    expect(await streams(made)).toEqual([101, 102]);
    await clock.advance(1_000);
    await made.catalog.fresh();
    expect(await streams(made)).toEqual([103]);
  });

  it('is read once for a burst, after a pause', async () => {
    const clock = new FakeClock();
    const { catalog, channels, events } = await openRoom(clock);
    for (let change = 0; change < 50; change++) events.emit('channels.changed', {});
    await settle();
    expect(channels.reads).toBe(1);
    await clock.advance(DEFAULT_CATALOG_OPTIONS.pauseMs);
    await catalog.fresh();
    expect(channels.reads).toBe(2);
    await clock.advance(60_000);
    expect(channels.reads).toBe(2);
  });

  it('keeps the validator of what did not change', async () => {
    const clock = new FakeClock();
    const { catalog, events } = await openRoom(clock);
    const before = await catalog.list(everybody, 'live_streams', undefined, 'identity');
    events.emit('channels.changed', {});
    await clock.advance(1_000);
    await catalog.fresh();
    const after = await catalog.list(everybody, 'live_streams', undefined, 'identity');
    expect(after).not.toBe(before);
    expect(after).toEqual(before);
  });

  it('is no longer listened to after the shutdown', async () => {
    const { channels, events, lifecycle } = await openRoom(new SystemClock(), { pauseMs: 1 });
    await lifecycle.shutdown();
    events.emit('channels.changed', {});
    await settle();
    expect(channels.reads).toBe(1);
  });
});

describe('what a viewer sees', () => {
  it('is decided by his categories, in the order of the numbers', async () => {
    const made = room(new FakeClock());
    made.channels.channels = [
      aChannel({ id: 5, num: 9, categoryId: 2 }),
      aChannel({ id: 6, num: 1, categoryId: 3 }),
      aChannel({ id: 7, num: 4, categoryId: 1 }),
      aChannel({ id: 8, num: 4, categoryId: 2 }),
    ];
    made.catalog.onModuleInit();
    await made.catalog.fresh();
    expect(await streams(made)).toEqual([6, 7, 8, 5]);
    expect(await streams(made, { allowedCategoryIds: [2, 3, 2, 99] })).toEqual([6, 8, 5]);
    expect(await streams(made, { allowedCategoryIds: [2] })).toEqual([8, 5]);
    expect(await streams(made, { allowedCategoryIds: [] })).toEqual([]);
  });

  it('does not depend on the order in which his categories are listed', async () => {
    const made = await openRoom(new FakeClock());
    const first = await made.catalog.list(
      { allowedCategoryIds: [1, 2] },
      'live_streams',
      undefined,
      'identity',
    );
    const second = await made.catalog.list(
      { allowedCategoryIds: [2, 1, 2] },
      'live_streams',
      undefined,
      'identity',
    );
    expect(second).toMatchObject({ representation: { bytes: bytesOf(first) } });
  });

  it('has a category for every channel, even for one removed meanwhile', async () => {
    const made = room(new FakeClock());
    made.channels.categories = [];
    made.catalog.onModuleInit();
    await made.catalog.fresh();
    const rows = bytesOf(
      await made.catalog.list(everybody, 'live_categories', undefined, 'identity'),
    ).toString();
    expect(JSON.parse(rows)).toEqual([
      { category_id: '1', category_name: 'Other', parent_id: 0 },
      { category_id: '2', category_name: 'Other', parent_id: 0 },
    ]);
  });
});

describe('ready bytes', () => {
  it('are made once, however many ask at the same time', async () => {
    const { catalog } = await openRoom(new FakeClock(), { gzipFromBytes: 0 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => catalog.list(everybody, 'live_streams', undefined, 'gzip')),
    );
    const bytes = new Set(
      answers.map((answer) => (answer.kind === 'ready' ? answer.representation.bytes : null)),
    );
    expect(bytes.size).toBe(1);
    const lists = await Promise.all(
      Array.from({ length: 20 }, () => catalog.playlist(everybody, owner, style, 'gzip')),
    );
    expect(
      new Set(lists.map((answer) => (answer.kind === 'ready' ? answer.representation.bytes : null))).size,
    ).toBe(1);
  });

  it('are made again when the bound let them go', async () => {
    const { catalog } = await openRoom(new FakeClock(), { cacheBytes: 8 });
    const first = await catalog.list(everybody, 'live_streams', undefined, 'identity');
    const second = await catalog.list(everybody, 'live_categories', undefined, 'identity');
    const third = await catalog.list(everybody, 'live_categories', undefined, 'identity');
    expect(bytesOf(third).equals(bytesOf(second))).toBe(true);
    expect(third).not.toEqual(first);
    expect(catalog.readyPlaylist(everybody, owner, style, 'identity')).toBeNull();
    await catalog.playlist(everybody, owner, style, 'identity');
    expect(catalog.readyPlaylist(everybody, owner, style, 'identity')).toBeNull();
  });

  it('of two viewers are never mixed up', async () => {
    const { catalog } = await openRoom(new FakeClock());
    const text = async (changes: Partial<typeof owner>): Promise<string> =>
      bytesOf(await catalog.playlist(everybody, { ...owner, ...changes }, style, 'identity')).toString();
    expect(await text({ username: 'a', password: 'b' })).toContain('/live/a/b/101.ts');
    expect(await text({ username: 'a', password: 'c' })).toContain('/live/a/c/101.ts');
    expect(await text({ baseUrl: 'https://other.test' })).toContain('https://other.test/live/u/p/101.ts');
  });
});

describe('fifty thousand channels', () => {
  it('are written without holding the event loop', async () => {
    const made = room(new SystemClock(), { pauseMs: 1 });
    made.channels.categories = Array.from({ length: 200 }, (_, i) => aCategory({ id: i + 1 }));
    made.channels.channels = Array.from({ length: 50_000 }, (_, i) =>
      aChannel({ id: i + 1, num: 50_000 - i, categoryId: (i % 200) + 1, epgChannelId: `c${i}.es` }),
    );
    const watch = watchLoop();
    made.catalog.onModuleInit();
    await made.catalog.fresh();
    await Promise.all([
      made.catalog.list(everybody, 'live_streams', undefined, 'gzip'),
      made.catalog.list({ allowedCategoryIds: [3, 4, 5] }, 'live_streams', undefined, 'gzip'),
      made.catalog.current?.guideHead(null, () => true),
      made.catalog.panel(everybody),
      made.catalog.playlist(everybody, owner, style, 'gzip'),
    ]);
    const { turns } = watch.stop();
    // A turn for every slice: were the work done in one piece there would be a handful.
    expect(turns).toBeGreaterThan(50);
    expect(await streams(made)).toHaveLength(50_000);
  });
});

/** Counts the turns of the event loop. */
function watchLoop(): { stop: () => { turns: number } } {
  const state = { turns: 0, running: true };
  const turn = (): void => {
    state.turns++;
    if (state.running) setImmediate(turn);
  };
  setImmediate(turn);
  return {
    stop: () => {
      state.running = false;
      return { turns: state.turns };
    },
  };
}
