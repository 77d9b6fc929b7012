/**
 * What viewers and players feel of a guide that comes in: the whole program with viewers on one stream and a player that
 * asks for now and next and another that fetches its guide file, first in peace, then during an import and right after
 * it, while the file is made anew, then in peace again.
 * npm run bench -- guide-undisturbed [programmes] [viewers]
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serveFile } from './file-server.js';
import { writeGuideFile } from './guide-files.js';
import { BenchChild } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';
import type { AudienceReport } from './streams/viewers.js';

const BITRATE = 4_000_000;
const CHANNELS = 2000;
const ASK_EVERY_MS = 20;
const FETCH_EVERY_MS = 200;
/** Matching begins some seconds after an import, and the guide file is written after it. */
const AFTER_MS = 15_000;
const programmes = Number(process.argv[2] ?? 1_000_000);
const viewers = Number(process.argv[3] ?? 50);

const folder = mkdtempSync(path.join(tmpdir(), 'rooftop-bench-'));
const file = path.join(folder, 'guide.xml');
const bytes = await writeGuideFile(file, {
  channels: CHANNELS,
  programmes,
  start: Math.floor(Date.now() / 1000),
});
const list = path.join(folder, 'list.m3u');
writeFileSync(list, listOf(CHANNELS));
const host = await serveFile(file);
const listHost = await serveFile(list);
const origin = BenchChild.start('./origin.js');
const audience = BenchChild.start('./viewers.js');
const rooftop = await BenchRooftop.start({ ROOFTOP_GUIDES_MAX_BYTES: '8GiB' }, { watchLoop: true });
try {
  const { port, bytesPerSecond } = await origin.ask<{ port: number; bytesPerSecond: number }>('open', {
    bitrate: BITRATE,
    seconds: 60,
  });
  const stream = await rooftop.addChannel('Bench', `http://127.0.0.1:${port}/0.ts`);
  const paths = Array.from({ length: viewers }, () => stream);
  await audience.ask('open', { port: rooftop.port, paths, bytesPerSecond });
  await rooftop.addList(`${listHost.url}/list.m3u`);
  await pause(5000);
  const guide = await rooftop.addGuide(`${host.url}/guide.xml`);
  process.stdout.write(`${viewers} viewers, a guide of ${Math.round(bytes / 1e6)} MB\n`);
  await during('in peace', () => pause(10_000).then(() => ''));
  await during('importing', () => rooftop.refreshGuide(guide));
  process.stdout.write(`${await rooftop.linkedChannels()} channels have a guide\n`);
  await guideFileWritten();
  await during('importing again', () => rooftop.refreshGuide(guide));
  await during('right after it', () => guideFileRewritten());
  await during('in peace', () => pause(10_000).then(() => ''));
} finally {
  await Promise.all([rooftop.stop(), origin.stop(), audience.stop()]);
  host.close();
  listHost.close();
  rmSync(folder, { recursive: true });
}

async function during(what: string, work: () => Promise<string>): Promise<void> {
  await audience.ask('mark');
  const idle = await rooftop.usage();
  await rooftop.loopDelay();
  const player = poll();
  const collector = fetchGuideFiles();
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
  const firstBytes = await collector.end();
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
    guideFiles: firstBytes.length,
    firstByteP50Ms: quantile(firstBytes, 0.5),
    firstByteMaxMs: quantile(firstBytes, 1),
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

/** A player that fetches its guide file again and again, plain and compressed in turn, and looks at nothing but the first byte. */
function fetchGuideFiles(): { end: () => Promise<number[]> } {
  const times: number[] = [];
  const state = { isOver: false };
  const fetching = (async () => {
    for (let round = 0; !state.isOver; round++) {
      times.push(await firstByte(round % 2 === 0));
      await pause(FETCH_EVERY_MS);
    }
  })();
  return {
    end: async () => {
      state.isOver = true;
      await fetching;
      return times.sort((a, b) => a - b);
    },
  };
}

/** Milliseconds from the request to the first byte of the body. */
function firstByte(isPacked: boolean): Promise<number> {
  const startedAt = performance.now();
  return new Promise((resolve, reject) => {
    const request = get(
      `http://127.0.0.1:${rooftop.port}${rooftop.guideFile}`,
      { agent: false, headers: isPacked ? { 'accept-encoding': 'gzip' } : {} },
      (answer) => {
        if (answer.statusCode !== 200) reject(new Error(`the guide file: ${answer.statusCode}`));
        answer.once('data', () => {
          resolve(performance.now() - startedAt);
          answer.destroy();
        });
        answer.on('error', () => {});
      },
    );
    request.on('error', reject);
  });
}

/** Bytes and validator of the guide file as it is. */
async function guideFileState(): Promise<{ bytes: number; etag: string }> {
  const { headers } = await fetch(`http://127.0.0.1:${rooftop.port}${rooftop.guideFile}`, {
    method: 'HEAD',
    headers: { 'accept-encoding': 'identity' },
  });
  return { bytes: Number(headers.get('content-length')), etag: headers.get('etag') ?? '' };
}

/** The programmes of all channels are in it: far more than a line for each. */
async function guideFileWritten(): Promise<void> {
  while ((await guideFileState()).bytes < programmes * 50) await pause(200);
}

/** Until some seconds after another one serves, or for a while if it stays as it is. */
async function guideFileRewritten(): Promise<string> {
  const before = await guideFileState();
  for (let waited = 0; waited < AFTER_MS; waited += FETCH_EVERY_MS) {
    await pause(FETCH_EVERY_MS);
    const now = await guideFileState();
    if (now.etag === before.etag) continue;
    await pause(2000);
    return `another file of ${Math.round(now.bytes / 1e6)} MB after ${(waited / 1000).toFixed(1)} s`;
  }
  return `the same file of ${Math.round(before.bytes / 1e6)} MB`;
}

/** Channels that nobody plays, with the ids of the guide. */
function listOf(channels: number): string {
  const entries = Array.from(
    { length: channels },
    (_, index) =>
      `#EXTINF:-1 tvg-id="channel-${index}.example",Channel ${index}\nhttp://127.0.0.1:9/${index}.ts`,
  );
  return `#EXTM3U\n${entries.join('\n')}\n`;
}

function quantile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
