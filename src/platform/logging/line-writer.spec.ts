import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { LineWriter } from './line-writer.js';

let dir: string;
let fd: number;
const clock = new FakeClock();

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rooftop-lines-'));
  fd = openSync(path.join(dir, 'out'), 'w');
});
afterEach(() => {
  closeSync(fd);
  rmSync(dir, { recursive: true });
});

const written = (): string => readFileSync(path.join(dir, 'out'), 'utf8');

describe('LineWriter', () => {
  it('writes everything in order', async () => {
    const writer = new LineWriter(fd, clock);
    for (let i = 0; i < 1000; i++) writer.write(`${i}\n`);
    await writer.drained();
    expect(written()).toBe(Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''));
    await writer.drained();
  });

  it('drops what does not fit while the reader is slow, and goes on afterwards', async () => {
    const writer = new LineWriter(fd, clock, { maxWaiting: 10 });
    writer.write('first');
    writer.write('second');
    writer.write('third');
    expect(writer.dropped).toBe(1);
    await writer.drained();
    writer.write('fourth');
    await writer.drained();
    expect(written()).toBe('firstsecondfourth');
  });

  it('writes the rest at once at the exit', async () => {
    const writer = new LineWriter(fd, clock);
    writer.write('a');
    writer.write('b');
    writer.flushSync();
    await writer.drained();
    expect(written()).toMatch(/^(ab|ba)$/);
  });

  it('throws lines away when nobody can read them', async () => {
    const readOnly = openSync(path.join(dir, 'out'), 'r');
    try {
      const writer = new LineWriter(readOnly, clock);
      writer.write('a');
      writer.write('b');
      writer.flushSync();
      await writer.drained();
      writer.write('c');
      expect(writer.dropped).toBe(1);
    } finally {
      closeSync(readOnly);
    }
  });
});
