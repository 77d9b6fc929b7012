/**
 * What a gigabyte delivered in HLS segments costs, and what of it is the source, the requests and the bytes: the whole
 * program against two bare Node.js servers, one that has segments in memory, and one that reads the same source and
 * keeps segments of it. All in turns.
 * npm run bench -- hls [viewers] [seconds] [rounds]
 */
import type { BareCutterPlan } from './streams/bare-cutter.js';
import type { BareSegmentsPlan } from './streams/bare-segments.js';
import { BenchChild } from './streams/child.js';
import type { Usage } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';
import type {
  DrivePlan,
  DriveReport,
  SegmentAudiencePlan,
  SegmentAudienceReport,
} from './streams/segment-viewers.js';

interface Contestant {
  name: string;
  port: number;
  playlist: string;
  usage: () => Promise<Usage>;
  /** CPU seconds a second for one viewer, nearly all of it the source; 0 = reads none. */
  source: number;
  /** CPU s/GB of each round. */
  costs: number[];
}

const BITRATE = 8_000_000;
const SEGMENT_SECONDS = 4;
const LIST_FULL_SECONDS = 7 * SEGMENT_SECONDS;
/** Until every viewer has caught up with the present. */
const WARM_UP_SECONDS = 12;
const REQUESTS = 4_000;
const SEGMENT_REQUESTS = 200;
const [viewers = '100', seconds = '16', rounds = '3'] = process.argv.slice(2);

const origin = BenchChild.start('./origin.js');
const bare = BenchChild.start('./bare-segments.js');
const cutter = BenchChild.start('./bare-cutter.js');
const audience = BenchChild.start('./segment-viewers.js');
const rooftop = await BenchRooftop.start();
try {
  const idle = await cpuRate(() => rooftop.usage());
  const { port } = await origin.ask<{ port: number }>('open', { bitrate: BITRATE, seconds: 60 });
  const url = `http://127.0.0.1:${port}/0.ts`;
  const cutterPlan: BareCutterPlan = { url, seconds: SEGMENT_SECONDS };
  const cutterPort = await cutter.ask<number>('open', cutterPlan);
  const stream = await rooftop.addChannel('Bench', url);
  const playlist = stream.replace(/ts$/, 'm3u8');
  const plan: BareSegmentsPlan = { urls: await fullList(playlist), seconds: SEGMENT_SECONDS };
  const barePort = await bare.ask<number>('open', plan);
  const child = (name: string, from: BenchChild, childPort: number): Contestant => ({
    name,
    port: childPort,
    playlist: '/live.m3u8',
    usage: () => from.ask<Usage>('usage'),
    source: 0,
    costs: [],
  });
  const ours: Contestant = {
    ...child('Rooftop', bare, rooftop.port),
    playlist,
    usage: () => rooftop.usage(),
  };
  const withSource = child('with source', cutter, cutterPort);
  const contestants = [child('bare', bare, barePort), withSource, ours];

  print(`\none viewer of ${BITRATE / 1e6} Mbit/s`);
  print(`  Rooftop before its first stream: ${ms(idle)} of CPU a second`);
  for (const contestant of [withSource, ours]) {
    await audience.ask('open', { port: contestant.port, playlist: contestant.playlist, viewers: 1 });
    await pause(WARM_UP_SECONDS * 1000);
    contestant.source = await cpuRate(contestant.usage);
    await audience.ask('leave');
    print(`  ${contestant.name}: ${ms(contestant.source)} of CPU a second`);
  }

  print('\none request after the other on ten connections, CPU besides the source');
  for (const contestant of contestants) await measureRequests(contestant);

  print(`\n${viewers} viewers of ${BITRATE / 1e6} Mbit/s in segments of ${SEGMENT_SECONDS} s`);
  for (let round = 0; round < Number(rounds); round++) {
    for (const contestant of contestants) await measure(contestant);
  }
  const gigabytesPerSecond = (Number(viewers) * BITRATE) / 8e9;
  for (const base of contestants.slice(0, 2)) {
    const best = (one: Contestant, besides: number): number =>
      Math.min(...one.costs) - besides / gigabytesPerSecond;
    const whole = best(ours, 0) / best(base, 0);
    const rest = best(ours, ours.source) / best(base, base.source);
    print(
      `  Rooftop against ${base.name}, best rounds: ${whole.toFixed(2)}, besides the source: ${rest.toFixed(2)}`,
    );
  }
} finally {
  await Promise.all([rooftop.stop(), ...[origin, bare, cutter, audience].map((one) => one.stop())]);
}

/** Addresses of the segments, once the list is as long as it becomes and none of them is a short one of the start. */
async function fullList(playlist: string): Promise<string[]> {
  const url = `http://127.0.0.1:${rooftop.port}${playlist}`;
  for (let waited = 0; waited < LIST_FULL_SECONDS; waited += SEGMENT_SECONDS) {
    await (await fetch(url)).arrayBuffer();
    await pause(SEGMENT_SECONDS * 1000);
  }
  return segmentsOf(url);
}

async function segmentsOf(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new URL(line, url).href);
}

/** CPU seconds a second. */
async function cpuRate(usage: () => Promise<Usage>): Promise<number> {
  const before = await usage();
  const startedAt = performance.now();
  await pause(Number(seconds) * 1000);
  const { cpuSeconds } = await usage();
  return ((cpuSeconds - before.cpuSeconds) * 1000) / (performance.now() - startedAt);
}

async function measureRequests(contestant: Contestant): Promise<void> {
  const { port, playlist } = contestant;
  const list = await drive(contestant, { port, method: 'GET', path: playlist, requests: REQUESTS });
  // The newest: it stays for long enough.
  const newest = (await segmentsOf(`http://127.0.0.1:${port}${playlist}`)).at(-1) ?? '';
  const path = new URL(newest).pathname;
  const head = await drive(contestant, { port, method: 'HEAD', path, requests: REQUESTS });
  const whole = await drive(contestant, { port, method: 'GET', path, requests: SEGMENT_REQUESTS });
  const perGigabyte = ((whole.cpu - head.cpu) * SEGMENT_REQUESTS) / (whole.bytes / 1e9);
  print(
    [
      `  ${contestant.name.padEnd(11)}`,
      `playlist ${ms(list.cpu)}`,
      `segment without its bytes (HEAD) ${ms(head.cpu)}`,
      `bytes ${perGigabyte.toFixed(3)} CPU s/GB`,
    ].join('  '),
  );
}

/** CPU seconds of a request. */
async function drive(
  { usage, source }: Contestant,
  plan: DrivePlan,
): Promise<{ cpu: number; bytes: number }> {
  // Once without being counted: the compiler has seen it then.
  await audience.ask('drive', { ...plan, requests: Math.ceil(plan.requests / 4) });
  const before = await usage();
  const startedAt = performance.now();
  const { bytes, failed } = await audience.ask<DriveReport>('drive', plan);
  const elapsed = (performance.now() - startedAt) / 1000;
  const { cpuSeconds } = await usage();
  if (failed > 0) print(`  ${failed} of ${plan.requests} requests failed`);
  return { cpu: (cpuSeconds - before.cpuSeconds - source * elapsed) / plan.requests, bytes };
}

async function measure({ name, port, playlist, usage, costs }: Contestant): Promise<void> {
  const plan: SegmentAudiencePlan = { port, playlist, viewers: Number(viewers) };
  const empty = await usage();
  await audience.ask('open', plan);
  await pause(WARM_UP_SECONDS * 1000);
  const before = await audience.ask<SegmentAudienceReport>('report');
  const used = await usage();
  await pause(Number(seconds) * 1000);
  const after = await audience.ask<SegmentAudienceReport>('report');
  const now = await usage();
  await audience.ask('leave');
  await pause(2_000);
  const gigabytes = (after.bytes - before.bytes) / 1e9;
  const cpu = now.cpuSeconds - used.cpuSeconds;
  const share = gigabytes / ((Number(viewers) * Number(seconds) * BITRATE) / 8e9);
  costs.push(cpu / gigabytes);
  print(
    [
      `  ${name.padEnd(11)}`,
      `${(cpu / gigabytes).toFixed(3)} CPU s/GB`,
      `${(cpu / Number(seconds)).toFixed(2)} cores`,
      `${(share * 100).toFixed(0)} % of real time`,
      `${((now.rssBytes - empty.rssBytes) / Number(viewers) / 1024).toFixed(0)} KB/viewer`,
      `${after.segments - before.segments} segments`,
      `missed ${after.missed - before.missed}`,
      `slowest ${after.slowestMs.toFixed(0)} ms`,
    ].join('  '),
  );
}

function ms(cpuSeconds: number): string {
  return `${(cpuSeconds * 1000).toFixed(3)} ms`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
