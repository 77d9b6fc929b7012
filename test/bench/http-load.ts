import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** All answers are read into the same memory: new memory for each would cost more than the rest of the asking. */
const READ_INTO = Buffer.alloc(256 * 1024);

export interface LoadOptions {
  port: number;
  /** One, or several that are asked for in turn. */
  path: string | readonly string[];
  headers: Readonly<Record<string, string>>;
  connections: number;
  seconds: number;
}

export interface LoadResult {
  requests: number;
  seconds: number;
  bytes: number;
  /** Answers that were no 200. */
  failures: number;
  /** From a request's first byte to its answer's last, milliseconds. */
  p50Ms: number;
  p99Ms: number;
}

/**
 * Asks over some kept connections, one request after the other on each, and counts the bytes of the answers without
 * looking at them: cheap enough to load a server from one core.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const tally = { requests: 0, bytes: 0, failures: 0 };
  const waits: number[] = [];
  const startedAt = performance.now();
  const endAt = startedAt + options.seconds * 1000;
  const next = requestsOf(options);
  const connections = Array.from({ length: options.connections }, () =>
    repeat(options.port, next, ({ isGood, bytes, ms }) => {
      tally.requests++;
      tally.bytes += bytes;
      waits.push(ms);
      if (!isGood) tally.failures++;
      return performance.now() < endAt;
    }),
  );
  await Promise.all(connections);
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? NaN;
  return { ...tally, seconds: (performance.now() - startedAt) / 1000, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function requestsOf({ path, port, headers }: LoadOptions): () => string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const tail = ` HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${lines.join('')}\r\n`;
  const requests = [path].flat().map((each) => `GET ${each}${tail}`);
  let asked = 0;
  return () => requests[asked++ % requests.length] ?? '';
}

interface OneAnswer {
  isGood: boolean;
  bytes: number;
  ms: number;
}

/** Sends requests over one connection until `onAnswer` says no. */
function repeat(
  port: number,
  nextRequest: () => string,
  onAnswer: (answer: OneAnswer) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const answer = { remaining: -1, length: 0, isGood: false, askedAt: 0 };
    const ask = (): void => {
      answer.askedAt = performance.now();
      socket.write(nextRequest());
    };
    const read = (chunk: Buffer): void => {
      let body = chunk.length;
      if (answer.remaining < 0) {
        const end = chunk.indexOf('\r\n\r\n');
        // Headers of a loopback server come in one piece; anything else is no answer to count.
        const head = end < 0 ? '' : chunk.toString('latin1', 0, end);
        const length = /\r\ncontent-length: (\d+)/i.exec(head);
        if (!length) return void socket.destroy(new Error(`no length in: ${head.slice(0, 200)}`));
        answer.length = Number(length[1]);
        answer.remaining = answer.length;
        answer.isGood = head.startsWith('HTTP/1.1 200');
        body -= end + 4;
      }
      answer.remaining -= body;
      if (answer.remaining > 0) return;
      answer.remaining = -1;
      const { isGood, length, askedAt } = answer;
      if (onAnswer({ isGood, bytes: length, ms: performance.now() - askedAt })) ask();
      else socket.end();
    };
    const onread = {
      buffer: READ_INTO,
      callback: (size: number): boolean => {
        read(READ_INTO.subarray(0, size));
        return true;
      },
    };
    const socket: Socket = connect({ port, host: '127.0.0.1', onread }, ask);
    socket.on('error', reject);
    socket.on('close', () => resolve());
  });
}
