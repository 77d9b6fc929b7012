import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent } from 'undici';
import { seededRandom } from '../../../test/fakes/net/seeded-random.js';
import type { ReadTurns } from './read-turns.js';
import { connectorWithReusedReads, usesBytesAtOnce } from './reused-reads.js';

/** Turns that come when the test says so. */
class HandTurns implements ReadTurns {
  private readonly waiting: (() => void)[] = [];
  private onWait = (): void => {};

  wait(readOn: () => void): void {
    this.waiting.push(readOn);
    this.onWait();
  }

  /** Resolves when a connection waits. */
  async waited(): Promise<void> {
    while (this.waiting.length === 0) await new Promise<void>((resolve) => (this.onWait = resolve));
  }

  take(): void {
    for (const readOn of this.waiting.splice(0)) readOn();
  }
}

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: video/mp2t\r\n';
const open: { destroy: () => Promise<unknown> }[] = [];
const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(open.splice(0).map((agent) => agent.destroy()));
  for (const server of servers.splice(0)) {
    server.close();
    await once(server, 'close');
  }
});

/** A host in whose hand it is what goes over the wire, and when. */
async function aHost(answer: (socket: Socket) => unknown): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => answer(socket));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function get(url: string, turns?: ReadTurns): Promise<{ type: unknown; body: Readable }> {
  const agent = new Agent({ connect: connectorWithReusedReads({ timeout: 5_000 }, turns) });
  open.push(agent);
  const { body, headers } = await agent.request({ origin: url, path: '/', method: 'GET', reset: true });
  body.on('error', () => {});
  return { type: headers['content-type'], body };
}

/** Copies what comes, so that it can be compared with what was sent. */
function receive(body: Readable, onChunk: (chunk: Buffer) => void = () => {}): Promise<Buffer> {
  const copies: Buffer[] = [];
  body.on('data', (chunk: Buffer) => {
    usesBytesAtOnce(body, chunk);
    copies.push(Buffer.from(chunk));
    onChunk(chunk);
  });
  return once(body, 'end').then(() => Buffer.concat(copies));
}

/** No two stretches of it are alike. */
function pattern(seed: number, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) bytes.writeUInt32LE(at * 4 + seed, at);
  return bytes;
}

/** In pieces of odd lengths, each after the last has gone out. */
async function send(
  socket: Socket,
  bytes: Buffer,
  seed: number,
  wrap = (part: Buffer): Buffer => part,
): Promise<void> {
  const random = seededRandom(seed);
  for (let at = 0; at < bytes.length;) {
    const part = bytes.subarray(at, at + 1 + Math.floor(random() * 40_000));
    at += part.length;
    await new Promise((resolve) => socket.write(wrap(part), resolve));
  }
}

const chunked = (part: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);

describe('reads into memory that is used again', () => {
  it('bring what several hosts send at the same time, whatever pauses', async () => {
    const sizes = [400_000, 300_000, 350_000];
    const received = await Promise.all(
      sizes.map(async (size, seed) => {
        const url = await aHost(async (socket) => {
          const isChunked = seed === 1;
          socket.write(
            `${HEAD}${isChunked ? 'transfer-encoding: chunked\r\n' : 'connection: close\r\n'}\r\n`,
          );
          await send(socket, pattern(seed, size), seed, isChunked ? chunked : undefined);
          socket.end(isChunked ? '0\r\n\r\n' : '');
        });
        const { body } = await get(url);
        const random = seededRandom(seed + 10);
        return receive(body, () => {
          if (random() > 0.4) return;
          body.pause();
          setImmediate(() => body.resume());
        });
      }),
    );
    received.forEach((bytes, seed) => expect(bytes.equals(pattern(seed, bytes.length))).toBe(true));
    expect(received.map(({ length }) => length)).toEqual(sizes);
  });

  it('really use it again for who has done with it at once, and not for others', async () => {
    const answer = async (socket: Socket): Promise<void> => {
      socket.write(`${HEAD}connection: close\r\n\r\n`);
      await send(socket, pattern(1, 600_000), 1);
      socket.end();
    };
    const memories = new Set<ArrayBufferLike>();
    const { body } = await get(await aHost(answer));
    let chunks = 0;
    await receive(body, ({ buffer }) => {
      memories.add(buffer);
      chunks++;
    });
    expect(memories.size).toBeLessThan(chunks / 2);
    const kept = await get(await aHost(answer));
    const parts = (await kept.body.toArray()) as Buffer[];
    expect(Buffer.concat(parts).equals(pattern(1, 600_000))).toBe(true);
  });

  it('gather after the first megabyte what comes between two turns, the end as well', async () => {
    const turns = new HandTurns();
    const sent: Buffer[] = [];
    let host: Socket | undefined;
    const say = async (bytes: Buffer): Promise<void> => {
      sent.push(bytes);
      await new Promise((resolve) => host?.write(bytes, resolve));
    };
    const url = await aHost((socket) => {
      host = socket;
      socket.write(`${HEAD}connection: close\r\n\r\n`);
      return say(pattern(1, 1_300_000));
    });
    const { body } = await get(url, turns);
    const sizes: number[] = [];
    const received = receive(body, ({ length }) => sizes.push(length));
    const turnsUntil = async (size: number): Promise<number> => {
      let taken = 0;
      await turns.waited();
      for (; sizes.reduce((sum, part) => sum + part, 0) < size; taken++) {
        turns.take();
        await turns.waited();
      }
      return taken;
    };
    await turnsUntil(1_300_000);
    const before = sizes.length;
    for (let seed = 0; seed < 20; seed++) await say(pattern(seed, 1_316));
    const taken = await turnsUntil(1_300_000 + 20 * 1_316);
    expect(sizes.length - before).toBe(taken);
    host?.end();
    turns.take();
    expect((await received).equals(Buffer.concat(sent))).toBe(true);
  });

  it('keep the head of an answer that comes in pieces', async () => {
    const other = await aHost((socket) =>
      socket.write(`${HEAD}connection: close\r\n\r\n${'#'.repeat(5_000)}`),
    );
    const url = await aHost(async (socket) => {
      for (const part of `${HEAD}connection: close\r\n\r\nend`.match(/.{1,9}/gs) ?? []) {
        await new Promise((resolve) => socket.write(part, resolve));
        await get(other);
      }
      socket.end();
    });
    const { type, body } = await get(url);
    expect(type).toBe('video/mp2t');
    expect((await receive(body)).toString()).toBe('end');
  });

  it('keep what came for a receiver that rests, the end and all', async () => {
    const url = await aHost((socket) => {
      socket.end(Buffer.concat([Buffer.from(`${HEAD}connection: close\r\n\r\n`), pattern(3, 300_000)]));
    });
    const { body } = await get(url);
    const other = await get(await aHost((socket) => void socket.end(`${HEAD}\r\n${'#'.repeat(70_000)}`)));
    await receive(other.body);
    expect((await receive(body)).equals(pattern(3, 300_000))).toBe(true);
  });

  it('tell of a connection that breaks', async () => {
    const url = await aHost((socket) => {
      socket.write(`${HEAD}content-length: 100\r\n\r\nsome`, () => socket.resetAndDestroy());
    });
    const { body } = await get(url);
    const received: string[] = [];
    body.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    await once(body, 'close').catch(() => undefined);
    expect([received, body.errored]).toEqual([['some'], expect.any(Error)]);
  });
});
