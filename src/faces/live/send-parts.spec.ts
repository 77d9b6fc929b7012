import { afterEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { sendParts } from './send-parts.js';

const MEGABYTE = 1024 * 1024;

describe('sendParts', () => {
  const servers: Server[] = [];

  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
      if (server.listening) await once(server, 'close');
    }
  });

  /** `calls` has an entry for each time that bytes were handed to the kernel, `noted` the bytes of each step. */
  async function serve(
    parts: readonly Buffer[],
  ): Promise<{ port: number; noted: number[]; calls: string[]; left: Promise<void> }> {
    const noted: number[] = [];
    const calls: string[] = [];
    let leave = (): void => {};
    const left = new Promise<void>((resolve) => (leave = resolve));
    const server = createServer((request, response) => {
      watchWrites(request.socket, calls);
      response.on('error', () => {}).once('close', leave);
      const length = parts.reduce((sum, part) => sum + part.length, 0);
      response.writeHead(200, { 'content-length': length });
      sendParts(response, parts, (bytes) => noted.push(bytes));
    });
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: (server.address() as AddressInfo).port, noted, calls, left };
  }

  async function ask(port: number): Promise<IncomingMessage> {
    const [response] = (await once(get({ host: '127.0.0.1', port, agent: false }), 'response')) as [
      IncomingMessage,
    ];
    return response;
  }

  async function read(port: number): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for await (const chunk of await ask(port)) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  }

  it('sends every byte once, in order, and tells all of them', async () => {
    const lengths = fc.array(fc.integer({ min: 0, max: 300_000 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(lengths, async (wanted) => {
        const parts = wanted.map((length, at) => Buffer.alloc(length, at + 1));
        const { port, noted, left } = await serve(parts);
        const whole = Buffer.concat(parts);
        expect((await read(port)).equals(whole)).toBe(true);
        await left;
        expect(noted.reduce((sum, bytes) => sum + bytes, 0)).toBe(whole.length);
      }),
      { numRuns: 20 },
    );
  });

  it('hands many pieces to the kernel in few calls', async () => {
    const parts = Array.from({ length: 200 }, () => Buffer.alloc(MEGABYTE / 100));
    const { port, calls } = await serve(parts);
    expect((await read(port)).length).toBe(200 * Math.floor(MEGABYTE / 100));
    // Two megabytes in steps of half of one, the head with the first of them.
    expect(calls.length).toBeLessThanOrEqual(4);
  });

  it('keeps the order of answers to questions that came together', async () => {
    const parts = [Buffer.alloc(700_000, 'a'), Buffer.alloc(300_000, 'b')];
    const { port, noted } = await serve(parts);
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: host\r\n\r\nGET / HTTP/1.1\r\nHost: host\r\nConnection: close\r\n\r\n',
    );
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);
    const [nothing, ...answers] = Buffer.concat(chunks).toString('latin1').split('HTTP/1.1 200 OK');
    expect(nothing).toBe('');
    expect(
      answers.map((answer) => answer.split('\r\n\r\n')[1] === 'a'.repeat(700_000) + 'b'.repeat(300_000)),
    ).toEqual([true, true]);
    expect(noted.reduce((sum, bytes) => sum + bytes, 0)).toBe(2_000_000);
  });

  it('does not tell what a player never took', async () => {
    const parts = Array.from({ length: 64 }, () => Buffer.alloc(MEGABYTE));
    const { port, noted, left } = await serve(parts);
    const response = await ask(port);
    await once(response, 'data');
    response.destroy();
    await left;
    expect(noted.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThan(64 * MEGABYTE);
  });
});

function watchWrites(socket: Socket, calls: string[]): void {
  for (const name of ['_write', '_writev'] as const) {
    const original = socket[name]?.bind(socket) as ((...given: unknown[]) => void) | undefined;
    Object.assign(socket, {
      [name]: (...given: unknown[]) => {
        calls.push(name);
        original?.(...given);
      },
    });
  }
}
