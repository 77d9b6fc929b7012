/**
 * What a delivered gigabyte costs: the whole program against a bare Node.js fan-out of the same chunk size, in turns.
 * npm run bench -- fanout [CASE] [seconds] [rounds] [seconds before] [Mbit/s]; a case is channels×viewers, e.g. 1x300.
 */
import { FLUSH_MS } from '../../src/streaming/streaming-options.js';
import type { BarePlan } from './streams/bare-fanout.js';
import { BenchChild } from './streams/child.js';
import type { Usage } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';
import type { AudienceReport } from './streams/viewers.js';

interface Case {
  channels: number;
  viewers: number;
}

interface Contestant {
  name: string;
  port: number;
  paths: readonly string[];
  usage: () => Promise<Usage>;
}

interface Round {
  /** CPU seconds per GB delivered. */
  cpuPerGb: number;
  /** CPU seconds per second. */
  cores: number;
  /** Share of the real-time rate that arrived. */
  delivered: number;
  /** Of the process, per viewer of the second half: the first ones also fill the rings and grow the young heap, once. */
  kbPerViewer: number;
  report: AudienceReport;
}

/**
 * `warmUp`: seconds with half of the viewers before the others come. Rings of 16 MiB are full after 17; from then on
 * they cost what they always do.
 */
const [only = '', seconds = '8', rounds = '3', warmUp = '20', mbits = '8'] = process.argv.slice(2);
const BITRATE = Number(mbits) * 1_000_000;
/** What they all get at once when they come, seconds of media each, has been sent by then. */
const SETTLE_MS = 4_000;
const SETTLE_MS_PER_VIEWER = 4;
const CASES = (only === '' ? ['1x300', '20x5', '1x2000', '100x5'] : [only]).map(parseCase);

for (const plan of CASES) await compare(plan);

function parseCase(name: string): Case {
  const [channels = 1, viewers = 1] = name.split('x').map(Number);
  return { channels, viewers };
}

async function compare(plan: Case): Promise<void> {
  const origin = BenchChild.start('./origin.js');
  const audience = BenchChild.start('./viewers.js');
  const { port, bytesPerSecond } = await origin.ask<{ port: number; bytesPerSecond: number }>('open', {
    bitrate: BITRATE,
    seconds: 60,
  });
  const bare = await startBare(plan, port);
  const rooftop = await startRooftop(plan, port);
  const figures = new Map<string, Round[]>();
  try {
    for (let round = 0; round < Number(rounds); round++) {
      for (const { contestant } of [bare, rooftop]) {
        const result = await measure(contestant, audience, bytesPerSecond);
        figures.set(contestant.name, [...(figures.get(contestant.name) ?? []), result]);
      }
    }
  } finally {
    await Promise.all([bare.stop(), rooftop.stop(), origin.stop(), audience.stop()]);
  }
  print(`\n${plan.channels} × ${plan.viewers} viewers of ${BITRATE / 1e6} Mbit/s`);
  for (const [name, results] of figures) for (const result of results) print(describe(name, result));
  const best = (name: string): number =>
    Math.min(...(figures.get(name) ?? []).map(({ cpuPerGb }) => cpuPerGb));
  print(`  Rooftop against bare, best rounds: ${(best('Rooftop') / best('bare')).toFixed(2)}`);
}

async function measure(
  { port, paths, usage }: Contestant,
  audience: BenchChild,
  bytesPerSecond: number,
): Promise<Round> {
  const half = Math.ceil(paths.length / 2);
  await audience.ask('open', { port, paths: paths.slice(0, half), bytesPerSecond });
  await pause(Number(warmUp) * 1000);
  const running = await usage();
  await audience.ask('open', { port, paths: paths.slice(half), bytesPerSecond });
  await pause(SETTLE_MS + half * SETTLE_MS_PER_VIEWER);
  await audience.ask('mark');
  const [before, used, startedAt] = [
    await audience.ask<AudienceReport>('report'),
    await usage(),
    performance.now(),
  ];
  await pause(Number(seconds) * 1000);
  const [after, now, endedAt] = [
    await audience.ask<AudienceReport>('report'),
    await usage(),
    performance.now(),
  ];
  await audience.ask('leave');
  await pause(1_000);
  const bytes = after.bytes - before.bytes;
  const elapsed = (endedAt - startedAt) / 1000;
  const cpu = now.cpuSeconds - used.cpuSeconds;
  return {
    cpuPerGb: cpu / (bytes / 1e9),
    cores: cpu / elapsed,
    delivered: bytes / (elapsed * bytesPerSecond * paths.length),
    kbPerViewer: (now.rssBytes - running.rssBytes) / (paths.length - half) / 1024,
    report: after,
  };
}

async function startBare(
  { channels, viewers }: Case,
  originPort: number,
): Promise<{ contestant: Contestant; stop: () => Promise<void> }> {
  const child = BenchChild.start('./bare-fanout.js');
  const bare: BarePlan = { originPort, gatherMs: FLUSH_MS };
  const port = await child.ask<number>('open', bare);
  const paths = pathsFor(
    viewers,
    Array.from({ length: channels }, (_, index) => `/${index}.ts`),
  );
  return {
    contestant: { name: 'bare', port, paths, usage: () => child.ask<Usage>('usage') },
    stop: () => child.stop(),
  };
}

async function startRooftop(
  { channels, viewers }: Case,
  originPort: number,
): Promise<{ contestant: Contestant; stop: () => Promise<void> }> {
  const rooftop = await BenchRooftop.start({ ROOFTOP_STREAMING_TOTAL_RING_BYTES: '2GiB' });
  const streams: string[] = [];
  for (let index = 0; index < channels; index++) {
    streams.push(await rooftop.addChannel(`Bench ${index}`, `http://127.0.0.1:${originPort}/${index}.ts`));
  }
  const paths = pathsFor(viewers, streams);
  return {
    contestant: { name: 'Rooftop', port: rooftop.port, paths, usage: () => rooftop.usage() },
    stop: () => rooftop.stop(),
  };
}

/** Viewers take turns between the channels. */
function pathsFor(viewers: number, streams: readonly string[]): string[] {
  return Array.from({ length: viewers }, () => streams).flat();
}

function describe(name: string, { cpuPerGb, cores, delivered, kbPerViewer, report }: Round): string {
  return [
    `  ${name.padEnd(8)}`,
    `${cpuPerGb.toFixed(3)} CPU s/GB`,
    `${cores.toFixed(2)} cores`,
    `${(delivered * 100).toFixed(1)} % of real time`,
    `${kbPerViewer.toFixed(0)} KB/viewer`,
    `starved ${report.starved}`,
    `lost ${report.lost}`,
    `longest gap ${report.longestGapMs} ms`,
  ].join('  ');
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
