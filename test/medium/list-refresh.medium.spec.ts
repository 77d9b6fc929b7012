import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { setTimeout as nextTurn } from 'node:timers/promises';
import { Like } from 'typeorm';
import { Channel } from '../../src/channels/channel.entity.js';
import { ChannelImportRepository } from '../../src/channels/channel-import.repository.js';
import { ChannelImportService } from '../../src/channels/channel-import.service.js';
import { ChannelsRepository } from '../../src/channels/channels.repository.js';
import { SystemClock } from '../../src/platform/clock.js';
import { AuditRepository } from '../../src/platform/audit/audit.repository.js';
import { ChangeFeed } from '../../src/platform/database/change-feed.js';
import type { Database } from '../../src/platform/database/database.js';
import { EventBus } from '../../src/platform/events/event-bus.js';
import { HttpFetcher } from '../../src/platform/http/fetcher.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import type { PlayableSource } from '../../src/playback/ports.js';
import { rankedChannels } from '../../src/playback/ranked-sources.js';
import { ListReader } from '../../src/scrapers/list-reader.js';
import type { RefreshReport } from '../../src/scrapers/list-source.entity.js';
import { ListSnapshotsRepository } from '../../src/scrapers/list-snapshots.repository.js';
import { ListSourcesRepository } from '../../src/scrapers/list-sources.repository.js';
import { ListSourcesService, type ListSourceInput } from '../../src/scrapers/list-sources.service.js';
import { RefreshScheduler } from '../../src/scrapers/refresh-scheduler.js';
import { RefreshService } from '../../src/scrapers/refresh.service.js';
import { anAppConfig } from '../builders/app-config.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { createListHost, type ListFault, type ListHost } from '../fakes/list-host.js';
import { filmRoom } from '../fakes/film-room.js';

function m3u(names: readonly string[]): string {
  return `#EXTM3U url-tvg="http://guide.invalid/g.xml"\n${names.map((name) => `#EXTINF:-1 group-title="News",${name}\nhttp://tv.invalid/${encodeURIComponent(name)}.ts\n`).join('')}`;
}

const TEN = Array.from({ length: 10 }, (_, index) => `Channel ${index + 1}`);

/** A new body, so that the host does not just say "not modified". */
function changedAnd(list: ListHost, fault: ListFault): void {
  list.put('/l.m3u', `${m3u(TEN)}\n# changed`);
  list.inject(fault);
}

describeOnEveryDialect('a list refresh', (store) => {
  let database: Database;
  let host: ListHost;
  let lifecycle: Lifecycle;
  let repository: ListSourcesRepository;
  let lists: ListSourcesService;
  let refreshes: RefreshService;
  let channels: ChannelsRepository;
  let scheduler: RefreshScheduler;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    for (const table of ['stream_sources', 'channels', 'categories', 'scraper_urls']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
    host = await createListHost();
    const clock = new SystemClock();
    const logger = new SilentLogger();
    lifecycle = new Lifecycle(logger);
    const config = anAppConfig({
      sources: { allowPrivate: true, maxListBytes: 2_000_000, fetchTimeoutSeconds: 20 },
    });
    const feed = new ChangeFeed(database, new EventBus(logger), clock, lifecycle);
    repository = new ListSourcesRepository(database, new AuditRepository(database, clock));
    const imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
    const films = filmRoom(database, feed, clock, lifecycle).lists;
    channels = new ChannelsRepository(database);
    lists = new ListSourcesService(repository, imports, films, clock);
    const reader = new ListReader(config, lifecycle, clock);
    refreshes = new RefreshService(
      repository,
      new ListSnapshotsRepository(database),
      imports,
      films,
      reader,
      new HttpFetcher(clock),
      config,
      lifecycle,
      clock,
      logger,
    );
    scheduler = new RefreshScheduler(repository, refreshes, lifecycle, clock);
  });
  afterEach(async () => {
    await lifecycle.shutdown();
    await host.close();
  });

  const add = async (at: string, input: ListSourceInput = {}): Promise<number> =>
    (await lists.add({ url: `${host.url}${at}`, ...input }, { allowFiles: false })).id;
  const names = async (): Promise<string[]> => (await channels.listVisible()).map(({ name }) => name);

  it('imports, then finds nothing new by the validator of the host', async () => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u');
    expect(await refreshes.refresh(id)).toMatchObject({
      status: 'ok',
      found: 10,
      added: 10,
      skipped: 0,
      problems: [],
      reason: null,
    });
    expect(await refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    expect(host.requests.all.map(({ headers }) => headers['if-none-match'] !== undefined)).toEqual([
      false,
      true,
    ]);
    const source = await lists.get(id);
    expect(source).toMatchObject({ entryCount: 10, guideUrls: ['http://guide.invalid/g.xml'] });
    expect(source.nextRunAt).toBeGreaterThan(source.lastRunAt ?? 0);
  });

  it('notices sameness by content where the host has no validators', async () => {
    host.put('/l.m3u', { body: m3u(TEN), etag: 'none' });
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    expect(await refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
  });

  it.each<[string, (list: ListHost) => void, RegExp]>([
    ['is gone', (list) => list.remove('/l.m3u'), /404/],
    ['is empty', (list) => list.put('/l.m3u', ''), /empty/],
    [
      'is a web page',
      (list) => list.put('/l.m3u', '<!doctype html><html><body><h1>Sorry</h1></body></html>'),
      /web page/,
    ],
    [
      'is cut JSON',
      (list) => list.put('/l.m3u', '{"links": [{"name": "One", "url": "acestr'),
      /JSON|no stream/,
    ],
    ['is a broken gzip', (list) => changedAnd(list, { kind: 'brokenGzip' }), /./],
    ['is a gzip bomb', (list) => changedAnd(list, { kind: 'gzipBomb', bytes: 400_000_000 }), /./],
    ['never ends', (list) => changedAnd(list, { kind: 'endlessBody' }), /large|limit|bytes/i],
    ['is refused', (list) => list.inject({ kind: 'http503' }), /503/],
    ['turns in circles', (list) => list.inject({ kind: 'redirectLoop' }), /redirect/i],
    ['breaks off', (list) => list.inject({ kind: 'reset' }), /./],
    ['has shrunk to a tenth', (list) => list.put('/l.m3u', m3u(TEN.slice(0, 1))), /shrunk to 1 of 10/],
  ])('leaves everything in place when the list %s', async (_what, spoil, reason) => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    spoil(host);
    host.put('/keep', '');
    const report = await refreshes.refresh(id, {});
    expect(report).toMatchObject({
      status: 'stale',
      added: 0,
      updated: 0,
      retired: 0,
      reason: expect.stringMatching(reason),
    });
    expect(await names()).toEqual(TEN);
    const source = await lists.get(id);
    expect(source.lastReport).toMatchObject({ status: 'stale', reason: report.reason });
    expect(source.lastSuccessAt).not.toBeNull();
  });

  it('applies a shrunken list when a person insists', async () => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    host.put('/l.m3u', m3u(TEN.slice(0, 1)));
    expect(await refreshes.refresh(id, { force: true })).toMatchObject({ status: 'ok', retired: 9 });
    expect(await names()).toEqual(['Channel 1']);
  });

  it('is failed, not stale, when there was nothing yet', async () => {
    const id = await add('/nowhere');
    expect(await refreshes.refresh(id)).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('404'),
    });
  });

  it('says how far it came when the database takes no more', async () => {
    const entry = (at: number, name = `Channel ${at}`): string =>
      `#EXTINF:-1 tvg-id="c${at}.test",${name}\nhttp://tv.invalid/${at}.ts\n`;
    const most = Array.from({ length: 1500 }, (_, at) => entry(at)).join('');
    host.put('/l.m3u', `#EXTM3U\n${most}${entry(1500, 'Channel 0')}`);
    const id = await add('/l.m3u');
    await database.write('spoil', (manager) => manager.query('CREATE UNIQUE INDEX spoil ON channels (name)'));
    try {
      const { status, reason } = await refreshes.refresh(id);
      expect(status).toBe('failed');
      const [, done, total] =
        /; (\d+) of its (\d+) channels and films had been brought in by then$/.exec(reason ?? '') ?? [];
      expect([Number(total), Number(done)]).toEqual([1501, (await names()).length]);
      expect(Number(done)).toBeGreaterThan(0);
    } finally {
      await database.write('mend', (manager) => manager.query('DROP INDEX spoil'));
    }
  });

  it('foresees what a removal retires: what no other list feeds', async () => {
    host.put('/l.m3u', m3u(TEN));
    host.put('/other.m3u', m3u(TEN.slice(0, 4)).replaceAll('tv.invalid', 'other.invalid'));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    await refreshes.refresh(await add('/other.m3u'));
    expect(await lists.foreseeRemoval(id)).toEqual({ retired: 6 });
    expect(await names()).toHaveLength(10);
    expect(await lists.remove(id)).toEqual({ retired: 6 });
    expect(await names()).toHaveLength(4);
  });

  it('never tells a password of the address', async () => {
    const id = (
      await lists.add({ url: `${host.url}/get.php?username=joe&password=topsecret` }, { allowFiles: false })
    ).id;
    const report = await refreshes.refresh(id);
    expect(JSON.stringify(report)).not.toContain('topsecret');
    expect((await lists.get(id)).name).not.toContain('topsecret');
  });

  it('sends the headers of the list, and filters its entries', async () => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u', {
      headers: { 'User-Agent': 'Box/1' },
      filters: { includeName: '^channel [1-3]$', excludeName: '2' },
    });
    expect(await refreshes.refresh(id)).toMatchObject({ found: 10, added: 2, skipped: 8 });
    expect(host.requests.all[0]?.headers['user-agent']).toBe('Box/1');
    expect(await names()).toEqual(['Channel 1', 'Channel 3']);
  });

  it('lets the streams be asked as the list is, from the next opening on', async () => {
    host.put('/l.m3u', `${m3u(['One'])}#EXTINF:-1,Two\nhttp://tv.invalid/2.ts|User-Agent=Own/2\n`);
    const id = await add('/l.m3u', { headers: { 'User-Agent': 'Box/1', Authorization: 'Bearer x' } });
    await refreshes.refresh(id);
    const playable = rankedChannels(channels, { inOrder: (sources) => [...sources] }, repository);
    const asked = async (): Promise<Pick<PlayableSource, 'userAgent' | 'homeHeaders'>[]> => {
      const rows = await database.read.find(Channel, { order: { name: 'ASC' } });
      const sources = await Promise.all(rows.map((row) => playable.sourcesOf(row.id)));
      return sources.flat().map(({ userAgent, homeHeaders }) => ({ userAgent, homeHeaders }));
    };
    const home = { origin: host.url, headers: { authorization: 'Bearer x' } };
    expect(await asked()).toEqual([
      { userAgent: 'Box/1', homeHeaders: home },
      { userAgent: 'Own/2', homeHeaders: home },
    ]);
    await lists.change(id, { headers: { 'user-agent': 'Box/2' } }, { allowFiles: false });
    expect(await asked()).toEqual([{ userAgent: 'Box/2' }, { userAgent: 'Own/2' }]);
    await lists.change(id, { headers: {} }, { allowFiles: false });
    expect(await asked()).toEqual([{ userAgent: null }, { userAgent: 'Own/2' }]);
  });

  it('gives up a filter that backtracks for ever, and stays responsive meanwhile', async () => {
    host.put('/l.m3u', m3u([`${'a'.repeat(34)}!`]));
    const id = await add('/l.m3u', { filters: { includeName: '^(a+)+$' } });
    const abort = refreshes.refresh(id);
    for (let turn = 0; turn < 50; turn++) await nextTurn(2);
    await lifecycle.shutdown();
    expect(await abort).toMatchObject({ status: 'failed' });
  });

  it('joins two refreshes of one list', async () => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u');
    const [one, two] = await Promise.all([refreshes.refresh(id), refreshes.refresh(id)]);
    expect(one).toBe(two);
    expect(host.requests.all).toHaveLength(1);
  });

  it('refuses private addresses unless the operator allows them', async () => {
    host.put('/l.m3u', m3u(TEN));
    const clock = new SystemClock();
    const repository = new ListSourcesRepository(database, new AuditRepository(database, clock));
    const feed = { check: () => Promise.resolve() } as ChangeFeed;
    const imports = new ChannelImportService(new ChannelImportRepository(database), feed, clock);
    const config = anAppConfig();
    const guarded = new RefreshService(
      repository,
      new ListSnapshotsRepository(database),
      imports,
      filmRoom(database, feed, clock, lifecycle).lists,
      new ListReader(config, lifecycle, clock),
      new HttpFetcher(clock),
      config,
      lifecycle,
      clock,
      new SilentLogger(),
    );
    const id = await add('/l.m3u');
    expect(await guarded.refresh(id)).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/private|blocked|allowed/i),
    });
    await lists.change(id, { allowPrivate: true }, { allowFiles: false });
    expect(await guarded.refresh(id)).toMatchObject({ status: 'ok' });
    for (const target of [
      'http://169.254.169.254/latest/',
      'http://[::1]:1/',
      'http://0x7f.1/',
      'file:///etc/passwd',
    ]) {
      host.inject({ kind: 'redirect', location: target });
      host.put('/m.m3u', m3u(['Other']));
      const other = await add('/m.m3u');
      expect(await guarded.refresh(other)).toMatchObject({ status: 'failed' });
    }
  });

  it('reads what is due by its schedule, and only that', async () => {
    host.put('/a.m3u', m3u(['One']));
    host.put('/b.m3u', m3u(['Two']));
    host.put('/c.m3u', m3u(['Three']));
    await add('/a.m3u', { intervalMinutes: 60 });
    await add('/b.m3u', { intervalMinutes: 0 });
    const paused = await add('/c.m3u');
    await lists.change(paused, { isEnabled: false }, { allowFiles: false });
    await database.write('wait', (manager) => manager.query('UPDATE scraper_urls SET next_run_at = 1'));
    await scheduler.runDue();
    await scheduler.runDue();
    expect(await names()).toEqual(['One']);
    expect(host.requests.all).toHaveLength(1);
  });

  it('keeps an edit that is made while its list refreshes', async () => {
    const many = Array.from({ length: 1500 }, (_, index) => `Mass x${index}z`);
    host.put('/l.m3u', m3u(many));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    host.put(
      '/l.m3u',
      m3u(many).replaceAll('group-title="News"', 'group-title="Other" tvg-logo="http://x.invalid/l.png"'),
    );
    const [target] = (await channels.listVisible()).slice(-1);
    let edited: Promise<unknown> | undefined;
    const report: RefreshReport = await refreshes.refresh(id, {
      onProgress: ({ step, done }) => {
        if (step !== 'importing' || done < 200 || edited) return;
        edited = database.write('edit', (manager) =>
          manager.query(`UPDATE channels SET name = 'Mine', edited_fields = 'name' WHERE id = ${target!.id}`),
        );
      },
    });
    await edited;
    expect(report).toMatchObject({ status: 'ok', updated: 1500 });
    expect(await channels.findVisible(target!.id)).toMatchObject({
      name: 'Mine',
      logo: 'http://x.invalid/l.png',
    });
  });

  it('takes the shift of the guide from the list, and leaves one that a person set', async () => {
    const list = (...shifts: string[]): string =>
      [
        '#EXTM3U',
        ...shifts.map((shift, at) => `#EXTINF:-1 ${shift},Shifted ${at}\nhttp://tv.invalid/${at}`),
      ].join('\n');
    const shifts = async (): Promise<Record<string, number>> => {
      const rows = await database.read.find(Channel, {
        where: { name: Like('Shifted %') },
        order: { id: 'ASC' },
      });
      return Object.fromEntries(rows.map(({ name, guideShiftMinutes }) => [name, guideShiftMinutes]));
    };
    host.put('/l.m3u', list('tvg-shift="-2.5"', 'tvg-shift="+1"', 'tvg-shift="soon"', 'tvg-name="x"'));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    expect(await shifts()).toEqual({ 'Shifted 0': -150, 'Shifted 1': 60, 'Shifted 2': 0, 'Shifted 3': 0 });
    await database.write('edit', (manager) =>
      manager.update(
        Channel,
        { name: 'Shifted 0' },
        { guideShiftMinutes: 30, editedFields: ['guideShiftMinutes'] },
      ),
    );
    host.put('/l.m3u', list('tvg-shift="3"', 'tvg-name="y"', 'tvg-shift="0.25"', 'tvg-shift="30"'));
    await refreshes.refresh(id);
    expect(await shifts()).toEqual({ 'Shifted 0': 30, 'Shifted 1': 0, 'Shifted 2': 15, 'Shifted 3': 0 });
    const edited = await database.read.findOneByOrFail(Channel, { name: 'Shifted 0' });
    expect(edited.listValues).toMatchObject({ guideShiftMinutes: 180 });
  });

  const entry = (name: string, group: string, address = name): string =>
    `#EXTINF:-1 group-title="${group}",${name}\nhttp://tv.invalid/${address}\n`;

  it('tells what a refresh would change, and changes nothing', async () => {
    host.put('/l.m3u', `#EXTM3U\n${['a', 'b', 'c', 'd'].map((name) => entry(name, 'News')).join('')}`);
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    const [a, b, c, d] = await channels.listVisible();
    await database.write('edit', (manager) =>
      manager.query(`UPDATE channels SET edited_fields = 'name' WHERE id = ${d!.id}`),
    );
    host.put(
      '/l.m3u',
      `#EXTM3U\n${entry('a', 'Sport')}${entry('new b', 'News', 'b')}${entry('new d', 'News', 'd')}${entry('e', 'Kids')}`,
    );
    const before = [await channels.listVisible(), await lists.get(id)];
    expect(await refreshes.preview(id)).toEqual({
      reason: null,
      found: 4,
      skipped: 0,
      films: { films: 0, episodes: 0, added: 0, retired: 0 },
      streams: 4,
      added: { total: 1, first: [{ name: 'e', category: 'Kids' }] },
      renamed: { total: 1, first: [{ id: b!.id, before: 'b', after: 'new b' }] },
      moved: { total: 1, first: [{ id: a!.id, name: 'a', before: 'News', after: 'Sport' }] },
      dropped: { total: 1, first: [{ id: c!.id, name: 'c' }] },
    });
    expect([await channels.listVisible(), await lists.get(id)]).toEqual(before);
    expect(await refreshes.refresh(id)).toMatchObject({ added: 1, retired: 1 });
  });

  it('foresees that a shrunken list would be held back', async () => {
    host.put('/l.m3u', m3u(TEN));
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    host.put('/l.m3u', m3u(TEN.slice(0, 2)));
    expect(await refreshes.preview(id)).toMatchObject({
      reason: expect.stringMatching(/shrunk to 2 of 10/),
      dropped: { total: 8 },
    });
  });

  it('brings back what the list said before, with ids and edits, and undoes the undo', async () => {
    const first = `#EXTM3U\n${['a', 'b', 'c', 'd'].map((name) => entry(name, 'News')).join('')}`;
    host.put('/l.m3u', first);
    const id = await add('/l.m3u');
    await refreshes.refresh(id);
    await expect(refreshes.undo(id)).rejects.toMatchObject({ code: 'conflict' });
    const before = await channels.listVisible();
    host.put('/l.m3u', `#EXTM3U\n${entry('a', 'Sport')}${entry('new b', 'News', 'b')}${entry('e', 'Kids')}`);
    expect(await refreshes.refresh(id)).toMatchObject({ status: 'ok' });
    const after = await channels.listVisible();
    const [edited] = before;
    await database.write('edit', (manager) =>
      manager.query(`UPDATE channels SET num = 77, edited_fields = 'num' WHERE id = ${edited!.id}`),
    );
    expect(await refreshes.undo(id)).toMatchObject({ added: 0, retired: 1 });
    const same = (rows: typeof before) =>
      rows.map(({ id: channelId, name, categoryId }) => [channelId, name, categoryId]).sort();
    expect(same(await channels.listVisible())).toEqual(same(before));
    expect(await channels.findVisible(edited!.id)).toMatchObject({ num: 77 });
    // What was undone does not come back by itself while the list says the same.
    expect(await refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    expect(same(await channels.listVisible())).toEqual(same(before));
    await refreshes.undo(id);
    expect(same(await channels.listVisible())).toEqual(same(after));
  });

  it('keeps what a list said twice, not longer', async () => {
    const id = await add('/l.m3u');
    for (let edition = 1; edition <= 4; edition++) {
      host.put('/l.m3u', m3u(TEN.map((name) => `${name} ${edition}`)));
      expect(await refreshes.refresh(id)).toMatchObject({ status: 'ok' });
    }
    const kept = await database.read.query(
      'SELECT DISTINCT generation FROM list_snapshots ORDER BY generation',
    );
    expect(kept).toEqual([{ generation: 3 }, { generation: 4 }]);
  });

  it('reports each refused entry with its line', async () => {
    host.put(
      '/l.m3u',
      `#EXTM3U\n#EXTINF:-1,Good\nhttp://tv.invalid/1\n#EXTINF:-1,Bad\nsop://x\n#EXTINF:-1,None\n`,
    );
    const report = await refreshes.refresh(await add('/l.m3u'));
    expect(report).toMatchObject({ found: 3, added: 1, skipped: 2, problems: [{ line: 4 }, { line: 6 }] });
  });
});
