// The least a Node.js program can do to send one stream to many: reads a channel once, gathers 64 KiB or some time,
// and writes that to everybody. No login, no limits, no ring, no keyframes. GET /<channel>.ts
import { createServer, get } from 'node:http';
import type { ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { ownUsage, serveParent } from './child.js';

const GATHER_BYTES = 348 * 188;
const viewers = new Map<string, Set<ServerResponse>>();
let originPort = 0;
let gatherMs = 50;

function read(path: string, audience: Set<ServerResponse>): void {
  let parts: Buffer[] = [];
  let size = 0;
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    const chunk = Buffer.concat(parts, size);
    parts = [];
    size = 0;
    for (const response of audience) response.write(chunk);
  };
  const upstream = get({ host: '127.0.0.1', port: originPort, path, agent: false }, (incoming) => {
    incoming.on('data', (part: Buffer) => {
      parts.push(part);
      size += part.length;
      if (size >= GATHER_BYTES) flush();
      else timer ??= setTimeout(flush, gatherMs);
    });
  });
  upstream.on('error', () => {});
}

const server = createServer((request, response) => {
  const path = request.url ?? '/';
  const audience = viewers.get(path) ?? new Set<ServerResponse>();
  if (!viewers.has(path)) {
    viewers.set(path, audience);
    read(path, audience);
  }
  response.useChunkedEncodingByDefault = false;
  response.writeHead(200, { 'content-type': 'video/mp2t', connection: 'close' });
  response.flushHeaders();
  audience.add(response);
  response.once('close', () => audience.delete(response));
  response.on('error', () => {});
});

export interface BarePlan {
  originPort: number;
  /** A chunk that is not full waits so long, ms. */
  gatherMs: number;
}

serveParent({
  open: async (plan: BarePlan) => {
    ({ originPort, gatherMs } = plan);
    server.listen(0, '127.0.0.1', 4096);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  usage: ownUsage,
});
