/**
 * How soon a viewer of a running channel has something, and what the server costs while nobody watches.
 * npm run bench -- join [joins]
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { StreamAnalyser } from '../../src/core/mpegts/stream-analyser.js';
import { BenchChild } from './streams/child.js';
import { BenchRooftop } from './streams/rooftop.js';

interface Join {
  firstByteMs: number;
  keyframeMs: number;
  /** Bytes before the first PAT. */
  beforeTables: number;
  aligned: boolean;
}

const BITRATE = 4_000_000;
const IDLE_SECONDS = 10;
const [joins = '200'] = process.argv.slice(2);

const origin = BenchChild.start('./origin.js');
const { port } = await origin.ask<{ port: number }>('open', { bitrate: BITRATE, seconds: 60, gopFrames: 75 });
const rooftop = await BenchRooftop.start({ ROOFTOP_STREAMING_LINGER_SECONDS: '600' });
try {
  await reportIdle('nothing runs');
  const path = await rooftop.addChannel('Bench', `http://127.0.0.1:${port}/0.ts`);
  const keeper = connect({ host: '127.0.0.1', port: rooftop.port });
  keeper.write(request(path));
  keeper.resume();
  await pause(12_000);
  await reportJoins(path);
  await reportPicture(path);
  keeper.destroy();
  await pause(1_000);
  await reportIdle('one warm channel without viewers');
} finally {
  await Promise.all([rooftop.stop(), origin.stop()]);
}

async function reportJoins(path: string): Promise<void> {
  const results: Join[] = [];
  for (let n = 0; n < Number(joins); n++) {
    results.push(await join(path));
    await pause(37);
  }
  for (const [name, pick] of [
    ['first byte', (result: Join) => result.firstByteMs],
    ['first keyframe', (result: Join) => result.keyframeMs],
  ] as const) {
    const sorted = results.map(pick).sort((a, b) => a - b);
    const at = (share: number): string => (sorted[Math.floor((sorted.length - 1) * share)] ?? NaN).toFixed(1);
    print(`${name}: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, worst ${at(1)} ms of ${results.length} joins`);
  }
  print(`bytes before PAT: ${Math.max(...results.map(({ beforeTables }) => beforeTables))} at most`);
  print(`starts off a packet boundary: ${results.filter(({ aligned }) => !aligned).length}`);
}

/** One viewer on a connection of his own, until he has a keyframe. */
function join(path: string): Promise<Join> {
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const analyser = new StreamAnalyser();
    const socket = connect({ host: '127.0.0.1', port: rooftop.port });
    let head: Buffer | undefined = Buffer.alloc(0);
    let rest = Buffer.alloc(0);
    let first: Pick<Join, 'firstByteMs' | 'beforeTables' | 'aligned'> | undefined;
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      let body: Buffer = chunk;
      if (head) {
        const all: Buffer = Buffer.concat([head, chunk]);
        const end = all.indexOf('\r\n\r\n');
        if (end < 0) return void (head = all);
        head = undefined;
        body = all.subarray(end + 4);
      }
      rest = Buffer.concat([rest, body]);
      if (rest.length < 188) return;
      first ??= {
        firstByteMs: performance.now() - startedAt,
        beforeTables: patPosition(rest),
        aligned: rest[0] === 0x47,
      };
      const whole = rest.length - (rest.length % 188);
      analyser.push(rest.subarray(0, whole));
      rest = rest.subarray(whole);
      if (!analyser.joins.some(({ video }) => video)) return;
      socket.destroy();
      resolve({ ...first, keyframeMs: performance.now() - startedAt });
    });
    socket.write(request(path));
  });
}

/** Time until ffmpeg with its default probing has decoded one picture. */
async function reportPicture(path: string): Promise<void> {
  if (spawnSync('ffmpeg', ['-version']).error) return print('first decoded picture: ffmpeg is not installed');
  const times: number[] = [];
  for (let n = 0; n < 10; n++) {
    const startedAt = performance.now();
    const url = `http://127.0.0.1:${rooftop.port}${path}`;
    const args = ['-v', 'quiet', '-i', url, '-an', '-frames:v', '1', '-f', 'null', '-'];
    await once(spawn('ffmpeg', args, { stdio: 'ignore' }), 'exit');
    times.push(performance.now() - startedAt);
  }
  times.sort((a, b) => a - b);
  const seconds = (ms: number | undefined): string => ((ms ?? NaN) / 1000).toFixed(2);
  print(
    `ffmpeg, start to end with one decoded picture: median ${seconds(times[5])} s, worst ${seconds(times[9])} s`,
  );
}

async function reportIdle(what: string): Promise<void> {
  await pause(3_000);
  const before = await rooftop.usage();
  await pause(IDLE_SECONDS * 1000);
  const after = await rooftop.usage();
  const cpu = ((after.cpuSeconds - before.cpuSeconds) / IDLE_SECONDS) * 100;
  const ring = await rooftop.metric(/^\w*ring_bytes (\d\S*)$/m);
  print(
    `idle, ${what}: RSS ${(after.rssBytes / 1e6).toFixed(0)} MB, CPU ${cpu.toFixed(1)} % of a core, rings ${(ring / 1e6).toFixed(1)} MB`,
  );
}

function patPosition(bytes: Buffer): number {
  for (let at = 0; at + 188 <= bytes.length; at += 188) {
    if ((bytes.readUInt16BE(at + 1) & 0x1fff) === 0) return at;
  }
  return bytes.length;
}

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
