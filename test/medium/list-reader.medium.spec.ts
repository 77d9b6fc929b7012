import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Lifecycle } from '../../src/platform/lifecycle.js';
import { SilentLogger } from '../../src/platform/logging/logger.js';
import { ListReader, type ListReaderOptions } from '../../src/scrapers/list-reader.js';
import { readList } from '../../src/scrapers/read-list.js';
import { anAppConfig } from '../builders/app-config.js';
import { FakeClock } from '../fakes/fake-clock.js';

const OPTIONS: ListReaderOptions = {
  listSourceId: 1,
  type: 'auto',
  contentType: '',
  grouping: 'tvg-id-then-name',
  filters: {},
  thisYear: 2026,
};

function aList(entries: number): Buffer {
  const lines = Array.from(
    { length: entries },
    (_, at) =>
      `#EXTINF:-1 tvg-id="s${at}" group-title="Group ${at % 7}",Station ${at}\nhttp://tv.invalid/${at}.ts\n`,
  );
  return Buffer.from(`#EXTM3U\n${lines.join('')}`);
}

describe('the list reader', () => {
  let clock: FakeClock;
  let lifecycle: Lifecycle;
  let reader: ListReader;

  beforeEach(() => {
    clock = new FakeClock();
    lifecycle = new Lifecycle(new SilentLogger());
    reader = new ListReader(anAppConfig(), lifecycle, clock);
  });
  afterEach(() => lifecycle.shutdown());

  it('reads in a worker what it would read here, in small slices, and leaves no timer behind', async () => {
    const progress = [0];
    const bytes = aList(5000);
    const expected = readList(Buffer.from(bytes), OPTIONS);
    const read = await reader.read(bytes, { ...OPTIONS, onProgress: (done) => progress.push(done) });
    const unpacked = { channels: read.channels.unpack(), listedFilms: read.listedFilms.unpack() };
    expect({ ...read, ...unpacked }).toEqual(expected);
    expect(read.channels.total).toBe(5000);
    const steps = progress.slice(1).map((done, at) => done - (progress[at] ?? 0));
    expect(Math.max(...steps)).toBeLessThanOrEqual(500);
    expect(progress.at(-1)).toBe(5000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('takes the bytes over instead of copying them', async () => {
    const bytes = aList(2000);
    await reader.read(bytes, OPTIONS);
    expect(bytes.byteLength).toBe(0);
    const small = Buffer.from('#EXTM3U\n#EXTINF:-1,a\nhttp://tv.invalid/a.ts\n');
    const { channels } = await reader.read(small, OPTIONS);
    expect(channels.unpack().map(({ name }) => name)).toEqual(['a']);
    expect(small.toString('latin1', 0, 7)).toBe('#EXTM3U');
  });

  it('brings no more entries than the configuration allows', async () => {
    const bounded = new ListReader(anAppConfig({ sources: { maxEntries: 10 } }), lifecycle, clock);
    const { channels, found, skipped } = await bounded.read(aList(25), OPTIONS);
    expect([channels.total, found, skipped]).toEqual([10, 25, 15]);
  });

  it('gives up a list that takes too long', async () => {
    const endless = Buffer.from(`#EXTM3U\n#EXTINF:-1,${'a'.repeat(200)}!\nhttp://tv.invalid/a.ts\n`);
    const reading = reader.read(endless, {
      ...OPTIONS,
      filters: { includeName: '^(a+)+$' },
      timeoutMs: 5000,
    });
    const outcome = expect(reading).rejects.toMatchObject({
      code: 'list_unreadable',
      message: expect.stringContaining('took too long'),
    });
    await clock.advance(5000);
    await outcome;
  });

  it('stops when the server stops, before and during', async () => {
    const reading = reader.read(aList(20_000), OPTIONS);
    const outcome = expect(reading).rejects.toMatchObject({ code: 'list_unreadable' });
    await lifecycle.shutdown();
    await outcome;
    await expect(reader.read(aList(1), OPTIONS)).rejects.toMatchObject({ code: 'list_unreadable' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('survives a list that does not fit into the worker’s memory', async () => {
    await expect(reader.read(aList(150_000), { ...OPTIONS, maxMegabytes: 24 })).rejects.toMatchObject({
      code: 'list_unreadable',
    });
    expect((await reader.read(aList(3), OPTIONS)).channels.total).toBe(3);
  });
});
