import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ChannelEditsRepository } from '../../src/channels/channel-edits.repository.js';
import { ChannelQueryRepository } from '../../src/channels/channel-query.repository.js';
import { ChannelsService } from '../../src/channels/channels.service.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { GuideLink } from '../../src/epg/guide-link.entity.js';
import { GuideLinksRepository } from '../../src/epg/guide-links.repository.js';
import { GuideLinksService } from '../../src/epg/guide-links.service.js';
import { GuideSource } from '../../src/epg/guide-source.entity.js';
import { GuideLinker } from '../../src/epg/linking/guide-linker.js';
import { LinkingRepository } from '../../src/epg/linking/linking.repository.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { AuditEntry } from '../../src/platform/audit/audit-entry.entity.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { touch, type Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeGuide } from '../builders/stored-guide.js';
import { TurnCounter } from '../builders/turn-counter.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';
import { eventually } from '../fakes/stream-house.js';

describeOnEveryDialect('guide links', (store) => {
  let database: Database;
  let clock: FakeClock;
  let events: EventBus;
  let feed: ChangeFeed;
  let lifecycle: Lifecycle;
  let linker: GuideLinker;
  let links: GuideLinksService;
  let channels: ChannelsService;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    for (const table of ['guide_sources', 'channels', 'categories', 'audit_log']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    const logger = new SilentLogger();
    clock = new FakeClock();
    events = new EventBus(logger);
    lifecycle = new Lifecycle(logger);
    feed = new ChangeFeed(database, events, clock, lifecycle);
    await feed.check();
    linker = new GuideLinker(new LinkingRepository(database), events, feed, lifecycle, clock, logger);
    const audit = new AuditRepository(database, clock);
    links = new GuideLinksService(new GuideLinksRepository(database, audit), feed, clock);
    const edits = new ChannelEditsRepository(database, audit);
    channels = new ChannelsService(edits, new ChannelQueryRepository(database), feed, clock);
  });
  afterEach(() => lifecycle.shutdown());

  const guide = async (
    names: Record<string, string>,
    fields: Partial<GuideSource> = {},
  ): Promise<{ sourceId: number; ids: Record<string, number> }> => {
    const stored = Object.entries(names).map(([xmltvId, name]) => ({
      xmltvId,
      names: [name],
      programmes: [],
    }));
    const { sourceId, channelIds } = await storeGuide(database, stored, fields);
    const ids = Object.fromEntries(stored.map(({ xmltvId }, at) => [xmltvId, channelIds[at] ?? 0]));
    return { sourceId, ids };
  };
  /** What each channel is linked to, and what waits. */
  const shown = async (): Promise<Record<string, string>> => {
    const { items } = await links.channels(1, 100);
    return Object.fromEntries(
      items.map(({ name, mode, links: own, candidates }) => [
        name,
        [
          mode === 'auto' ? '' : `${mode}:`,
          ...own.map(
            (link) => `${link.guide.xmltvId}${link.shiftMinutes === 0 ? '' : ` ${link.shiftMinutes}`}`,
          ),
          ...candidates.map((candidate) => `${candidate.guide.xmltvId}?`),
        ]
          .filter(Boolean)
          .join(' '),
      ]),
    );
  };
  const edit = async (
    change: (manager: Parameters<Parameters<Database['write']>[1]>[0]) => Promise<unknown>,
  ) => {
    await database.write('test', async (manager) => {
      await change(manager);
      await touch(manager, 'channels');
      await touch(manager, 'guide');
    });
    await feed.check();
  };

  it('writes many links and lets others have their turn meanwhile', async () => {
    const names = Array.from({ length: 350 }, (_, index) => `Channel Nr ${index}`);
    const channelIds = await storeChannels(
      database,
      names.map((name) => ({ name })),
    );
    const { ids } = await guide(Object.fromEntries(names.map((name, index) => [`c${index}`, name])));
    const add = channelIds.map((channelId, index) => ({
      ...{ channelId, guideChannelId: ids[`c${index}`] ?? 0, origin: 'name' as const },
      ...{ score: 90, reason: 'same name', shiftMinutes: 0 },
    }));
    const repository = new LinkingRepository(database);
    const counter = new TurnCounter();
    await repository.applyLinks({ add, remove: [] }, 1);
    expect(counter.stop()).toBeGreaterThanOrEqual(4);
    const stored = await database.read.find(GuideLink, { order: { channelId: 'ASC' } });
    expect(stored.map(({ channelId }) => channelId)).toEqual([...channelIds].sort((a, b) => a - b));
    expect(stored[0]).toMatchObject({
      origin: 'name',
      score: 90,
      reason: 'same name',
      position: 0,
      createdAt: 1,
    });
    await repository.applyLinks({ add: [], remove: stored.map(({ id }) => id) }, 1);
    expect(await database.read.count(GuideLink)).toBe(0);
  });

  it('links by id and name, shifts, and leaves the unclear to a person', async () => {
    await storeChannels(database, [
      { name: 'First', tvgId: 'one.uk' },
      { name: 'Rai Uno HD' },
      { name: 'Film4 +1' },
      { name: 'DMAX' },
      { name: 'Unheard of' },
    ]);
    await guide({ 'one.uk': 'One', rai1: 'Rai 1', film4: 'Film4', 'dmax.de': 'DMAX', 'dmax.it': 'DMAX' });
    expect(await linker.run()).toEqual({ channels: 5, linked: 3, waiting: 1, added: 3, removed: 0 });
    expect(await shown()).toEqual({
      First: 'one.uk',
      'Rai Uno HD': 'rai1',
      'Film4 +1': 'film4 60',
      DMAX: 'dmax.de? dmax.it?',
      'Unheard of': '',
    });
    const { items, total } = await links.waiting(1, 10);
    expect(total).toBe(1);
    expect(items[0]).toMatchObject({
      name: 'DMAX',
      candidates: [{ score: 99, question: '2 guide channels fit equally well' }, { score: 99 }],
    });
  });

  it('changes nothing the second time, and tells nobody', async () => {
    await storeChannels(database, [{ name: 'One' }, { name: 'DMAX' }]);
    await guide({ one: 'One', a: 'DMAX', b: 'DMAX' });
    await linker.run();
    const before = await database.read.find(GuideLink);
    let told = 0;
    events.on('guide.changed', () => told++);
    expect(await linker.run()).toMatchObject({ added: 0, removed: 0 });
    await feed.check();
    expect(told).toBe(0);
    expect(await database.read.find(GuideLink)).toEqual(before);
  });

  it('takes every guide that knows a channel, and asks only where none does', async () => {
    await storeChannels(database, [{ name: 'One' }, { name: 'Two' }]);
    await guide({ one: 'One', x: 'Two', y: 'Two' }, { priority: 2 });
    await guide({ uno: 'One', two: 'Two' }, { priority: 1, name: 'Better' });
    await linker.run();
    expect(await shown()).toEqual({ One: 'uno one', Two: 'two' });
  });

  it('follows channels and guides in the background, once for a burst', async () => {
    const [one = 0] = await storeChannels(database, [{ name: 'One' }]);
    await guide({ one: 'One', two: 'Two' });
    await feed.check();
    linker.start();
    let announced = nextAnnouncement();
    await clock.advance(2000);
    await announced;
    expect(await shown()).toEqual({ One: 'one' });
    await edit((manager) => manager.update(Channel, { id: one }, { name: 'Two' }));
    announced = nextAnnouncement();
    await clock.advance(2000);
    await announced;
    expect(await shown()).toEqual({ Two: 'two' });
  });

  it('are looked for again a minute after they could not be stored', async () => {
    await storeChannels(database, [{ name: 'One' }]);
    await guide({ one: 'One' });
    const repository = new LinkingRepository(database);
    const store = repository.applyLinks.bind(repository);
    const fails = new Promise<void>((resolve) => {
      repository.applyLinks = () => {
        repository.applyLinks = store;
        resolve();
        return Promise.reject(new Error('the disk is full'));
      };
    });
    const failing = new GuideLinker(repository, events, feed, lifecycle, clock, new SilentLogger());
    failing.start();
    await clock.advance(2000);
    await fails;
    await eventually(() => !failing.isRunning && clock.pendingTimers > 0);
    const announced = nextAnnouncement();
    await clock.advance(60_000);
    await announced;
    expect(await shown()).toEqual({ One: 'one' });
  });

  it('never touches what a person linked or refused', async () => {
    const [one = 0, two = 0] = await storeChannels(database, [{ name: 'One' }, { name: 'Two' }]);
    const { ids } = await guide({ one: 'One', two: 'Two', other: 'Other' });
    await linker.run();
    await links.decide(one, { links: [{ guideChannelId: ids.other ?? 0, shiftMinutes: 30 }] });
    await links.decide(two, { mode: 'none' });
    await linker.run();
    expect(await shown()).toEqual({ One: 'manual: other 30', Two: 'none:' });
    await links.decide(one, { mode: 'auto' });
    await links.decide(two, { mode: 'auto' });
    await linker.run();
    expect(await shown()).toEqual({ One: 'one', Two: 'two' });
    const actions = (await database.read.find(AuditEntry, { order: { id: 'ASC' } })).map(
      ({ action }) => action,
    );
    expect(actions).toEqual(['guide', 'guide', 'guide', 'guide']);
  });

  it('keeps manual links while channels retire and guides go, and gives both back', async () => {
    const [one = 0] = await storeChannels(database, [{ name: 'One' }]);
    const { sourceId, ids } = await guide({ one: 'One', other: 'Other' });
    await links.decide(one, { links: [{ guideChannelId: ids.other ?? 0 }] });
    const { generation } = await database.read.findOneByOrFail(GuideSource, { id: sourceId });
    await edit((manager) => manager.update(Channel, { id: one }, { retiredAt: 1 }));
    await edit((manager) => manager.update(GuideSource, { id: sourceId }, { generation: null }));
    await linker.run();
    expect(await shown()).toEqual({});
    await edit((manager) => manager.update(Channel, { id: one }, { retiredAt: null }));
    await linker.run();
    expect((await links.get(one)).links).toMatchObject([{ origin: 'manual', guide: { isServed: false } }]);
    await edit((manager) => manager.update(GuideSource, { id: sourceId }, { generation }));
    await linker.run();
    expect(await shown()).toEqual({ One: 'manual: other' });
  });

  it('forgets found links into a guide that was removed, and keeps what a person linked', async () => {
    const [one = 0] = await storeChannels(database, [{ name: 'One' }, { name: 'Two' }]);
    const { sourceId, ids } = await guide({ one: 'One', two: 'Two' });
    await guide({ two: 'Two' });
    await linker.run();
    await links.decide(one, { links: [{ guideChannelId: ids.one ?? 0 }] });
    const { generation } = await database.read.findOneByOrFail(GuideSource, { id: sourceId });
    await edit((manager) =>
      manager.update(GuideSource, { id: sourceId }, { generation: null, removedAt: 1 }),
    );
    expect(await linker.run()).toMatchObject({ linked: 1, added: 0, removed: 1 });
    expect(await shown()).toEqual({ One: 'manual: one', Two: 'two' });
    expect(await database.read.count(GuideLink)).toBe(2);
    await edit((manager) => manager.update(GuideSource, { id: sourceId }, { generation, removedAt: null }));
    expect(await linker.run()).toMatchObject({ linked: 1, added: 1 });
  });

  it('keeps found links into a guide that is not served at the moment', async () => {
    await storeChannels(database, [{ name: 'One' }]);
    const { sourceId } = await guide({ one: 'One' });
    await linker.run();
    const { generation } = await database.read.findOneByOrFail(GuideSource, { id: sourceId });
    await edit((manager) => manager.update(GuideSource, { id: sourceId }, { generation: null }));
    await linker.run();
    await edit((manager) => manager.update(GuideSource, { id: sourceId }, { generation }));
    expect(await shown()).toEqual({ One: 'one' });
  });

  it('hands a decision on when channels become one, unless there is one already', async () => {
    const [one = 0, two = 0, three = 0] = await storeChannels(database, [
      { name: 'One' },
      { name: 'Two' },
      { name: 'Three' },
    ]);
    const { ids } = await guide({ one: 'One', other: 'Other', third: 'Third' });
    await links.decide(two, { links: [{ guideChannelId: ids.other ?? 0 }], shiftMinutes: 15 });
    await links.decide(three, { mode: 'none' });
    await channels.merge(one, [two]);
    await linker.run();
    expect(await links.get(one)).toMatchObject({ mode: 'manual', shiftMinutes: 15 });
    expect(await shown()).toEqual({ One: 'manual: other', Three: 'none:' });
    await channels.merge(three, [one]);
    await linker.run();
    expect(await shown()).toEqual({ Three: 'none:' });
  });

  it('finds guide channels by id and name, in any case', async () => {
    const { ids } = await guide({ 'perviy.ru': 'Первый канал', two: 'Two' });
    expect(await links.find('ПЕРВ')).toMatchObject([{ id: ids['perviy.ru'], names: ['Первый канал'] }]);
    expect(await links.find('viy.R')).toHaveLength(1);
    expect(await links.find('ервого')).toEqual([]);
  });

  it('refuses what makes no sense', async () => {
    const [one = 0] = await storeChannels(database, [{ name: 'One' }]);
    const refused = (input: Parameters<typeof links.decide>[1]) =>
      expect(links.decide(one, input)).rejects.toMatchObject({ code: 'invalid_input' });
    await refused({ links: [] });
    await refused({ links: [{ guideChannelId: 987_654 }] });
    await refused({ shiftMinutes: 1441 });
    await refused({ placeholder: { kind: 'event', timeZone: 'Mars/Olympus' } });
    await refused({ placeholder: { kind: 'blocks', blockMinutes: 1 } });
    await expect(links.decide(987_654, { mode: 'none' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(links.setCategoryRule(987_654, null)).rejects.toMatchObject({ code: 'not_found' });
    await expect(links.find('a')).rejects.toMatchObject({ code: 'invalid_input' });
  });

  function nextAnnouncement(): Promise<void> {
    return new Promise((resolve) => {
      const stop = events.on('guide.changed', () => {
        stop();
        resolve();
      });
    });
  }
});
