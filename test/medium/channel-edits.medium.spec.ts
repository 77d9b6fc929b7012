import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IsNull } from 'typeorm';
import { CategoriesRepository } from '../../src/channels/categories.repository.js';
import { CategoriesService } from '../../src/channels/categories.service.js';
import { ChannelEditsRepository } from '../../src/channels/channel-edits.repository.js';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import type { ImportChannel } from '../../src/channels/import-set.js';
import { ChannelQueryRepository } from '../../src/channels/channel-query.repository.js';
import { MANUAL_KEY, Channel, type EditableChannelField } from '../../src/channels/channel.entity.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { ChannelsService } from '../../src/channels/channels.service.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { AppError } from '../../src/platform/errors/app-error.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { anImportChannel } from '../builders/import-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

/** Eight channels of a list, each with up to three places; a list names some of them. */
const NAMES = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

type Step =
  | { do: 'import'; list: number; names: string[]; places: number; renamed: boolean; group: string }
  | {
      do: 'edit';
      pick: number;
      field: 'name' | 'num' | 'isHidden' | 'tvgId';
      value: number;
      how: 'refuse' | 'swap' | 'shift';
    }
  | { do: 'reset'; pick: number }
  | { do: 'merge'; pick: number; other: number }
  | { do: 'split'; pick: number; source: number }
  | { do: 'order'; picks: number[]; from: number | null }
  | { do: 'add'; num: number | null }
  | { do: 'remove'; pick: number }
  | { do: 'merge categories'; pick: number; other: number };

const pick = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('import' as const),
      list: fc.integer({ min: 1, max: 2 }),
      names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
      places: fc.integer({ min: 1, max: 3 }),
      renamed: fc.boolean(),
      group: fc.constantFrom('News', 'Sport', 'Kids'),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('edit' as const),
      pick,
      field: fc.constantFrom('name' as const, 'num' as const, 'isHidden' as const, 'tvgId' as const),
      value: fc.integer({ min: 1, max: 12 }),
      how: fc.constantFrom('refuse' as const, 'swap' as const, 'shift' as const),
    }),
  },
  fc.record({ do: fc.constant('reset' as const), pick }),
  { weight: 2, arbitrary: fc.record({ do: fc.constant('merge' as const), pick, other: pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('split' as const), pick, source: pick }) },
  fc.record({
    do: fc.constant('order' as const),
    picks: fc.array(pick, { minLength: 1, maxLength: 4 }),
    from: fc.option(fc.integer({ min: 1, max: 12 })),
  }),
  fc.record({ do: fc.constant('add' as const), num: fc.option(fc.integer({ min: 1, max: 12 })) }),
  fc.record({ do: fc.constant('remove' as const), pick }),
  fc.record({ do: fc.constant('merge categories' as const), pick, other: pick }),
);

describeOnEveryDialect('edits and refreshes in any order', (store) => {
  let database: Database;
  let service: ChannelsService;
  let categories: CategoriesService;
  let imports: ChannelImportService;
  let channels: ChannelsRepository;

  beforeAll(async () => {
    database = await store.open();
    const logger = new SilentLogger();
    const clock = new FakeClock();
    const feed = new ChangeFeed(database, new EventBus(logger), clock, new Lifecycle(logger));
    const audit = new AuditRepository(database, clock);
    service = new ChannelsService(
      new ChannelEditsRepository(database, audit),
      new ChannelQueryRepository(database),
      feed,
      clock,
    );
    categories = new CategoriesService(new CategoriesRepository(database, audit), feed, clock);
    imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
    channels = new ChannelsRepository(database);
  });
  afterAll(() => database.close());

  const empty = async (): Promise<void> => {
    for (const table of ['stream_sources', 'channels', 'categories', 'audit_log']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
  };
  const living = (): Promise<Channel[]> =>
    database.read.find(Channel, { where: { mergedIntoId: IsNull() }, order: { id: 'ASC' } });

  async function run(step: Step): Promise<void> {
    const rows = await living();
    const row = (index: number): Channel | undefined => rows[index % Math.max(1, rows.length)];
    if (step.do === 'import') {
      const list = listOf(step);
      await imports.apply(list, { listSourceId: step.list, allowPrivate: false });
      await expectFed(list, step.list);
      return;
    }
    if (step.do === 'merge categories') {
      const found = await categories.list();
      const [target, other] = [step.pick, step.other].map((at) => found[at % Math.max(1, found.length)]);
      if (target && other && target !== other) {
        await categories.merge(target.category.id, [other.category.id]);
      }
      return;
    }
    if (step.do === 'add') {
      const [first] = await categories.list();
      const num = step.num === null ? {} : { num: step.num };
      if (first) await service.add({ name: 'By hand', categoryId: first.category.id, ...num }, 'shift');
      return;
    }
    if (step.do === 'order') {
      const ids = [...new Set(step.picks.map((at) => row(at)?.id).filter((id) => id !== undefined))];
      if (ids.length > 0) await service.order(ids, step.from, 'shift');
      return;
    }
    const chosen = row(step.pick);
    if (!chosen) return;
    switch (step.do) {
      case 'edit': {
        const value = {
          name: `edited ${step.value}`,
          num: step.value,
          isHidden: step.value > 6,
          tvgId: `t${step.value}`,
        };
        const changed = await service.change(chosen.id, { [step.field]: value[step.field] }, step.how);
        expect(changed[step.field]).toBe(value[step.field]);
        return;
      }
      case 'reset':
        await service.reset(chosen.id, chosen.editedFields as EditableChannelField[]);
        return;
      case 'merge': {
        const other = row(step.other);
        if (!other || other === chosen) return;
        await service.merge(chosen.id, [other.id]);
        expect((await channels.findVisible(other.id))?.id).toBe((await channels.findVisible(chosen.id))?.id);
        return;
      }
      case 'split': {
        const sources = await database.read.findBy(StreamSource, { channelId: chosen.id });
        const source = sources[step.source % Math.max(1, sources.length)];
        if (source) await service.split(chosen.id, source.id);
        return;
      }
      case 'remove':
        await service.remove(chosen.id);
    }
  }

  /** What a list names is watchable afterwards, each place exactly once. */
  async function expectFed(list: readonly ImportChannel[], listSourceId: number): Promise<void> {
    const places = list.flatMap(({ sources }) => sources.map(({ fingerprint }) => fingerprint)).sort();
    const rows = await database.read.findBy(StreamSource, { listSourceId, retiredAt: IsNull() });
    expect(rows.map(({ fingerprint }) => fingerprint).sort()).toEqual(places);
  }

  async function expectSound(): Promise<void> {
    const all = await database.read.find(Channel);
    const byId = new Map(all.map((channel) => [channel.id, channel]));
    const sources = await database.read.find(StreamSource);
    const categoryIds = new Set((await categories.list()).map(({ category }) => category.id));
    const numbers = new Map<number, number>();
    for (const channel of all) {
      const own = sources.filter(({ channelId }) => channelId === channel.id);
      if (channel.mergedIntoId !== null) {
        // It leads straight to a channel that stands, and holds nothing itself.
        expect(byId.get(channel.mergedIntoId)?.mergedIntoId).toBeNull();
        expect(own).toEqual([]);
        continue;
      }
      expect(categoryIds.has(channel.categoryId)).toBe(true);
      if (channel.retiredAt !== null) {
        expect(own.every(({ retiredAt }) => retiredAt !== null)).toBe(true);
        continue;
      }
      if (!channel.identityKey.startsWith(MANUAL_KEY)) {
        expect(own.some(({ retiredAt }) => retiredAt === null)).toBe(true);
      }
      expect([channel.num > 0, numbers.get(channel.num)]).toEqual([true, undefined]);
      numbers.set(channel.num, channel.id);
    }
  }

  it('never lose a source, an id or an edit', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), async (steps) => {
        await empty();
        for (const next of steps) {
          const before = new Map((await living()).map((channel) => [channel.id, channel]));
          try {
            await run(next);
          } catch (error) {
            // A refusal is an answer; everything else is a fault.
            if (!(error instanceof AppError) || error.status >= 500) throw error;
          }
          await expectSound();
          if (next.do === 'import') await expectEditsKept(before);
        }
      }),
      { numRuns: store.dialect === 'sqlite' ? 120 : 40, interruptAfterTimeLimit: 20_000 },
    );
  }, 60_000);

  async function expectEditsKept(before: ReadonlyMap<number, Channel>): Promise<void> {
    for (const channel of await living()) {
      const old = before.get(channel.id);
      for (const field of old?.editedFields ?? []) {
        expect([channel.id, field, channel[field as EditableChannelField]]).toEqual([
          channel.id,
          field,
          old?.[field as EditableChannelField],
        ]);
      }
    }
  }
});

function listOf(step: Extract<Step, { do: 'import' }>): ImportChannel[] {
  return step.names.map((name) =>
    anImportChannel(
      step.renamed ? `${name} HD` : name,
      Array.from({ length: step.places }, (_, index) => `${name}${index}`),
      { group: step.group, tvgId: `${name}.tv` },
    ),
  );
}
