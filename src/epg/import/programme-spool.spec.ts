import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ProgrammeSpool } from './programme-spool.store.js';

const MiB = 1024 * 1024;

describe('the programme spool', () => {
  let folder: string;
  let spool: ProgrammeSpool;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rooftop-spool-'));
  });
  afterEach(() => {
    spool.close();
    rmSync(folder, { recursive: true });
  });

  const read = (channel: number): [number, number | null, string][] =>
    spool.read(channel).map(({ start, stop, body }) => [start, stop, body.toString()]);

  it('gives back every channel in the order its programmes came, from memory', () => {
    spool = new ProgrammeSpool({ folder });
    spool.add(3, 10, 20, '{"a":"Привет"}');
    spool.add(0, 5, null, '{}');
    spool.add(3, 1, 2, '{"b":2}');
    expect(read(3)).toEqual([
      [10, 20, '{"a":"Привет"}'],
      [1, 2, '{"b":2}'],
    ]);
    expect([read(0), read(1), read(99)]).toEqual([[[5, null, '{}']], [], []]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does the same when most of it is in the file, which has no name', () => {
    spool = new ProgrammeSpool({ folder: path.join(folder, 'deeper'), memoryBytes: 4 * MiB });
    const expected = new Map<number, [number, number, string][]>();
    for (let at = 0; at < 60_000; at++) {
      const channel = (at * 7) % 50;
      const body = `{"title":"Programme ${at} ${'é'.repeat(at % 120)}"}`;
      spool.add(channel, at, at + 1, body);
      expected.set(channel, [...(expected.get(channel) ?? []), [at, at + 1, body]]);
    }
    expect(spool.spilledBytes).toBeGreaterThan(4 * MiB);
    expect(readdirSync(path.join(folder, 'deeper'))).toEqual([]);
    for (const [channel, programmes] of expected) expect(read(channel)).toEqual(programmes);
  });

  it('keeps the place of each programme, in memory and in the file', () => {
    spool = new ProgrammeSpool({ folder, memoryBytes: 4 * MiB });
    const large = `{"x":"${'y'.repeat(1_200_000)}"}`;
    const places = [5, 6, 7, 8, 9].map((n) => ({ at: n * 10 ** 11, line: 3_000_000_000 + n }));
    for (const { at, line } of places) spool.add(0, 1, 2, large, at, line);
    spool.add(0, 1, 2, large, 1, 2 ** 40);
    expect(spool.spilledBytes).toBeGreaterThan(0);
    expect(spool.read(0).map(({ at, line }) => ({ at, line }))).toEqual([
      ...places,
      { at: 1, line: 0xffff_ffff },
    ]);
  });

  it('keeps programmes larger than a piece of the file whole', () => {
    spool = new ProgrammeSpool({ folder, memoryBytes: 4 * MiB });
    const large = `{"x":"${'y'.repeat(1_200_000)}"}`;
    for (let at = 0; at < 6; at++) spool.add(at % 2, at, null, large);
    expect(read(1)).toEqual([
      [1, null, large],
      [3, null, large],
      [5, null, large],
    ]);
  });

  it('has bounds for each channel', () => {
    spool = new ProgrammeSpool({ folder, maxProgrammesPerChannel: 2, maxBytesPerChannel: 1000 });
    expect([1, 2, 3].map((start) => spool.add(0, start, null, '{}'))).toEqual([true, true, false]);
    expect([400, 10].map((length) => spool.add(1, 1, null, 'x'.repeat(length)))).toEqual([false, true]);
    expect(spool.read(1)).toHaveLength(1);
  });
});
