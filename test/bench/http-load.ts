import { connect } from 'node:net';
import type { Socket } from 'node:net';

export interface LoadOptions {
  port: number;
  path: string;
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
}

/**
 * Asks the same thing over some kept connections, one request after the other on each, and counts the bytes of
 * the answers without looking at them: cheap enough to load a server from one core.
 */
export async function load(options: LoadOptions): Promise<LoadResult> {
  const tally = { requests: 0, bytes: 0, failures: 0 };
  const startedAt = performance.now();
  const endAt = startedAt + options.seconds * 1000;
  const lines = Object.entries(options.headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const request = `GET ${options.path} HTTP/1.1\r\nHost: 127.0.0.1:${options.port}\r\n${lines.join('')}\r\n`;
  const connections = Array.from({ length: options.connections }, () =>
    repeat(options.port, request, (isGood, bytes) => {
      tally.requests++;
      tally.bytes += bytes;
      if (!isGood) tally.failures++;
      return performance.now() < endAt;
    }),
  );
  await Promise.all(connections);
  return { ...tally, seconds: (performance.now() - startedAt) / 1000 };
}

/** Sends the request again and again over one connection until `onAnswer` says no. */
function repeat(
  port: number,
  request: string,
  onAnswer: (isGood: boolean, bytes: number) => boolean,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(port, '127.0.0.1', () => socket.write(request));
    const answer = { remaining: -1, length: 0, isGood: false };
    socket.on('error', reject);
    socket.on('close', () => resolve());
    socket.on('data', (chunk: Buffer) => {
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
      if (onAnswer(answer.isGood, answer.length)) socket.write(request);
      else socket.end();
    });
  });
}
