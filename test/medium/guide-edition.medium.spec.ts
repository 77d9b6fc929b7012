import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inflateRawSync } from 'node:zlib';
import type { ScheduledProgramme } from '../../src/core/guide/page.js';
import type { EditionChannel, EditionFiles } from '../../src/epg/edition/edition-job.js';
import { EditionThread } from '../../src/epg/edition/edition-thread.js';
import type { Database } from '../../src/platform/database/database.js';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { anAppConfig } from '../builders/app-config.js';
import { storeGuide } from '../builders/stored-guide.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { FakeClock } from '../fakes/fake-clock.js';

const HOUR = 3600;
const MIDNIGHT = Date.UTC(2026, 2, 14) / 1000;
const NOW = MIDNIGHT + 20 * HOUR;
const EMPTY_LAST_BLOCK = Buffer.from([3, 0]);

function day(title: string, ...hours: number[]): ScheduledProgramme[] {
  return hours.map((hour) => ({
    start: MIDNIGHT + hour * HOUR,
    stop: MIDNIGHT + (hour + 1) * HOUR,
    titles: [{ text: `${title}${hour}` }],
  }));
}

describeOnEveryDialect('editions of the guide', (store) => {
  let database: Database;
  let dataDir: string;
  let lifecycle: Lifecycle;
  let thread: EditionThread;
  let guides: number[];

  beforeAll(async () => {
    database = await store.open();
    dataDir = mkdtempSync(path.join(tmpdir(), 'rooftop-edition-'));
    lifecycle = new Lifecycle(new SilentLogger());
    thread = new EditionThread(anAppConfig({ dataDir }), database, lifecycle, new FakeClock());
    const stored = await storeGuide(database, [
      { xmltvId: 'one', programmes: day('a', -30, -1, 0, 1, 24, 25) },
      { xmltvId: 'two', programmes: day('b', 0, 2, 3) },
    ]);
    guides = stored.channelIds;
  });
  afterAll(async () => {
    await database.close();
    rmSync(dataDir, { recursive: true });
  });

  const channel = (guideId: string, shifts: Record<number, number>): EditionChannel => ({
    guideId,
    links: Object.entries(shifts).map(([index, shiftMinutes]) => ({
      guideChannelId: guides[Number(index)] ?? 0,
      shiftMinutes,
    })),
    placeholder: null,
    daysBack: 1,
  });
  const make = (channels: EditionChannel[]): Promise<EditionFiles> =>
    thread.make({ channels, nowSeconds: NOW, timeZone: 'UTC', madeOf: 'these' });
  const left = (): string[] => readdirSync(path.join(dataDir, 'guide')).sort();
  const shown = ({ plain }: EditionFiles): string =>
    [...readFileSync(plain, 'utf8').matchAll(/start="\d{6}(\d{4}).* channel="(.*)"><title>(.*)<\/title>/g)]
      .map(([, hour, id, title]) => `${id}:${title}@${hour}`)
      .join(' ');

  it('hold what each channel shows: shifted, merged, made up', async () => {
    const files = await make([
      channel('x.one', { 0: 60 }),
      channel('x.both', { 0: 0, 1: 0 }),
      {
        ...channel('x.none', {}),
        placeholder: { name: 'UFC 300 | 21:00', rule: { kind: 'event' } },
      },
    ]);
    expect(shown(files)).toBe(
      'x.one:a-1@1400 x.one:a0@1401 x.one:a1@1402 x.one:a24@1501 x.one:a25@1502 ' +
        'x.both:a-1@1323 x.both:a0@1400 x.both:a1@1401 x.both:b2@1402 x.both:b3@1403 x.both:a24@1500 x.both:a25@1501 ' +
        'x.none:21:00 UFC 300@1400 x.none:UFC 300@1421',
    );
    expect([...files.firstPiece]).toEqual([0, 2, 5, 6]);
    expect([...files.day].map((one) => one - files.day[0]!)).toEqual([0, 1, -1, 0, 1, 0]);
    expect(files.programmes).toBe(14);
  });

  it('are deflated in pieces, any of which make a stream', async () => {
    const files = await make([channel('x.one', { 0: 0 }), channel('x.two', { 1: 0 })]);
    const [plain, packed] = [readFileSync(files.plain), readFileSync(files.packed)];
    const piece = (bytes: Buffer, at: Float64Array, index: number): Buffer =>
      bytes.subarray(at[index], at[index + 1]);
    for (const chosen of [[0, 1, 2, 3], [1, 3], [3], []]) {
      const stream = [...chosen.map((one) => piece(packed, files.packedAt, one)), EMPTY_LAST_BLOCK];
      const wanted = Buffer.concat(chosen.map((one) => piece(plain, files.plainAt, one)));
      expect(inflateRawSync(Buffer.concat(stream)).equals(wanted)).toBe(true);
    }
  });

  it('leave nothing when they cannot be made', async () => {
    await thread.kept('nothing');
    const broken = {
      ...channel('x.one', {}),
      placeholder: { name: 'x 24/7', rule: { kind: 'blocks' as const, timeZone: 'Mars/Olympus' } },
    };
    await expect(make([channel('x.two', { 1: 0 }), broken])).rejects.toThrow(/Mars/);
    expect(left()).toEqual([]);
  });

  it('of an earlier process are found again by what they are made of, and are the same', async () => {
    for (const channels of [[channel('x.one', { 0: 0 }), channel('x.two', { 1: 0 })], []]) {
      await thread.kept('nothing');
      const files = await make(channels);
      expect(await thread.kept('these')).toEqual({ files, madeOf: 'these', madeAt: NOW });
      expect(left()).toHaveLength(3);
    }
  });

  it('of an earlier process that are made of something else are removed, and nothing else', async () => {
    await make([]);
    await make([]);
    writeFileSync(path.join(dataDir, 'guide', 'note.txt'), '');
    expect(await thread.kept('others')).toBeUndefined();
    expect(left()).toEqual(['note.txt']);
    rmSync(path.join(dataDir, 'guide', 'note.txt'));
  });

  const cut = (name: string): void => truncateSync(name, statSync(name).size - 1);
  const damages: [string, (files: EditionFiles) => void][] = [
    ['plain file that ends early', ({ plain }) => cut(plain)],
    ['packed file that ends early', ({ packed }) => cut(packed)],
    ['plain file that is longer', ({ plain }) => appendFileSync(plain, 'x')],
    ['packed file that is gone', ({ packed }) => rmSync(packed)],
    ['index that was never finished', ({ index }) => renameSync(index, `${index}.new`)],
    ['index that ends early', ({ index }) => cut(index)],
    ['index of something else', ({ index }) => writeFileSync(index, 'x'.repeat(100))],
    ['index with one byte changed', ({ index }) => appendFileSync(index, 'x')],
    ['empty index', ({ index }) => writeFileSync(index, '')],
    [
      'index of another version',
      ({ index }) => {
        const text = readFileSync(index).subarray(32);
        const other = Buffer.from(text.toString('latin1').replace('"format":1', '"format":2'), 'latin1');
        writeFileSync(index, Buffer.concat([createHash('sha256').update(other).digest(), other]));
      },
    ],
  ];
  it.each(damages)('of an earlier process are removed when there is a %s', async (_, damage) => {
    damage(await make([channel('x.one', { 0: 0 })]));
    expect(await thread.kept('these')).toBeUndefined();
    expect(left()).toEqual([]);
  });

  it('of an earlier process stay when it cannot be seen now whether they are whole', async () => {
    const { plain, packed, index } = await make([channel('x.one', { 0: 0 })]);
    renameSync(plain, `${plain}.away`);
    symlinkSync(plain, plain);
    await expect(thread.kept('these')).rejects.toThrow('ELOOP');
    rmSync(plain);
    renameSync(`${plain}.away`, plain);
    expect((await thread.kept('these'))?.files).toMatchObject({ plain, packed, index });
  });
});
