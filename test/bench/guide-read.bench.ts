// A large guide: megabytes per CPU second of our reader, of htmlparser2 building the same records, and of nothing but
// the events of htmlparser2; resident memory while it lasts. The file stands on disk and is read in pieces of 64 KB.
// node build/test/bench/guide-read.bench.js [programmes] [rounds]
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Parser } from 'htmlparser2';
import { XmltvReader } from '../../src/core/xmltv/reader.js';
import type { GuideHandler } from '../../src/core/xmltv/types.js';
import { buildGuide, emptyTruth, LARGE_GUIDE } from '../builders/guide-builder.js';
import { Htmlparser2Guide } from '../builders/htmlparser2-guide.js';

interface Sink {
  write(chunk: Uint8Array): void;
  end(): unknown;
}

const programmes = Number(process.argv[2] ?? LARGE_GUIDE.programmes);
const rounds = Number(process.argv[3] ?? 5);
const folder = mkdtempSync(path.join(tmpdir(), 'guide-read-'));
const file = path.join(folder, 'guide.xml');
const truth = emptyTruth();
const CHECKED = { titleLength: 0, programmes: 0, categories: 0 };

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function counting(found: typeof CHECKED): GuideHandler {
  return {
    channel: () => {},
    programme: ({ titles, categories }) => {
      found.programmes++;
      found.categories += categories?.length ?? 0;
      found.titleLength += titles[0]?.text.length ?? 0;
    },
  };
}

function decodeOnly(): Sink {
  const decoder = new TextDecoder();
  return { write: (chunk) => void decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}

function eventsOnly(): Sink {
  const decoder = new TextDecoder();
  const parser = new Parser(
    { onopentag: () => {}, ontext: () => {}, onclosetag: () => {} },
    { xmlMode: true },
  );
  return {
    write: (chunk) => parser.write(decoder.decode(chunk, { stream: true })),
    end: () => parser.end(decoder.decode()),
  };
}

const SUBJECTS: readonly (readonly [string, (found: typeof CHECKED) => Sink, boolean])[] = [
  ['read and decode only', decodeOnly, false],
  ['ours: records', (found) => new XmltvReader(counting(found)), true],
  ['htmlparser2: the same records', (found) => new Htmlparser2Guide(counting(found)), true],
  ['htmlparser2: events, no records', eventsOnly, false],
];

/** CPU seconds of one pass, and the highest resident memory seen. */
function pass(make: (found: typeof CHECKED) => Sink, isChecked: boolean): { cpu: number; rss: number } {
  const found = { ...CHECKED };
  const sink = make(found);
  const chunk = Buffer.allocUnsafe(65_536);
  const source = openSync(file, 'r');
  let rss = 0;
  const before = process.cpuUsage();
  for (let turn = 0; ; turn++) {
    const length = readSync(source, chunk);
    if (length === 0) break;
    sink.write(chunk.subarray(0, length));
    if (turn % 64 === 0) rss = Math.max(rss, process.memoryUsage.rss());
  }
  sink.end();
  const { user, system } = process.cpuUsage(before);
  closeSync(source);
  const expected = {
    titleLength: truth.titleLength,
    programmes: truth.programmes,
    categories: truth.categories,
  };
  if (isChecked && JSON.stringify(found) !== JSON.stringify(expected)) {
    throw new Error(`found ${JSON.stringify(found)}, written ${JSON.stringify(expected)}`);
  }
  return { cpu: (user + system) / 1e6, rss: rss / 1e6 };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}

try {
  const target = openSync(file, 'w');
  for (const piece of buildGuide({ ...LARGE_GUIDE, programmes }, truth)) writeSync(target, piece);
  closeSync(target);
  const megabytes = truth.bytes / 1e6;
  say(
    `${truth.programmes} programmes, ${truth.channels} channels, ${megabytes.toFixed(1)} MB, Node ${process.version}`,
  );
  say(`before: ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB resident`);
  const only = process.argv[4];
  const subjects = SUBJECTS.filter(([name]) => only === undefined || name.includes(only));
  const results = new Map(subjects.map(([name]) => [name, { cpu: [] as number[], rss: 0 }]));
  // They take turns, so that a busy moment of the machine counts for all of them.
  for (let round = 0; round < rounds; round++) {
    for (const [name, make, isChecked] of subjects) {
      const { cpu, rss } = pass(make, isChecked);
      const result = results.get(name);
      result?.cpu.push(cpu);
      if (result) result.rss = Math.max(result.rss, rss);
    }
  }
  const baseline = results.get('htmlparser2: the same records')?.cpu ?? [];
  for (const [name, { cpu, rss }] of results) {
    const ratio = median(cpu.map((value, round) => (baseline[round] ?? NaN) / value));
    say(
      `${name.padEnd(34)} ${median(cpu).toFixed(2).padStart(6)} s ${(megabytes / median(cpu)).toFixed(1).padStart(6)} MB/s ` +
        `${ratio.toFixed(2).padStart(5)} × ${rss.toFixed(0).padStart(5)} MB`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
