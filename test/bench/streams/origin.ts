// Channels at a constant bit rate over loopback: GET /<any name>.ts, endless.
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { TsChannel } from '../../builders/ts-builder.js';
import { ownUsage, serveParent } from './child.js';

export interface OriginPlan {
  bitrate: number;
  /** Length of what is sent before it begins anew. */
  seconds: number;
  gopFrames?: number;
}

const TICK_MS = 20;
const open = new Map<ServerResponse, { startedAt: number; sent: number }>();
let media: Buffer = Buffer.alloc(0);
let bytesPerMs = 0;

const server = createServer((_request, response) => {
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, { 'content-type': 'video/mp2t', connection: 'close' });
  open.set(response, { startedAt: performance.now(), sent: 0 });
  response.once('close', () => open.delete(response));
  response.on('error', () => {});
});

function tick(): void {
  const now = performance.now();
  for (const [response, state] of open) {
    const due = Math.floor(((now - state.startedAt) * bytesPerMs) / 188) * 188;
    while (state.sent < due) {
      const at = state.sent % media.length;
      const end = Math.min(media.length, at + due - state.sent);
      response.write(media.subarray(at, end));
      state.sent += end - at;
    }
  }
}

serveParent({
  open: async ({ bitrate, seconds, gopFrames = 50 }: OriginPlan) => {
    media = new TsChannel({ bitrate, gopFrames }).seconds(seconds);
    bytesPerMs = media.length / seconds / 1000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    setInterval(tick, TICK_MS);
    return { port: (server.address() as AddressInfo).port, bytesPerSecond: bytesPerMs * 1000 };
  },
  usage: ownUsage,
});
