import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { StreamSource } from '../../src/channels/stream-source.entity.js';
import { CheckableSources } from '../../src/checks/checkable-sources.js';
import { newRecord, observed, type SourceRecord } from '../../src/core/health/source-record.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { anImportChannel } from '../builders/import-channel.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const GONE = { kind: 'failure', failure: 'not-found', detail: 'gone', isLasting: true } as const;

describeOnEveryDialect('sources worth a check', (store) => {
  let database: Database;
  let clock: FakeClock;
  let records: Map<number, SourceRecord>;
  let checkable: CheckableSources;
  let limits: Map<number, number>;
  let ids: Record<string, number>;

  beforeAll(async () => {
    database = await store.open();
    clock = new FakeClock();
    const feed = new ChangeFeed(
      database,
      new EventBus(new SilentLogger()),
      clock,
      new Lifecycle(new SilentLogger()),
    );
    const imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
    await imports.apply(
      [
        anImportChannel('One', ['a', 'b']),
        anImportChannel('Two', ['c']),
        anImportChannel('Three', ['d', 'e']),
      ],
      { listSourceId: 1, allowPrivate: false },
    );
    const rows = await database.read.find(StreamSource);
    ids = Object.fromEntries(rows.map(({ id, fingerprint }) => [fingerprint, id]));
  });
  afterAll(() => database.close());

  beforeEach(() => {
    clock = new FakeClock();
    records = new Map();
    limits = new Map();
    checkable = new CheckableSources({
      channels: new ChannelsRepository(database),
      lists: { streamTerms: () => Promise.resolve({ limits, proxies: new Map(), requests: new Map() }) },
      health: { all: () => records.entries(), recordOf: (id) => records.get(id) },
      clock,
    });
  });

  const now = (): number => clock.now() / 1000;
  const id = (place: string): number => ids[place] ?? 0;

  /** Places in the order in which they come, each tried as soon as it is found. */
  async function round(mayCheck: (id: number) => boolean = () => true): Promise<string[]> {
    const found: string[] = [];
    for (;;) {
      const source = await checkable.next((candidate) => mayCheck(candidate.id));
      if (!source) return found;
      records.set(source.id, observed(newRecord(now()), { kind: 'picture', waitSeconds: 1 }, now()));
      found.push(source.locator.split('/').at(-1) ?? '');
    }
  }

  it('are untried alternates, not the only source of a channel', async () => {
    expect(await round()).toEqual(['a', 'b', 'd', 'e']);
    expect(await round()).toEqual([]);
  });

  it('are dead ones first, once their rest is over, even the only ones', async () => {
    for (const place of ['a', 'b', 'd']) records.set(id(place), newRecord(now()));
    records.set(id('c'), observed(newRecord(now()), GONE, now()));
    expect(await round()).toEqual(['e']);
    await clock.advance(600_000);
    records.delete(id('a'));
    expect(await round()).toEqual(['c', 'a']);
  });

  it('wait when they may not be checked now, and do not hold the others up', async () => {
    for (const place of ['a', 'b', 'd', 'e']) records.set(id(place), newRecord(now()));
    records.set(id('a'), observed(newRecord(now()), GONE, now() - 700));
    records.set(id('e'), observed(newRecord(now()), GONE, now() - 600));
    expect(await round((one) => one !== id('a'))).toEqual(['e']);
    expect(await round()).toEqual([]);
    await clock.advance(1_800_000);
    expect(await round()).toEqual(['a']);
  });

  it('are none of hidden channels, and none that are switched off', async () => {
    await database.write('hide', async (manager) => {
      await manager.update(Channel, { name: 'One' }, { isHidden: true });
      await manager.update(StreamSource, { fingerprint: 'e' }, { isEnabled: false });
    });
    records.set(id('e'), observed(newRecord(now()), GONE, now() - 700));
    expect(await round()).toEqual([]);
    await database.write('show', async (manager) => {
      await manager.update(Channel, { name: 'One' }, { isHidden: false });
      await manager.update(StreamSource, { fingerprint: 'e' }, { isEnabled: true });
    });
  });

  it('are none of a provider that allows one connection', async () => {
    limits.set(1, 1);
    expect(await round()).toEqual([]);
    limits.set(1, 2);
    expect(await round()).toEqual(['a', 'b', 'd', 'e']);
  });
});
