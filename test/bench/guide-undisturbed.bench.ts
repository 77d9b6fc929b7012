/**
 * What viewers and players feel of a guide that comes in: the whole program with viewers on one stream and a player that
 * asks for now and next, first in peace, then during an import, then in peace again.
 * npm run bench -- guide-undisturbed [programmes] [viewers]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveFile } from './file-server.js';
import { writeGuideFile } from './guide-files.js';
import { BenchChild } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';
import type { AudienceReport } from './streams/viewers.js';

const BITRATE = 4_000_000;
const ASK_EVERY_MS = 20;
const programmes = Number(process.argv[2] ?? 1_000_000);
const viewers = Number(process.argv[3] ?? 50);

const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const file = path.join(folder, 'guide.xml');
const bytes = await writeGuideFile(file, {
  channels: 2000,
  programmes,
  start: Math.floor(Date.now() / 1000),
});
const host = await serveFile(file);
const origin = BenchChild.start('./origin.js');
const audience = BenchChild.start('./viewers.js');
const rooftop = await BenchRooftop.start({ ROOFTOP_GUIDES_MAX_BYTES: '8GiB' });
try {
  const { port, bytesPerSecond } = await origin.ask<{ port: number; bytesPerSecond: number }>('open', {
    bitrate: BITRATE,
    seconds: 60,
  });
  const stream = await rooftop.addChannel('Bench', `http://127.0.0.1:${port}/0.ts`);
  const paths = Array.from({ length: viewers }, () => stream);
  await audience.ask('open', { port: rooftop.port, paths, bytesPerSecond });
  await pause(5000);
  const guide = await rooftop.addGuide(`${host.url}/guide.xml`);
  process.stdout.write(`${viewers} viewers, a guide of ${Math.round(bytes / 1e6)} MB\n`);
  await during('in peace', () => pause(10_000).then(() => ''));
  await during('importing', () => rooftop.refreshGuide(guide));
  await during('importing again', () => rooftop.refreshGuide(guide));
  await during('in peace', () => pause(10_000).then(() => ''));
} finally {
  await Promise.all([rooftop.stop(), origin.stop(), audience.stop()]);
  host.close();
  rmSync(folder, { recursive: true });
}

async function during(what: string, work: () => Promise<string>): Promise<void> {
  await audience.ask('mark');
  const idle = await rooftop.usage();
  await rooftop.loopDelay();
  const player = poll();
  const startedAt = performance.now();
  const memory = { peak: 0 };
  const sampling = setInterval(() => (memory.peak = Math.max(memory.peak, rooftop.rssBytes())), 100);
  const result = await work();
  clearInterval(sampling);
  const seconds = (performance.now() - startedAt) / 1000;
  const loop = await rooftop.loopDelay();
  const now = await rooftop.usage();
  const report = await audience.ask<AudienceReport>('report');
  const latencies = await player.end();
  const row = {
    what,
    result,
    seconds: seconds.toFixed(1),
    cpuSeconds: (now.cpuSeconds - idle.cpuSeconds).toFixed(1),
    rssOverIdleMb: Math.round((Math.max(memory.peak, now.rssBytes) - idle.rssBytes) / 1e6),
    questions: latencies.length,
    questionP50Ms: quantile(latencies, 0.5),
    questionP99Ms: quantile(latencies, 0.99),
    questionMaxMs: quantile(latencies, 1),
    loopP99Ms: loop.p99Ms.toFixed(1),
    loopMaxMs: loop.maxMs.toFixed(1),
    starved: report.starved,
    lost: report.lost,
    longestGapMs: report.longestGapMs,
  };
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** A player that asks one question after the other. */
function poll(): { end: () => Promise<number[]> } {
  const latencies: number[] = [];
  const state = { isOver: false };
  const url = `http://127.0.0.1:${rooftop.port}${rooftop.question('get_short_epg')}&stream_id=1&limit=4`;
  const asking = (async () => {
    while (!state.isOver) {
      const startedAt = performance.now();
      await (await fetch(url)).arrayBuffer();
      latencies.push(performance.now() - startedAt);
      await pause(ASK_EVERY_MS);
    }
  })();
  return {
    end: async () => {
      state.isOver = true;
      await asking;
      return latencies.sort((a, b) => a - b);
    },
  };
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
