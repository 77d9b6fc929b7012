import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { ScheduledProgramme } from '../../src/core/guide/page.js';
import { CategoryGuide, ChannelGuide } from '../../src/epg/channel-guide.entity.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { GuideLink } from '../../src/epg/guide-link.entity.js';
import { GuideSource } from '../../src/epg/guide-source.entity.js';
import { GuideView } from '../../src/epg/guide-view.js';
import { LinkTableRepository } from '../../src/epg/link-table.repository.js';
import { ProgrammesRepository } from '../../src/epg/programmes.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import { touch, type Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { anAppConfig } from '../builders/app-config.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const HOUR = 3600;
/** Midnight, UTC. */
const MIDNIGHT = Date.UTC(2026, 2, 14) / 1000;

/** "A 0-2": title and hours of the day. */
function day(...texts: string[]): ScheduledProgramme[] {
  return texts.map((text) => {
    const [title = '', hours = ''] = text.split(' ');
    const [start = 0, stop = 0] = hours.split('-').map((hour) => MIDNIGHT + Number(hour) * HOUR);
    return { start, stop, titles: [{ text: title }] };
  });
}

describeOnEveryDialect('the guide of channels', (store) => {
  let database: Database;
  let view: GuideView;
  let feed: ChangeFeed;
  let one: number;
  let [best, second]: [number, number] = [0, 0];

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    for (const table of ['guide_sources', 'channels', 'categories']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    const logger = new SilentLogger();
    const clock = new FakeClock();
    const events = new EventBus(logger);
    feed = new ChangeFeed(database, events, clock, new Lifecycle(logger));
    await feed.check();
    const config = anAppConfig({ server: { timezone: 'Europe/Madrid' } });
    view = new GuideView(
      new LinkTableRepository(database),
      new ProgrammesRepository(database),
      config,
      clock,
      events,
    );
    [one = 0] = await storeChannels(database, [{ name: 'One' }]);
    const first = await storeGuide(
      database,
      [{ xmltvId: 'one', programmes: day('A 0-2', 'B 2-4', 'C 6-8') }],
      { priority: 1 },
    );
    const other = await storeGuide(
      database,
      [{ xmltvId: 'uno', programmes: day('a 0-3', 'b 3-7', 'd 8-10') }],
      { priority: 2, name: 'Other' },
    );
    [best, second] = [first.channelIds[0] ?? 0, other.channelIds[0] ?? 0];
  });

  const link = (guideChannelId: number, fields: Partial<GuideLink> = {}, channelId = one): Promise<void> =>
    write(GuideLink, {
      ...{ channelId, guideChannelId, position: 0, origin: 'name', score: 90, reason: '' },
      ...{ shiftMinutes: 0, createdAt: MIDNIGHT },
      ...fields,
    });
  const write = async (entity: new () => object, fields: object): Promise<void> => {
    await database.write('test', async (manager) => {
      await manager.save(manager.create(entity, fields));
      await touch(manager, 'guide');
    });
    await feed.check();
  };
  const shown = async (from = 0, to = 24, id = one): Promise<string> => {
    const programmes = await view.programmes(id, MIDNIGHT + from * HOUR, MIDNIGHT + to * HOUR);
    const hours = (time: number): number => (time - MIDNIGHT) / HOUR;
    return programmes
      .map(({ start, stop, titles }) => `${titles[0]?.text} ${hours(start)}-${hours(stop)}`)
      .join(', ');
  };

  it('is nothing without a link, and what the linked guide has with one', async () => {
    expect(await shown()).toBe('');
    await link(best);
    expect(await shown()).toBe('A 0-2, B 2-4, C 6-8');
    expect(await shown(2, 6)).toBe('B 2-4');
    expect(await view.programmes(one, MIDNIGHT, MIDNIGHT + HOUR)).toMatchObject([{ guideChannelId: best }]);
  });

  it('fills the holes of the best guide from the next, the same for every window', async () => {
    await link(second);
    await link(best);
    const whole = 'A 0-2, B 2-4, b 4-6, C 6-8, d 8-10';
    expect(await shown()).toBe(whole);
    const hourly = new Set<string>();
    for (let hour = 0; hour < 10; hour++) hourly.add(await shown(hour, hour + 1));
    expect([...hourly].join(', ')).toBe(whole);
  });

  it('adds the shifts of link, source and channel', async () => {
    await link(best, { shiftMinutes: 60 });
    expect(await shown()).toBe('A 1-3, B 3-5, C 7-9');
    expect(await shown(0, 1)).toBe('');
    await write(ChannelGuide, { channelId: one, mode: 'auto', shiftMinutes: -180, placeholder: null });
    const { id } = await database.read.findOneByOrFail(GuideSource, { priority: 1 });
    await write(GuideSource, { id, shiftMinutes: 60 });
    expect(await shown(-4)).toBe('A -1-1, B 1-3, C 5-7');
  });

  it('shifts found guides as the list says, once, and leaves those a person linked alone', async () => {
    await link(best);
    const shift = (guideShiftMinutes: number, more: Partial<Channel> = {}): Promise<void> =>
      database
        .write('test', async (manager) => {
          await manager.update(Channel, { id: one }, { guideShiftMinutes, ...more });
          await touch(manager, 'channels');
        })
        .then(() => feed.check());
    expect(await shown()).toBe('A 0-2, B 2-4, C 6-8');
    await shift(-90);
    expect(await shown(-4)).toBe('A -1.5-0.5, B 0.5-2.5, C 4.5-6.5');
    await write(GuideLink, { id: (await database.read.findOneByOrFail(GuideLink, {})).id, shiftMinutes: 60 });
    await shift(60, { name: 'One +1' });
    expect(await shown()).toBe('A 1-3, B 3-5, C 7-9');
    await shift(0);
    expect(await shown()).toBe('A 1-3, B 3-5, C 7-9');
    await shift(120, { editedFields: ['guideShiftMinutes'] });
    expect(await shown()).toBe('A 2-4, B 4-6, C 8-10');
    await link(second, { origin: 'manual', shiftMinutes: 60 });
    await write(ChannelGuide, { channelId: one, mode: 'manual', shiftMinutes: 0, placeholder: null });
    expect(await shown()).toBe('a 1-4, b 4-8, d 9-11');
  });

  it('lets what a person linked stand alone, in the order given, and shows nothing where a person said so', async () => {
    await link(best);
    await link(second, { origin: 'manual' });
    expect(await shown()).toBe('A 0-2, B 2-4, C 6-8');
    await write(ChannelGuide, { channelId: one, mode: 'manual', shiftMinutes: 0, placeholder: null });
    expect(await shown()).toBe('a 0-3, b 3-7, d 8-10');
    await write(ChannelGuide, { channelId: one, mode: 'none', shiftMinutes: 0, placeholder: null });
    expect(await shown()).toBe('');
  });

  it('forgets a guide that is gone, and knows it again when it is back', async () => {
    await link(best);
    const { id, generation } = await database.read.findOneByOrFail(GuideSource, { priority: 1 });
    await write(GuideSource, { id, generation: null });
    expect(await shown()).toBe('');
    await write(GuideSource, { id, generation });
    expect(await shown()).toBe('A 0-2, B 2-4, C 6-8');
  });

  it('announces the events of names, in the zone of the server or of the rule of category and channel', async () => {
    const [event = 0, always = 0] = await storeChannels(database, [
      { name: 'PPV 1: Gala 21:00', category: 'Events' },
      { name: 'Friends 24/7', category: 'Events' },
    ]);
    expect(await shown(0, 24, event)).toBe('21:00 Gala -1-20, Gala 20-22');
    expect(await shown(0, 3, always)).toBe('Friends -1-3');
    const { categoryId } = await database.read.findOneByOrFail(Channel, { id: event });
    await write(CategoryGuide, { categoryId, placeholder: { kind: 'event', timeZone: 'UTC' } });
    expect(await shown(0, 24, event)).toBe('21:00 Gala 0-21, Gala 21-23');
    expect(await shown(0, 3, always)).toBe('');
    const placeholder = { kind: 'none' };
    await write(ChannelGuide, { channelId: event, mode: 'auto', shiftMinutes: 0, placeholder });
    expect(await shown(0, 24, event)).toBe('');
  });

  it('answers for many channels at once, an entry for each', async () => {
    const [two = 0, three = 0] = await storeChannels(database, [{ name: 'Two' }, { name: 'Three' }]);
    await link(best);
    await link(best, { shiftMinutes: 60 }, two);
    const all = await view.programmesOf([three, two, one, 999_999], MIDNIGHT, MIDNIGHT + 2 * HOUR);
    expect(
      [...all].map(([id, programmes]) => [id, programmes.map(({ start }) => (start - MIDNIGHT) / HOUR)]),
    ).toEqual(
      expect.arrayContaining([
        [one, [0]],
        [two, [1]],
        [three, []],
        [999_999, []],
      ]),
    );
  });
});
