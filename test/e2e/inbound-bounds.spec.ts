import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setImmediate as immediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { AppConfigValues } from '../../src/platform/config/app-config.js';
import { startServer, type RunningServer } from '../../src/server.js';
import { anAppConfig } from '../builders/app-config.js';
import { RecordingLogger } from '../fakes/recording-logger.js';
import { ask } from '../fakes/raw-http.js';

const MiB = 1024 ** 2;

let dir: string;
let server: RunningServer;
let sockets: Socket[];

beforeEach(() => {
  dir = mkdtempSync(path.join(tmpdir(), 'rooftop-bounds-'));
  sockets = [];
});
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  await server.house.lifecycle.shutdown();
  rmSync(dir, { recursive: true });
});

async function start(http: Partial<AppConfigValues['http']>): Promise<void> {
  const config = anAppConfig({
    dataDir: dir,
    server: { host: '127.0.0.1', port: 0 },
    http: { ...anAppConfig().http, ...http },
    admin: { password: 'correct-horse' },
    acestream: { engines: [] },
  });
  server = await startServer(config, { logger: new RecordingLogger(), addSecret: () => undefined });
}

/** A connection that keeps what it hears. */
async function dial(): Promise<{ socket: Socket; heard: () => string; closed: Promise<unknown> }> {
  const socket = connect(server.port, '127.0.0.1');
  sockets.push(socket);
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
  // A server that hangs up while we still send resets the connection.
  socket.on('error', () => undefined);
  const closed = once(socket, 'close').catch(() => undefined);
  await once(socket, 'connect');
  return { socket, heard: () => text, closed };
}

const lives = async (): Promise<number> => (await ask(server.port, { path: '/healthz' })).status;

/** The status and the error of an answer as it came. */
function read(answer: string): { status: number; code: string } {
  const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { error: { code: string } };
  return { status: Number(answer.split(' ')[1]), code: body.error.code };
}

describe('a client that is slow', () => {
  it('with the head is told so and closed', async () => {
    await start({ headerTimeoutSeconds: 0.2 });
    const { socket, heard, closed } = await dial();
    socket.write('GET /healthz HTTP/1.1\r\nHost: a.test\r\n');
    const drip = setInterval(() => socket.write('X-Slow: 1\r\n'), 50);
    await closed;
    clearInterval(drip);
    expect(read(heard())).toEqual({ status: 408, code: 'request_timeout' });
    expect(await lives()).toBe(200);
  });

  it('before its first byte is closed', async () => {
    await start({ headerTimeoutSeconds: 0.2 });
    const { closed } = await dial();
    await closed;
    expect(await lives()).toBe(200);
  });

  it('with the body is told so and closed', async () => {
    await start({ headerTimeoutSeconds: 0.2, requestTimeoutSeconds: 0.3 });
    const { socket, heard, closed } = await dial();
    socket.write(
      'POST /api/admin/auth/login HTTP/1.1\r\nHost: a.test\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{',
    );
    const drip = setInterval(() => socket.write(' '), 50);
    await closed;
    clearInterval(drip);
    expect(read(heard())).toEqual({ status: 408, code: 'request_timeout' });
  });

  it('to take an answer is closed, and one that takes it is not', async () => {
    await start({ stalledSeconds: 0.3 });
    const path = '/api/docs-json';
    const size = (await ask(server.port, { path })).body.length;
    const request = `GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`.repeat(Math.ceil((24 * MiB) / size));
    const stalled = await dial();
    stalled.socket.pause().write(request);
    const { socket, heard } = await dial();
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a.test\r\n\r\n`);
    await connectionsOpen(1);
    stalled.socket.resume();
    await stalled.closed;
    while (heard().length < size) await immediate();
  });
});

describe('a request that is too large', () => {
  const JSON_TYPE = 'Content-Type: application/json\r\n';
  const FORM = 'Content-Type: application/x-www-form-urlencoded\r\n';

  beforeEach(() => start({}));

  it.each([
    ['the API', '/api/admin/auth/login', JSON_TYPE, 413],
    ['the API, another type', '/api/admin/auth/login', FORM, 415],
    ['no route of the API', '/api/nothing', JSON_TYPE, 413],
    ['a player address', '/player_api.php', FORM, 413],
    ['a stream', '/live/a/b/1.ts', FORM, 413],
    ['nothing', '/nothing', FORM, 413],
  ])('a gigabyte by its length, to %s', async (_what, path, type, status) => {
    const { socket, heard, closed } = await dial();
    socket.write(`POST ${path} HTTP/1.1\r\nHost: a.test\r\n${type}Content-Length: 1073741824\r\n\r\nx`);
    await closed;
    expect(Number(heard().split(' ')[1])).toBe(status);
    expect(heard().toLowerCase()).toContain('connection: close');
  });

  it.each([
    ['POST', '/api/admin/auth/login', JSON_TYPE],
    ['POST', '/player_api.php', FORM],
    ['POST', '/nothing', FORM],
    ['GET', '/healthz', FORM],
    ['GET', '/player_api.php', FORM],
  ])('without an end: %s %s', async (method, path, type) => {
    const { socket, heard, closed } = await dial();
    socket.write(`${method} ${path} HTTP/1.1\r\nHost: a.test\r\n${type}Transfer-Encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    let sent = 0;
    while (!socket.destroyed && sent < 256 * MiB) {
      sent += chunk.length;
      if (!socket.write(chunk)) await Promise.race([closed, once(socket, 'drain').catch(() => undefined)]);
    }
    expect(socket.destroyed).toBe(true);
    expect(sent).toBeLessThan(32 * MiB);
    expect(heard()).toMatch(/^HTTP\/1\.1 [24]\d\d/);
    expect(await lives()).toBe(200);
  });

  it('in its head', async () => {
    const { socket, heard, closed } = await dial();
    socket.write(`GET /healthz HTTP/1.1\r\nHost: a.test\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`);
    await closed;
    expect(read(heard())).toEqual({ status: 431, code: 'request_too_large' });
  });

  it('or no request at all', async () => {
    const { socket, heard, closed } = await dial();
    socket.write('\u0016\u0003\u0001 hello\r\n\r\n');
    await closed;
    expect(read(heard())).toEqual({ status: 400, code: 'invalid_input' });
  });
});

describe('connections', () => {
  it('are bounded in all, and free again at once', async () => {
    await start({ maxConnections: 3 });
    const kept = [await dial(), await dial(), await dial()];
    const fourth = await dial();
    await fourth.closed;
    expect(fourth.heard()).toBe('');
    kept[0]?.socket.destroy();
    await connectionsOpen(2);
    const next = await dial();
    next.socket.write('GET /healthz HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n');
    await next.closed;
    expect(next.heard()).toContain('200 OK');
  });

  it('are bounded for one address, and counted in the metrics', async () => {
    await start({ maxConnectionsPerAddress: 2 });
    const kept = [await dial(), await dial()];
    const third = await dial();
    await third.closed;
    kept[0]?.socket.destroy();
    await connectionsOpen(1);
    const { text } = await ask(server.port, { path: '/metrics' });
    expect(text).toContain('rooftop_http_connections 2');
    expect(text).toContain('rooftop_http_connections_refused 1');
  });

  it('are closed when idle', async () => {
    await start({ keepAliveSeconds: 0.1 });
    const { socket, heard, closed } = await dial();
    socket.write('GET /healthz HTTP/1.1\r\nHost: a.test\r\n\r\n');
    await closed;
    expect(heard()).toContain('200 OK');
  });
});

/** Resolves when the server holds as many connections. */
async function connectionsOpen(wanted: number): Promise<void> {
  const http = server.app.getHttpServer() as Server;
  const count = promisify(http.getConnections.bind(http));
  while ((await count()) !== wanted) await immediate();
}
