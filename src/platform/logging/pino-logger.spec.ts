import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { errorCode } from '../errors/error-code.js';
import type { LogSettings, OpenLog } from './pino-logger.js';
import { openLog } from './pino-logger.js';

class Sink {
  lines: string[] = [];

  constructor(readonly isTTY = false) {}

  write(line: string): void {
    this.lines.push(line);
  }

  get records(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}

let dir: string;
let open: OpenLog | undefined;

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rooftop-log-'));
});
afterEach(async () => {
  await open?.close();
  open = undefined;
  rmSync(dir, { recursive: true });
});

async function log(sink: Sink, settings: Partial<LogSettings> = {}): Promise<OpenLog> {
  open = await openLog(
    { level: 'debug', dir: null, maxFileBytes: 64 * 1024, maxFiles: 3, ...settings },
    sink,
  );
  return open;
}

describe('the log', () => {
  it('writes one JSON line with level, time, bound fields and fields', async () => {
    const sink = new Sink();
    const { logger } = await log(sink);
    logger.child({ part: 'epg' }).child({ source: 1 }).info('refreshed', { count: 3, level: 9 });
    expect(sink.records[0]).toMatchObject({
      level: 'info',
      msg: 'refreshed',
      part: 'epg',
      source: 1,
      count: 3,
      level_: 9,
    });
    expect(Date.parse(String(sink.records[0]?.time))).not.toBeNaN();
  });

  it('leaves out what is less important than the level', async () => {
    const sink = new Sink();
    const { logger } = await log(sink, { level: 'warn' });
    logger.debug('a');
    logger.info('b');
    logger.warn('c');
    logger.error('d');
    expect(sink.records.map(({ msg }) => msg)).toEqual(['c', 'd']);
  });

  it('redacts messages, fields and secrets learnt later', async () => {
    const sink = new Sink();
    const { logger, addSecret } = await log(sink, { secrets: ['hunter22'] });
    addSecret('late-secret');
    logger
      .child({ url: '/live/anna/pass/1.ts' })
      .warn('GET /anna/pass/2.ts with hunter22', { note: 'late-secret' });
    const text = sink.lines.join('');
    for (const secret of ['anna', 'pass/', 'hunter22', 'late-secret']) expect(text).not.toContain(secret);
  });

  it('writes a line for a person on a terminal, and foreign control characters cannot act', async () => {
    const sink = new Sink(true);
    const { logger } = await log(sink);
    logger.warn('channel "\u001b[2Jx\ny"', { a: 1, b: 'two words', error: new Error('no') });
    expect(sink.lines[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} /);
    expect(sink.lines[0]).toContain('WARN');
    expect(sink.lines[0]).toContain('channel "\\u001b[2Jx\\u000ay" a=1 b="two words" error="no"');
    expect(sink.lines[0]?.split('\n')).toHaveLength(2);
  });

  it('writes files, begins new ones at the size and keeps only some', async () => {
    const { logger } = await log(new Sink(), {
      dir: path.join(dir, 'made'),
      maxFileBytes: 4096,
      maxFiles: 3,
    });
    const names = (): string[] => readdirSync(path.join(dir, 'made'));
    const content = (): string =>
      names()
        .map((name) => readIfThere(path.join(dir, 'made', name)))
        .join('');
    let i = 0;
    for (; i < 1000 && !names().includes('rooftop.6.log'); i++) {
      logger.info('line', { i, filler: 'x'.repeat(1000) });
      while (!content().includes(`"i":${i},`)) await turn();
      await turn();
    }
    while (names().length > 3) await turn();
    expect(names()).not.toContain('rooftop.1.log');
    expect(names().every((name) => /^rooftop\.\d+\.log$/.test(name))).toBe(true);
    for (const name of names()) expect(statSync(path.join(dir, 'made', name)).size).toBeLessThan(64 * 1024);
    expect(content()).toContain(`"i":${i - 1},`);
  });

  it('has written everything when it is closed, and later lines still reach the console', async () => {
    const sink = new Sink();
    const { logger, close } = await log(sink, { dir });
    for (let i = 0; i < 500; i++) logger.info(`line ${i}`);
    await close();
    logger.error('after the end');
    const file = readFileSync(path.join(dir, 'rooftop.1.log'), 'utf8');
    expect(file.trim().split('\n')).toHaveLength(500);
    expect(file).toContain('line 499');
    expect(sink.records.at(-1)?.msg).toBe('after the end');
  });

  it('goes on without files, with a warning, when the folder cannot be used', async () => {
    const sink = new Sink();
    writeFileSync(path.join(dir, 'file'), '');
    const { logger } = await log(sink, { dir: path.join(dir, 'file', 'logs') });
    logger.info('still here');
    expect(sink.records.map(({ level, msg }) => [level, msg])).toEqual([
      ['warn', 'log files are off'],
      ['info', 'still here'],
    ]);
  });
});

/** Old files are removed in the background, also between a listing and a look inside. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}
