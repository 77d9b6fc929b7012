import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import type { Database } from '../../src/platform/database/database.js';
import { smallGuide, xmltvStamp } from '../builders/small-guide.js';
import { emptyGuides } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { GuideHouse } from '../fakes/guide-house.js';
import { GuideProcess } from '../fakes/guide-process.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

const MiB = 1024 * 1024;
const HOUR = 3600;
const NOW = Math.floor(Date.now() / 1000 / HOUR) * HOUR;
const GOOD = { channels: 5, hours: 48, from: NOW };
/** Some hundred pages, some dozen transactions. */
const LARGE = { channels: 60, hours: 168, from: NOW, edition: 'large' };
/** A machine with little memory, for guides that are small enough for a test. */
const SMALL_BOUNDS = {
  maxBytes: 64 * MiB,
  maxChannels: 500,
  maxProgrammesPerChannel: 20_000,
  spoolBytes: 4 * MiB,
};

describeOnEveryDialect('a hostile guide, or a hostile machine', (store) => {
  let database: Database;
  let host: ListHost;
  let house: GuideHouse;
  let id: number;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  beforeEach(async () => {
    await emptyGuides(database);
    await rm(path.join(store.dataDir, 'spool'), { recursive: true, force: true });
    host = await createListHost();
    house = new GuideHouse(database, { dataDir: store.dataDir, guides: SMALL_BOUNDS });
    host.put('/g.xml', smallGuide(GOOD));
    id = (await house.guides.add({ url: `${host.url}/g.xml` }, { allowFiles: false })).id;
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 240 });
  });
  afterEach(async () => {
    await house.lifecycle.shutdown();
    await host.close();
  });

  const titles = async (): Promise<string[]> => {
    const channels = (await house.programmes.servedChannels(id)).map((channel) => channel.id);
    const found = await house.programmes.programmes(channels, NOW, NOW + 1);
    return [...found.values()].flatMap((list) => list.map((one) => one.titles[0]?.text.trim() ?? ''));
  };
  const GOOD_TITLES = ['Show 1.0', 'Show 2.0', 'Show 3.0', 'Show 4.0', 'Show 5.0'];
  const generations = async (): Promise<unknown[]> =>
    database.read.query('SELECT DISTINCT generation FROM guide_pages');

  it('names very many channels and no programmes', async () => {
    const heads = Array.from(
      { length: 20_000 },
      (_, n) => `<channel id="c${n}"><display-name>${n}</display-name></channel>`,
    );
    host.put('/g.xml', `<tv>${heads.join('\n')}</tv>`);
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/500 channels and no programmes/),
      problemsBy: { 'too-many-channels': 19_500 },
    });
    expect(await titles()).toEqual(GOOD_TITLES);
  });

  it('has a programme larger than memory should hold, and others beside it', async () => {
    const monster = `<programme start="${xmltvStamp(NOW)}" channel="ch1"><title>M</title><desc>${'x'.repeat(24 * MiB)}</desc></programme>`;
    host.put('/g.xml', smallGuide({ ...GOOD, edition: 'B' }).replace('</tv>', `${monster}</tv>`));
    const report = await house.refreshes.refresh(id);
    expect(report).toMatchObject({ status: 'ok', programmes: 240 });
    expect(Object.keys(report.problemsBy)).not.toEqual([]);
    expect(await titles()).toEqual(GOOD_TITLES.map((title) => `${title} B`));
  });

  it('would fill the disk: it is given up while there is room, and everything else can be written', async () => {
    const full = new GuideHouse(database, {
      dataDir: store.dataDir,
      guides: { ...SMALL_BOUNDS, leastFreeBytes: Number.MAX_SAFE_INTEGER },
    });
    host.put('/g.xml', smallGuide({ ...GOOD, edition: 'B' }));
    expect(await full.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/disk of the data folder is nearly full/),
    });
    expect((await full.runs.list(id))[0]).toMatchObject({ status: 'stale' });
    expect(await titles()).toEqual(GOOD_TITLES);
    await full.lifecycle.shutdown();
  });

  it('is no guide: the report says what came instead', async () => {
    host.put('/g.xml', '<!DOCTYPE html><html><body>Your subscription has ended</body></html>');
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/empty: 68 bytes came, without a channel/),
    });
    host.put('/g.xml', '');
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/empty: 0 bytes/),
    });
  });

  it('has every oddity in a few lines: they cost the element they stand in', async () => {
    const one = (channel: string, times: string, inner: string): string =>
      `<programme channel="${channel}" ${times}>${inner}</programme>`;
    const times = `start="${xmltvStamp(NOW)}" stop="${xmltvStamp(NOW + HOUR)}"`;
    const body = Buffer.concat([
      Buffer.from('<?xml version="1.0"?><!DOCTYPE tv [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><tv>'),
      Buffer.from(one('a & b', times, '<title>Bare & well</title>')),
      Buffer.from(one('a &amp; b c', times, '<title>&b;</title>')),
      Buffer.from(one('latin', times, '<title>caf')),
      Buffer.from([0xe9]),
      Buffer.from('</title></programme>'),
      Buffer.from(one('past', 'start="19700101000000 +0000"', '<title>Epoch</title>')),
      Buffer.from(one('future', 'start="99991231235959 +0000"', '<title>End of time</title>')),
      Buffer.from(one('zero', `start="${xmltvStamp(NOW)}" stop="${xmltvStamp(NOW)}"`, '<title>Zero</title>')),
      Buffer.from(one('x'.repeat(5000), times, '<title>Long id</title>')),
      Buffer.from(one('fine', times, '<title>Fine</title>')),
    ]);
    host.put('/g.xml', body);
    const report = await house.refreshes.refresh(id, { force: true });
    expect(report.status).toBe('ok');
    const channels = (await house.programmes.servedChannels(id)).filter((one_) => one_.programmeCount > 0);
    expect(channels.map(({ xmltvId }) => xmltvId).sort()).toEqual([
      'a & b',
      'a & b c',
      'fine',
      'latin',
      'zero',
    ]);
    const shown = await titles();
    expect(shown).toEqual(expect.arrayContaining(['Bare & well', 'Fine', 'Zero']));
    expect(shown.join()).not.toContain('aaaa');
    expect(report.problems.length).toBeGreaterThanOrEqual(3);
  });

  it('has days so crowded that they do not fit: they are cut, the others are whole', async () => {
    const text = 'x'.repeat(30_000);
    const crowd = Array.from(
      { length: 300 },
      (_, n) =>
        `<programme start="${xmltvStamp(NOW + n * 60)}" stop="${xmltvStamp(NOW + n * 60 + 60)}" channel="crowd"><title>C</title><desc>${n}${text}</desc></programme>`,
    );
    host.put('/g.xml', smallGuide({ ...GOOD, edition: 'B' }).replace('</tv>', `${crowd.join('')}</tv>`));
    const report = await house.refreshes.refresh(id);
    expect(report).toMatchObject({ status: 'ok', channels: 6 });
    expect(report.problemsBy['too-many-programmes']).toBeGreaterThan(100);
    expect(await titles()).toContain('C');
  });

  it('is killed in the middle: the old guide serves, and what was written goes', async () => {
    // Long enough to be killed in, however quick the machine is.
    host.put('/g.xml', smallGuide({ ...LARGE, channels: 400 }));
    const other = new GuideProcess({ dataDir: store.dataDir, url: store.url, sourceId: id });
    const isWriting = (line: object): boolean =>
      'progress' in line && (line.progress as { step: string }).step === 'storing';
    expect(await other.until(isWriting)).toMatchObject({ progress: { programmes: 67_200 } });
    while ((await generations()).length < 2) await new Promise((resolve) => setImmediate(resolve));
    await other.kill();
    expect(await titles()).toEqual(GOOD_TITLES);
    expect(await readdir(store.dataDir).then((names) => names.includes('spool'))).toBe(false);
    await house.cleaner.clean();
    expect(await generations()).toHaveLength(1);
    expect((await house.runs.list(id)).map(({ status }) => status)).toEqual(['abandoned', 'ok']);
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 67_200 });
  });

  it('fills the disk with what it spools', async () => {
    await mkdir(path.join(store.dataDir, 'spool'));
    await symlink('/dev/full', path.join(store.dataDir, 'spool', `guide-${process.pid}.spool`));
    host.put('/g.xml', smallGuide({ channels: 100, hours: 400, from: NOW, edition: 'spooled' }));
    expect(await house.refreshes.refresh(id)).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/ENOSPC|no space/i),
    });
    expect(await titles()).toEqual(GOOD_TITLES);
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 40_000 });
  });

  // PostgreSQL has a disk of its own.
  if (store.dialect === 'postgres') return;

  it('finds no room for the database: the old guide serves, and later all is well', async () => {
    host.put('/g.xml', smallGuide(LARGE));
    const cramped = new GuideProcess({
      dataDir: store.dataDir,
      url: null,
      sourceId: id,
      maxFileKilobytes: 900,
    });
    const end = await cramped.until((line) => 'report' in line || 'failure' in line);
    expect(JSON.stringify(end)).toMatch(/disk|full|I\/O/i);
    expect(await titles()).toEqual(GOOD_TITLES);
    await database.write('a minute later', (manager) =>
      manager.query('UPDATE guide_runs SET seen_at = seen_at - 61'),
    );
    expect(await house.refreshes.refresh(id)).toMatchObject({ status: 'ok', programmes: 10_080 });
    await house.cleaner.clean();
    expect((await generations()).length).toBe(2);
  });
});
