import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import type { ImportChannel } from '../../src/channels/import-set.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

function aChannel(name: string, places: string[], more: Partial<ImportChannel> = {}): ImportChannel {
  return {
    identityKey: `name:${name.toLowerCase()}`,
    otherKeys: [],
    name,
    group: 'News',
    logo: '',
    tvgId: '',
    num: null,
    isAdult: false,
    sources: places.map((place) => ({
      kind: 'http',
      locator: `http://tv.invalid/${place}`,
      fingerprint: place,
      label: name,
      userAgent: null,
      headers: {},
    })),
    ...more,
  };
}

describeOnEveryDialect('a list import', (store) => {
  let database: Database;
  let channels: ChannelsRepository;
  let imports: ChannelImportService;
  let announced: number;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    for (const table of ['stream_sources', 'channels', 'categories']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    const logger = new SilentLogger();
    const clock = new FakeClock();
    const events = new EventBus(logger);
    announced = 0;
    events.on('channels.changed', () => announced++);
    const feed = new ChangeFeed(database, events, clock, new Lifecycle(logger));
    await feed.check();
    channels = new ChannelsRepository(database);
    imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
  });

  const apply = (list: ImportChannel[], listSourceId = 1) =>
    imports.apply(list, { listSourceId, allowPrivate: false });
  const shown = async (): Promise<string[]> =>
    (await channels.listVisible()).map(({ num, name }) => `${num} ${name}`);
  const idOf = async (name: string): Promise<number> =>
    (await channels.listVisible()).find((row) => row.name === name)?.id ?? 0;

  it('adds channels with numbers, categories and ordered sources, and says so once', async () => {
    const counts = await apply([
      aChannel('One', ['a', 'b']),
      aChannel('Two', ['c'], { num: 50, group: 'Sport' }),
      aChannel('Three', ['d'], { num: 50 }),
    ]);
    expect(counts).toEqual({ added: 3, updated: 0, retired: 0 });
    expect(await shown()).toEqual(['1 One', '50 Two', '51 Three']);
    expect((await channels.listCategories('live')).map(({ name }) => name)).toEqual(['News', 'Sport']);
    expect((await channels.sourcesOf(await idOf('One'))).map(({ fingerprint }) => fingerprint)).toEqual([
      'a',
      'b',
    ]);
    expect(announced).toBe(1);
  });

  it('changes nothing the second time', async () => {
    const list = [aChannel('One', ['a', 'b']), aChannel('Two', ['c'])];
    await apply(list);
    const before = await database.read.query('SELECT * FROM channels ORDER BY id');
    expect(await apply(list)).toEqual({ added: 0, updated: 0, retired: 0 });
    expect(await database.read.query('SELECT * FROM channels ORDER BY id')).toEqual(before);
  });

  it('keeps the id of a channel that went and came back', async () => {
    await apply([aChannel('One', ['a']), aChannel('Two', ['b'])]);
    const id = await idOf('Two');
    expect(await apply([aChannel('One', ['a'])])).toMatchObject({ retired: 1 });
    expect(await shown()).toEqual(['1 One']);
    await apply([aChannel('One', ['a']), aChannel('Two', ['other'])]);
    expect(await idOf('Two')).toBe(id);
    expect((await channels.sourcesOf(id)).map(({ fingerprint }) => fingerprint)).toEqual(['other']);
  });

  it('follows a channel that the list renamed, by its place', async () => {
    await apply([aChannel('One', ['a']), aChannel('Two', ['b'])]);
    const id = await idOf('Two');
    expect(await apply([aChannel('One', ['a']), aChannel('Two HD plus', ['b'])])).toMatchObject({
      added: 0,
      updated: 1,
    });
    expect(await idOf('Two HD plus')).toBe(id);
  });

  it('does not take a place for a rename while the old name is still listed', async () => {
    await apply([aChannel('One', ['a']), aChannel('Two', ['b'])]);
    const two = await idOf('Two');
    await apply([aChannel('One', ['a']), aChannel('Three', ['b']), aChannel('Two', ['c'])]);
    expect(await idOf('Two')).toBe(two);
    expect(await idOf('Three')).not.toBe(two);
    expect((await channels.sourcesOf(await idOf('Three'))).map(({ fingerprint }) => fingerprint)).toEqual([
      'b',
    ]);
  });

  it('never touches what a person edited', async () => {
    await apply([aChannel('One', ['a'])]);
    const id = await idOf('One');
    await database.write('edit', (manager) =>
      manager.update(
        Channel,
        { id },
        { name: 'My One', num: 7, logo: 'mine', editedFields: ['name', 'num', 'logo'] },
      ),
    );
    await apply([aChannel('One', ['a'], { logo: 'theirs', tvgId: 'one.tv' })]);
    expect(await channels.findVisible(id)).toMatchObject({
      name: 'My One',
      num: 7,
      logo: 'mine',
      epgChannelId: 'one.tv',
    });
  });

  it('joins two lists behind one channel and retires only what its list brought', async () => {
    await apply([aChannel('One', ['a'])], 1);
    await apply([aChannel('One', ['b'])], 2);
    const id = await idOf('One');
    expect((await channels.sourcesOf(id)).map(({ fingerprint }) => fingerprint).sort()).toEqual(['a', 'b']);
    expect(await imports.retireList(1)).toBe(0);
    expect((await channels.sourcesOf(id)).map(({ fingerprint }) => fingerprint)).toEqual(['b']);
    expect(await imports.retireList(2)).toBe(1);
    expect(await shown()).toEqual([]);
  });

  it('keeps one channel when one list knows its guide id and another does not', async () => {
    const withId = aChannel('One', ['a'], {
      identityKey: 'id:one.tv',
      otherKeys: ['name:one'],
      tvgId: 'one.tv',
    });
    await apply([aChannel('One', ['b'])], 2);
    const id = await idOf('One');
    await apply([withId], 1);
    expect(await apply([aChannel('One', ['b', 'c'])], 2)).toMatchObject({ added: 0 });
    expect(await apply([withId], 1)).toMatchObject({ added: 0 });
    expect(await shown()).toEqual(['1 One']);
    expect((await channels.sourcesOf(id)).map(({ fingerprint }) => fingerprint).sort()).toEqual([
      'a',
      'b',
      'c',
    ]);
  });

  it('survives two imports of one list at once', async () => {
    const list = Array.from({ length: 250 }, (_, index) => aChannel(`Channel ${index}`, [`p${index}`]));
    await Promise.all([apply(list), apply(list)]);
    expect(await channels.listVisible()).toHaveLength(250);
    const [{ n }] = await database.read.query('SELECT count(*) AS n FROM stream_sources');
    expect(Number(n)).toBe(250);
  });
});
