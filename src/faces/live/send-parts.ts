import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** One call of the kernel takes about so much at once; after it is known that so much has gone out. */
const STEP_BYTES = 512 * 1024;

/**
 * Sends a body that lies in many pieces and ends the response, whose head says the length. As a stream every piece
 * would be a call of the kernel of its own, and through the response each costs as much as a few kilobytes: they go
 * straight into the socket. `noteSent` is told the bytes of each step that the kernel has taken.
 */
export function sendParts(
  response: ServerResponse,
  parts: readonly Buffer[],
  noteSent: (bytes: number) => void,
): void {
  const { socket } = response.req;
  // Behind an earlier answer on the same connection there is no socket yet.
  const sink: Writable = response.socket ?? response;
  let at = 0;
  const step = (): void => {
    let bytes = 0;
    const taken = (error?: Error | null): void => {
      // Node.js reports what broke off with its socket as written.
      if (error || socket.destroyed) return;
      noteSent(bytes);
      if (at < parts.length) step();
    };
    sink.cork();
    for (let isLast = false; !isLast && at < parts.length;) {
      const part = parts[at++] as Buffer;
      bytes += part.length;
      isLast = bytes >= STEP_BYTES || at === parts.length;
      if (isLast) sink.write(part, taken);
      else sink.write(part);
    }
    if (at === parts.length) response.end();
    sink.uncork();
  };
  // The head goes out with the first step.
  sink.cork();
  response.flushHeaders();
  step();
  sink.uncork();
}
