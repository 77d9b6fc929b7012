/**
 * What a gigabyte delivered in HLS segments costs: the whole program, which cuts one channel for all its viewers, against
 * a bare Node.js server that has the same segments in memory, in turns.
 * npm run bench -- hls [viewers] [seconds] [rounds]
 */
import type { BareSegmentsPlan } from './streams/bare-segments.js';
import { BenchChild } from './streams/child.js';
import type { Usage } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';
import type { SegmentAudiencePlan, SegmentAudienceReport } from './streams/segment-viewers.js';

interface Contestant {
  name: string;
  port: number;
  playlist: string;
  usage: () => Promise<Usage>;
}

const BITRATE = 8_000_000;
const SEGMENT_SECONDS = 4;
const LIST_FULL_SECONDS = 7 * SEGMENT_SECONDS;
/** Until every viewer has caught up with the present. */
const WARM_UP_SECONDS = 12;
const [viewers = '100', seconds = '16', rounds = '3'] = process.argv.slice(2);

const origin = BenchChild.start('./origin.js');
const bare = BenchChild.start('./bare-segments.js');
const audience = BenchChild.start('./segment-viewers.js');
const rooftop = await BenchRooftop.start();
try {
  const { port } = await origin.ask<{ port: number }>('open', { bitrate: BITRATE, seconds: 60 });
  const stream = await rooftop.addChannel('Bench', `http://127.0.0.1:${port}/0.ts`);
  const playlist = stream.replace(/ts$/, 'm3u8');
  const plan: BareSegmentsPlan = { urls: await fullList(playlist), seconds: SEGMENT_SECONDS };
  const barePort = await bare.ask<number>('open', plan);
  const contestants: Contestant[] = [
    { name: 'bare', port: barePort, playlist: '/live.m3u8', usage: () => bare.ask<Usage>('usage') },
    { name: 'Rooftop', port: rooftop.port, playlist, usage: () => rooftop.usage() },
  ];
  const best = new Map<string, number>();
  print(`\n${viewers} viewers of ${BITRATE / 1e6} Mbit/s in segments of ${SEGMENT_SECONDS} s`);
  for (let round = 0; round < Number(rounds); round++) {
    for (const contestant of contestants) {
      const cost = await measure(contestant);
      best.set(contestant.name, Math.min(cost, best.get(contestant.name) ?? Infinity));
    }
  }
  print(
    `  Rooftop against bare, best rounds: ${((best.get('Rooftop') ?? NaN) / (best.get('bare') ?? NaN)).toFixed(2)}`,
  );
} finally {
  await Promise.all([rooftop.stop(), origin.stop(), bare.stop(), audience.stop()]);
}

/** Addresses of the segments, once the list is as long as it becomes and none of them is a short one of the start. */
async function fullList(playlist: string): Promise<string[]> {
  const url = `http://127.0.0.1:${rooftop.port}${playlist}`;
  for (let waited = 0; waited < LIST_FULL_SECONDS; waited += SEGMENT_SECONDS) {
    await (await fetch(url)).arrayBuffer();
    await pause(SEGMENT_SECONDS * 1000);
  }
  const text = await (await fetch(url)).text();
  return text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => new URL(line, url).href);
}

async function measure({ name, port, playlist, usage }: Contestant): Promise<number> {
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
  print(
    [
      `  ${name.padEnd(8)}`,
      `${(cpu / gigabytes).toFixed(3)} CPU s/GB`,
      `${(cpu / Number(seconds)).toFixed(2)} cores`,
      `${(share * 100).toFixed(0)} % of real time`,
      `${((now.rssBytes - empty.rssBytes) / Number(viewers) / 1024).toFixed(0)} KB/viewer`,
      `${after.segments - before.segments} segments`,
      `missed ${after.missed - before.missed}`,
      `slowest ${after.slowestMs.toFixed(0)} ms`,
    ].join('  '),
  );
  return cpu / gigabytes;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
