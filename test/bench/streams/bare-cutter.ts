// The least a Node.js program can do to make HLS of a stream: reads one channel, gathers 64 KiB or 50 ms, keeps the
// newest segments, cut by the clock, and sends them. No login, no limits, no viewers that are known, nothing looked at.
// GET /live.m3u8, /<number>.ts
import { createServer, get } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { sendBarePlaylist } from './bare-playlist.js';
import { ownUsage, serveParent } from './child.js';

export interface BareCutterPlan {
  /** Where the channel is. */
  url: string;
  seconds: number;
}

interface CutSegment {
  parts: Buffer[];
  bytes: number;
}

const GATHER_BYTES = 348 * 188;
const GATHER_MS = 50;
const LISTED = 6;
const KEPT = 9;
const segments = new Map<number, CutSegment>();
let newest = 0;
let seconds = 4;

function read(url: string): void {
  let parts: Buffer[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  let draft: CutSegment = { parts: [], bytes: 0 };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    draft.parts.push(Buffer.concat(parts, size));
    draft.bytes += size;
    parts = [];
    size = 0;
  };
  get(url, { agent: false }, (incoming) => {
    incoming.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size >= GATHER_BYTES) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    });
  });
  setInterval(() => {
    segments.set(++newest, draft);
    segments.delete(newest - KEPT);
    draft = { parts: [], bytes: 0 };
  }, seconds * 1000);
}

const server = createServer((request, response) => {
  const segment = segments.get(Number(/^\/(\d+)\.ts$/.exec(request.url ?? '')?.[1] ?? NaN));
  if (segment) {
    response.writeHead(200, { 'content-type': 'video/mp2t', 'content-length': segment.bytes });
    if (request.method === 'GET') for (const part of segment.parts) response.write(part);
    response.end();
    return;
  }
  const first = Math.max(1, newest - LISTED + 1);
  sendBarePlaylist(response, { first, count: newest - first + 1, seconds });
});

serveParent({
  open: async (plan: BareCutterPlan) => {
    seconds = plan.seconds;
    read(plan.url);
    server.keepAliveTimeout = 75_000;
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  usage: ownUsage,
});
