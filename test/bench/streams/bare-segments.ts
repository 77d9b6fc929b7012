// The least a Node.js program can do to serve HLS: some segments in memory that stand for all, a playlist by the clock.
// No login, no limits, no viewers that are known. GET /live.m3u8, /<number>.ts
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { sendBarePlaylist } from './bare-playlist.js';
import { ownUsage, serveParent } from './child.js';

export interface BareSegmentsPlan {
  /** Addresses of the segments to serve. */
  urls: readonly string[];
  seconds: number;
}

const LISTED = 6;
let segments: Buffer[] = [];
let seconds = 4;

const server = createServer((request, response) => {
  const number = /^\/(\d+)\.ts$/.exec(request.url ?? '')?.[1];
  const segment = number === undefined ? undefined : segments[Number(number) % segments.length];
  if (segment) {
    response.writeHead(200, { 'content-type': 'video/mp2t', 'content-length': segment.length }).end(segment);
    return;
  }
  const first = Math.floor(performance.now() / 1000 / seconds) + 1_000;
  sendBarePlaylist(response, { first, count: LISTED, seconds });
});

serveParent({
  open: async (plan: BareSegmentsPlan) => {
    seconds = plan.seconds;
    segments = await Promise.all(
      plan.urls.map(async (url) => Buffer.from(await (await fetch(url)).arrayBuffer())),
    );
    server.keepAliveTimeout = 75_000;
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  usage: ownUsage,
});
