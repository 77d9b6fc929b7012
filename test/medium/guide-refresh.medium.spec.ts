import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { Channel } from '../../src/channels/channel.entity.js';
import { GuideLink } from '../../src/epg/guide-link.entity.js';
import type { GuideSourceInput } from '../../src/epg/guide-source-rules.js';
import type { Database } from '../../src/platform/database/database.js';
import { smallGuide, xmltvStamp } from '../builders/small-guide.js';
import { storeChannels } from '../builders/stored-channel.js';
import { emptyGuides } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { GuideHouse, type GuideHouseOptions } from '../fakes/guide-house.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

const HOUR = 3600;
const DAY = 86_400;
/** The hour that runs. */
const NOW = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
const TEN = { channels: 10, hours: 48, from: NOW };

describeOnEveryDialect('a guide refresh', (store) => {
  let database: Database;
  let host: ListHost;
  let house: GuideHouse;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await emptyGuides(database);
    host = await createListHost();
    house = houseThat({});
  });
  afterEach(async () => {
    await house.lifecycle.shutdown();
    await host.close();
  });

  const houseThat = (guides: GuideHouseOptions['guides'], importer: 'thread' | 'here' = 'here'): GuideHouse =>
    new GuideHouse(database, {
      dataDir: store.dataDir,
      importer,
      guides: { maxBytes: 4_000_000, ...guides },
    });

  const add = async (at: string, input: GuideSourceInput = {}): Promise<number> =>
    (await house.guides.add({ url: `${host.url}${at}`, ...input }, { allowFiles: false })).id;

  /** XMLTV id → titles that run within the window. */
  const served = async (from = NOW, to = NOW + HOUR): Promise<Record<string, string[]>> => {
    const channels = await house.programmes.servedChannels();
    const found = await house.programmes.programmes(
      channels.map(({ id }) => id),
      from,
      to,
    );
    return Object.fromEntries(
      channels.map(({ id, xmltvId }) => [
        xmltvId,
        (found.get(id) ?? []).map(({ titles }) => titles[0]?.text.trim() ?? ''),
      ]),
    );
  };
  const idsOf = async (): Promise<Map<string, number>> =>
    new Map((await house.programmes.servedChannels()).map(({ xmltvId, id }) => [xmltvId, id]));
  const rows = async (table: string): Promise<number> => {
    const found: { n: unknown }[] = await database.read.query(`SELECT count(*) AS n FROM ${table}`);
    return Number(found[0]?.n);
  };

  it('imports, then finds nothing new by the validator of the host', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    const refreshed: unknown[] = [];
    house.events.on('epg.refreshed', (event) => refreshed.push(event));
    const progress: object[] = [];
    house.events.on('epg.progress', (event) => progress.push(event));
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'ok',
      reason: null,
      channels: 10,
      programmes: 480,
      firstStart: NOW,
      lastStop: NOW + 48 * HOUR,
      problemsBy: {},
    });
    expect(refreshed).toEqual([{ sourceId: id, channels: 10, programmes: 480 }]);
    expect(progress.slice(0, 2)).toMatchObject([
      { sourceId: id, step: 'waiting' },
      { sourceId: id, step: 'fetching' },
    ]);
    expect((await served()).ch3).toEqual(['Show 3.0']);
    expect((await served(NOW + 24 * HOUR, NOW + 26 * HOUR)).ch10).toEqual(['Show 10.24', 'Show 10.25']);
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    expect(host.requests.all.at(-1)?.headers['if-none-match']).toBeDefined();
    const source = await house.guides.get(id);
    expect(source).toMatchObject({ channelCount: 10, programmeCount: 480 });
    expect(source.nextRunAt).toBeGreaterThan(source.lastRunAt ?? 0);
    expect((await house.runs.list(id)).map(({ status }) => status)).toEqual(['unchanged', 'ok']);
  });

  it('notices sameness by content where the host has no validators', async () => {
    host.put('/g.xml', { body: smallGuide(TEN), etag: 'none' });
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    await house.guides.change(id, { timeZone: 'Europe/Berlin' }, { allowFiles: false });
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok' });
  });

  it('replaces the programmes and keeps the ids of channels, also of those that were away', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    const before = await idsOf();
    host.put('/g.xml', smallGuide({ ...TEN, channels: 9, firstChannel: 2, edition: 'B' }));
    await house.refreshes.refresh(id);
    expect((await served()).ch3).toEqual(['Show 3.0 B']);
    expect((await idsOf()).has('ch1')).toBe(false);
    host.put('/g.xml', smallGuide({ ...TEN, edition: 'C' }));
    await house.refreshes.refresh(id);
    expect(await idsOf()).toEqual(before);
  });

  it('brings back what served before, and undoes the undo', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    await expect(house.refreshes.undo(id)).rejects.toMatchObject({ code: 'conflict' });
    host.put('/g.xml', smallGuide({ ...TEN, edition: 'B' }));
    await house.refreshes.refresh(id);
    await house.refreshes.undo(id);
    expect((await served()).ch3).toEqual(['Show 3.0']);
    // What was undone does not come back by itself while the guide says the same.
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    expect((await served()).ch3).toEqual(['Show 3.0']);
    await house.refreshes.undo(id);
    expect((await served()).ch3).toEqual(['Show 3.0 B']);
  });

  it('measures what comes after an undo by what serves again', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    const { channelCount, programmeCount } = await house.guides.get(id);
    host.put('/g.xml', smallGuide({ ...TEN, channels: 2 }));
    await house.refreshes.refresh(id, { force: true });
    expect(await house.guides.get(id)).toMatchObject({ channelCount: 2 });
    expect(await house.refreshes.undo(id)).toMatchObject({ channelCount, programmeCount });
    host.put('/g.xml', smallGuide({ ...TEN, channels: 2, edition: 'B' }));
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/shrunk/),
    });
  });

  it('keeps one generation for an undo and deletes the older ones', async () => {
    const id = await add('/g.xml');
    for (const edition of ['A', 'B', 'C', 'D']) {
      host.put('/g.xml', smallGuide({ ...TEN, edition }));
      expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok' });
    }
    await house.cleaner.clean();
    expect(await rows('guide_listings')).toBe(20);
    const generations: { generation: number }[] = await database.read.query(
      'SELECT DISTINCT generation FROM guide_pages ORDER BY generation',
    );
    const { generation, previousGeneration } = await house.guides.get(id);
    expect(generations.map((row) => row.generation)).toEqual([previousGeneration, generation]);
  });

  it('tells what a refresh would change, and changes nothing', async () => {
    host.put('/g.xml', smallGuide({ ...TEN, channels: 9, firstChannel: 2 }));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    host.put('/g.xml', smallGuide({ ...TEN, channels: 9, hours: 36 }).replace('Channel 5', 'Kanal 5'));
    const before = await house.guides.get(id);
    const { report, diff } = await house.refreshes.preview(id);
    expect(report).toMatchObject({ status: 'ok', channels: 9, programmes: 324 });
    expect(diff).toMatchObject({
      added: { total: 1, first: [{ xmltvId: 'ch1', name: 'Channel 1' }] },
      dropped: { total: 1, first: [{ xmltvId: 'ch10', name: 'Channel 10' }] },
      renamed: { total: 1, first: [{ xmltvId: 'ch5', before: 'Channel 5', after: 'Kanal 5' }] },
      programmesBefore: 432,
      programmesAfter: 324,
    });
    expect(diff?.days.reduce((sum, { before: was, after }) => sum + was - after, 0)).toBe(108);
    expect(await house.guides.get(id)).toEqual(before);
    expect((await idsOf()).has('ch10')).toBe(true);
    expect((await idsOf()).has('ch1')).toBe(false);
  });

  it('says of a preview that the guide has shrunk too much to be applied, and what would change', async () => {
    host.put('/g.xml', smallGuide({ ...TEN, channels: 9 }));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    host.put('/g.xml', smallGuide({ ...TEN, channels: 2 }));
    const { report, diff } = await house.refreshes.preview(id);
    expect(report).toMatchObject({ status: 'stale', channels: 2, reason: expect.stringContaining('shrunk') });
    expect(diff).toMatchObject({ programmesBefore: 432, dropped: { total: 7 } });
  });

  it.each<[string, (list: ListHost) => void, RegExp]>([
    ['is gone', (list) => list.remove('/g.xml'), /404/],
    ['is empty', (list) => list.put('/g.xml', ''), /empty/],
    [
      'is a web page',
      (list) => list.put('/g.xml', '<!doctype html><html><body>Sorry</body></html>'),
      /empty/,
    ],
    [
      'names channels only',
      (list) => list.put('/g.xml', smallGuide({ ...TEN, hours: 0 })),
      /10 channels and no/,
    ],
    [
      'is all over',
      (list) => list.put('/g.xml', smallGuide({ ...TEN, from: NOW - 9 * DAY })),
      /no programmes that are not over/,
    ],
    ['is refused', (list) => list.inject({ kind: 'http503' }), /503/],
    ['turns in circles', (list) => list.inject({ kind: 'redirectLoop' }), /redirect/i],
    ['breaks off', (list) => list.inject({ kind: 'reset' }), /./],
    ['is a broken gzip', (list) => changedAnd(list, () => list.inject({ kind: 'brokenGzip' })), /./],
    [
      'is a gzip bomb',
      (list) => changedAnd(list, () => list.inject({ kind: 'gzipBomb', bytes: 40_000_000 })),
      /./,
    ],
    ['never ends', (list) => changedAnd(list, () => list.inject({ kind: 'endlessBody' })), /larger than/],
    [
      'is a truncated gzip file',
      (list) => {
        const whole = gzipSync(smallGuide({ ...TEN, edition: 'cut' }));
        list.put('/g.xml', whole.subarray(0, whole.length - 2000));
      },
      /./,
    ],
    [
      'has lost most channels',
      (list) => list.put('/g.xml', smallGuide({ ...TEN, channels: 2 })),
      /shrunk to 2 of 10 channels/,
    ],
    [
      'has lost most programmes',
      (list) =>
        list.put(
          '/g.xml',
          smallGuide({ ...TEN, hours: 4 }).replace(
            '</tv>',
            `<programme start="${xmltvStamp(NOW + 47 * HOUR)}" stop="${xmltvStamp(NOW + 48 * HOUR)}" channel="ch1"><title>Late</title></programme></tv>`,
          ),
        ),
      /shrunk to 41 of 480 programmes/,
    ],
    [
      'ends much sooner',
      (list) => list.put('/g.xml', smallGuide({ ...TEN, hours: 15, channels: 40 })),
      /reaches 0\.\d days ahead/,
    ],
  ])('leaves everything in place when the guide %s', async (_what, spoil, reason) => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    const before = await served(NOW, NOW + 48 * HOUR);
    spoil(host);
    const report = await house.refreshes.refresh(id);
    expect(report).toMatchObject({ status: 'stale', reason: expect.stringMatching(reason) });
    expect(await served(NOW, NOW + 48 * HOUR)).toEqual(before);
    const source = await house.guides.get(id);
    expect(source.lastReport).toMatchObject({ status: 'stale', reason: report.reason });
    await house.cleaner.clean();
    expect(await rows('guide_listings')).toBe(10);
    expect(
      await readdir(path.join(store.dataDir)).then((names) => names.filter((n) => n === 'spool')),
    ).toEqual([]);
  });

  it('applies a shrunken guide when a person insists, or the guide has a threshold of its own', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    host.put('/g.xml', smallGuide({ ...TEN, channels: 2 }));
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'stale' });
    expect(await house.refreshes.refresh(id, { force: true })).toMatchObject({ status: 'ok', channels: 2 });
    host.put('/g.xml', smallGuide({ ...TEN, channels: 1, hours: 1 }));
    await house.guides.change(id, { shrinkThreshold: 0 }, { allowFiles: false });
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', channels: 1 });
  });

  it('keeps programmes that are over and that the guide has left out since, for a day', async () => {
    host.put('/g.xml', smallGuide({ ...TEN, from: NOW - 20 * HOUR, hours: 60 }));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    host.put('/g.xml', smallGuide({ ...TEN, from: NOW - HOUR, hours: 60, edition: 'B' }));
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 600 });
    const { ch4 = [] } = await served(NOW - 30 * HOUR, NOW + HOUR);
    expect(ch4).toHaveLength(21);
    expect([ch4[0], ch4[18], ch4[19], ch4[20]]).toEqual([
      'Show 4.0',
      'Show 4.18',
      'Show 4.0 B',
      'Show 4.1 B',
    ]);
  });

  it('keeps what is over as far back as the archives of the channels that show it', async () => {
    const [longest = 0, archived = 0, plain = 0] = await storeChannels(database, [
      { name: 'Longest' },
      { name: 'Archived' },
      { name: 'Plain' },
    ]);
    await database.write('archives', async (manager) => {
      await manager.update(Channel, { id: longest }, { archiveDays: 9 });
      await manager.update(Channel, { id: archived }, { archiveDays: 4 });
    });
    host.put('/g.xml', smallGuide({ ...TEN, from: NOW - 8 * DAY, hours: 240 }));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    const ids = await idsOf();
    for (const [channelId, xmltvId] of [
      [archived, 'ch1'],
      [plain, 'ch1'],
      [plain, 'ch2'],
    ] as const) {
      const guideChannelId = ids.get(xmltvId) ?? 0;
      await database.write('link', (manager) =>
        manager.insert(GuideLink, {
          ...{ channelId, guideChannelId, origin: 'id', score: 100, createdAt: NOW },
        }),
      );
    }
    /** Whole days between the first programme and now. */
    const past = async (xmltvId: string): Promise<number> => {
      const channel = ids.get(xmltvId) ?? 0;
      const found = await house.programmes.programmes([channel], NOW - 20 * DAY, NOW);
      return Math.floor((NOW - (found.get(channel)?.[0]?.start ?? NOW)) / DAY);
    };
    // Matching has had no time to look at a guide that has just been read.
    await house.cleaner.clean();
    expect([await past('ch1'), await past('ch2')]).toEqual([8, 8]);
    await database.write('age', (manager) =>
      manager.query('UPDATE guide_runs SET ended_at = ended_at - 7200'),
    );
    await house.cleaner.cleanLeftovers();
    expect(await past('ch2')).toBe(8);
    await house.cleaner.clean();
    // Whole days of UTC are deleted, and one more is kept for what runs past midnight.
    expect(await past('ch1')).toBeGreaterThanOrEqual(4);
    expect(await past('ch1')).toBeLessThanOrEqual(6);
    for (const xmltvId of ['ch2', 'ch3']) {
      expect(await past(xmltvId)).toBeGreaterThanOrEqual(1);
      expect(await past(xmltvId)).toBeLessThanOrEqual(3);
    }
    await database.write('empty', (manager) => manager.query('DELETE FROM channels'));
  });

  it('drops programmes that ended before the days that are kept', async () => {
    host.put('/g.xml', smallGuide({ ...TEN, from: NOW - 72 * HOUR, hours: 96 }));
    const report = await house.refreshes.refresh(await add('/g.xml'));
    expect(report.problemsBy).toEqual({ 'too-old': report.problemsBy['too-old'] });
    expect(report.problemsBy['too-old']).toBeGreaterThanOrEqual(470);
    expect(report.programmes + (report.problemsBy['too-old'] ?? 0)).toBe(960);
  });

  it('keeps the place of every kind of problem, whatever there is most of', async () => {
    const one = (channel: string, from: number, to: number | null, title: string): string =>
      `<programme channel="${channel}" start="${xmltvStamp(NOW + from * HOUR)}"${
        to === null ? '' : ` stop="${xmltvStamp(NOW + to * HOUR)}"`
      }><title>${title}</title></programme>`;
    const lines = [
      '<tv>',
      ...Array.from({ length: 150 }, (_, n) => one('old', n - 500, n - 499, `Old ${n}`)),
      one('a', 0, 1, 'Twice'),
      one('a', 0, 1, 'Twice'),
      one('a', 1, 2, 'Less'),
      one('a', 1, 3, 'Says more'),
      one('a', 2.5, 4, 'Too long'),
      one('a', 3.5, null, 'No end'),
      one('b', 0, 0, 'Zero'),
      ...[0, 1, 2].map((n) => one('old', n, n + 1, `Full ${n}`)),
      ...Array.from({ length: 150 }, (_, n) => one('d', n, n + 1, `Bare & ${n}`)),
      '</tv>',
    ];
    const source = lines.join('\n');
    host.put('/g.xml', source);
    await house.lifecycle.shutdown();
    house = houseThat({ maxProgrammesPerChannel: 150 });
    const { problems, problemsBy } = await house.refreshes.refresh(await add('/g.xml'));
    expect(problemsBy).toEqual({
      'too-old': 150,
      'stray-character': 150,
      'too-many-programmes': 3,
      duplicate: 1,
      rival: 1,
      overlap: 2,
      'no-stop': 2,
      'zero-length': 1,
    });
    expect(problems).toHaveLength(100);
    const lineOf = (text: string): number => lines.findIndex((line) => line.includes(`>${text}<`)) + 1;
    const placed = problems.map(({ reason, line, sample }) => ({ reason, line, sample }));
    const at = (hours: number): string => new Date((NOW + hours * HOUR) * 1000).toISOString();
    expect(placed).toEqual(
      expect.arrayContaining([
        { reason: 'duplicate', line: lineOf('Twice') + 1, sample: `a ${at(0)} Twice` },
        { reason: 'rival', line: lineOf('Less'), sample: `a ${at(1)} Less` },
        { reason: 'overlap', line: lineOf('Says more'), sample: `a ${at(1)} Says more` },
        { reason: 'overlap', line: lineOf('Too long'), sample: `a ${at(2.5)} Too long` },
        { reason: 'no-stop', line: lineOf('No end'), sample: `a ${at(3.5)} No end` },
        { reason: 'no-stop', line: lineOf('Zero'), sample: `b ${at(0)} Zero` },
        { reason: 'too-many-programmes', line: lineOf('Full 2'), sample: `old ${at(2)} Full 2` },
        { reason: 'too-old', line: 2, sample: `old ${at(-500)} Old 0` },
      ]),
    );
    const places = problems.map(({ at: byte }) => Buffer.from(source).toString('utf8', byte, byte + 6));
    expect(new Set(places)).toEqual(new Set(['<progr', 'Bare &']));
  });

  it('tells of channels too many, and of requests that came to nothing, which they were', async () => {
    await house.lifecycle.shutdown();
    house = houseThat({ maxChannels: 2 });
    host.put('/g.xml', smallGuide({ ...TEN, channels: 3, hours: 1 }));
    const crowded = await house.refreshes.refresh(await add('/g.xml'));
    expect(crowded.problems).toMatchObject([
      { reason: 'too-many-channels', line: 5, sample: 'ch3' },
      { reason: 'too-many-channels', line: 8, sample: 'ch3' },
    ]);
    host.put('/epg/7', JSON.stringify(asked('7', NOW, 5)));
    host.put('/epg/9', JSON.stringify({ epg: [] }));
    const id = await add('/epg/{channel}', { options: { channels: ['7', 'unknown', '9'] } });
    const { problems } = await house.refreshes.refresh(id);
    expect(problems).toEqual([
      { reason: 'no-answer', at: 2, sample: expect.stringMatching(/^unknown: .*404/) },
      { reason: 'empty', at: 0, sample: '9' },
    ]);
  });

  it('joins two refreshes of one guide, and refuses one that another process reads', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    const [one, two] = await Promise.all([house.refreshes.refresh(id), house.refreshes.refresh(id)]);
    expect(one).toBe(two);
    expect(host.requests.all).toHaveLength(1);
    const elsewhere = await house.runs.begin(id, Math.floor(Date.now() / 1000));
    await expect(house.refreshes.refresh(id)).rejects.toMatchObject({ code: 'conflict' });
    // A process that is gone is not waited for.
    await database.write('age', (manager) =>
      manager.query(`UPDATE guide_runs SET seen_at = seen_at - 100 WHERE id = ${elsewhere}`),
    );
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
    expect((await house.runs.list(id)).map(({ status }) => status)).toEqual(['unchanged', 'abandoned', 'ok']);
  });

  it('knows runs of a former start at the next one, and waits a minute for those of another machine', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    const before = Math.floor(Date.now() / 1000) - 5;
    await house.runs.begin(id, before);
    await house.cleaner.clean();
    expect((await house.runs.list(id))[0]).toMatchObject({ status: 'running' });
    await house.cleaner.cleanLeftovers();
    expect((await house.runs.list(id))[0]).toMatchObject({
      status: 'abandoned',
      endedAt: expect.any(Number),
    });
    await house.runs.begin(id, before);
    await database.write('elsewhere', (manager) =>
      manager.query(`UPDATE guide_runs SET owner = 'elsewhere/1' WHERE status = 'running'`),
    );
    await house.cleaner.cleanLeftovers();
    await expect(house.refreshes.refresh(id)).rejects.toMatchObject({ code: 'conflict' });
    await database.write('a minute later', (manager) =>
      manager.query('UPDATE guide_runs SET seen_at = seen_at - 61'),
    );
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok' });
  });

  it('reads files, and tells how far it is', async () => {
    const file = path.join(store.dataDir, 'guide.xml.gz');
    await writeFile(file, gzipSync(smallGuide(TEN)));
    const source = await house.guides.add({ url: pathToFileURL(file).href }, { allowFiles: true });
    const steps = new Set<string>();
    const report = await house.refreshes.refresh(source.id, {
      onProgress: ({ step }) => steps.add(step),
    });
    expect(report).toMatchObject({ status: 'ok', programmes: 480 });
    expect([...steps].slice(0, 2)).toEqual(['waiting', 'fetching']);
    await expect(house.guides.add({ url: source.url }, { allowFiles: false })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });

  const asked = (id: string, from: number, count: number): object[] =>
    Array.from({ length: count }, (_, at) => ({
      title: `${id} at ${at}`,
      timestart: from + at * HOUR,
      timestop: from + (at + 1) * HOUR,
      category: ['Новости'],
    }));

  it('asks a provider channel by channel, with its parameters and headers', async () => {
    for (const id of ['7', '8']) {
      host.put(`/epg/${id}`, JSON.stringify({ epg: [{ data: asked(id, NOW, 5) }] }));
    }
    const id = await add('/epg/{channel}?days=7', {
      kind: 'provider-json',
      headers: { 'X-Token': 'hush' },
      options: { parameters: { tz: '3' }, channels: ['7', 'unknown', '8'] },
    });
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'ok',
      channels: 2,
      programmes: 10,
      problemsBy: { 'no-answer': 1 },
    });
    expect(host.requests.all.map(({ headers }) => headers['x-token'])).toEqual(['hush', 'hush', 'hush']);
    expect(host.requests.all.map(({ path: at }) => at)).toEqual(['/epg/7', '/epg/unknown', '/epg/8']);
    expect(await served(NOW, NOW + HOUR)).toEqual({ '7': ['7 at 0'], '8': ['8 at 0'] });
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'unchanged' });
  });

  it('turns the pages of a provider until one is empty, and tells JSON by itself', async () => {
    const pages = [asked('nine', NOW, 3), asked('nine', NOW + 3 * HOUR, 2), []];
    host.put('/paged', {
      body: (request) =>
        JSON.stringify({ data: (pages[request] ?? []).map((one) => ({ ...one, channel: 'nine' })) }),
    });
    const id = await add('/paged', { options: { pageParameter: 'page', firstPage: 0 } });
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 5, problemsBy: {} });
    expect(host.requests.all).toHaveLength(3);
  });

  it('gives up a provider that answers nothing, and keeps what was there', async () => {
    host.put('/epg/7', JSON.stringify(asked('7', NOW, 5)));
    const id = await add('/epg/{channel}', { options: { channels: ['7'] } });
    await house.refreshes.refresh(id);
    host.remove('/epg/7');
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringContaining('404'),
    });
    expect(await served()).toEqual({ '7': ['7 at 0'] });
  });

  it('takes the guides that lists name, and only once', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const list = await house.lists.add({ url: 'http://lists.invalid/l.m3u' }, { allowFiles: false });
    const guideUrls = [
      `${host.url}/g.xml`,
      'ftp://x.invalid/',
      ...Array.from({ length: 9 }, (_, n) => `http://g${n}.invalid/`),
    ];
    await house.listSources.update(list.id, { guideUrls });
    await house.scheduler.runDue();
    const guides = await house.guides.list();
    expect(guides.map(({ isEnabled }) => isEnabled)).toEqual([
      true,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(guides[0]).toMatchObject({ listSourceId: list.id, url: guideUrls[0] });
    await house.guides.remove(guides[0]!.id);
    await house.scheduler.runDue();
    expect((await house.guides.list()).map(({ url }) => url)).not.toContain(guideUrls[0]);
  });

  it('gives a removed guide its ids back when it returns', async () => {
    host.put('/g.xml', smallGuide(TEN));
    const id = await add('/g.xml');
    await house.refreshes.refresh(id);
    const before = await idsOf();
    await house.guides.remove(id);
    expect(await served()).toEqual({});
    await house.cleaner.clean();
    expect(await rows('guide_pages')).toBe(0);
    expect(await add('/g.xml')).toBe(id);
    await house.refreshes.refresh(id);
    expect(await idsOf()).toEqual(before);
  });

  it('lets one byte a second not hold it up for ever', async () => {
    host.put('/g.xml', smallGuide(TEN));
    host.inject({ kind: 'slowDrip', bytes: 1, everyMs: 50 });
    const hasty = houseThat({ fetchTimeoutSeconds: 0.3 });
    const report = await hasty.refreshes.refresh(await add('/g.xml'));
    expect(report).toMatchObject({ status: 'failed', reason: expect.stringMatching(/not done within/) });
    await hasty.lifecycle.shutdown();
  });

  it('never tells a password of the address', async () => {
    const id = await add('/xmltv.php?username=joe&password=topsecret');
    const report = await house.refreshes.refresh(id);
    expect(JSON.stringify([report, house.logger.entries])).not.toContain('topsecret');
    expect((await house.guides.get(id)).name).not.toContain('topsecret');
  });
});

function changedAnd(list: ListHost, then: () => void): void {
  list.put('/g.xml', `${smallGuide(TEN)}\n<!-- changed -->`);
  then();
}
