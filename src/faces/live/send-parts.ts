import type { ServerResponse } from 'node:http';

/** One call of the kernel takes about so much at once; after it is known that so much has gone out. */
const STEP_BYTES = 512 * 1024;

/**
 * Sends a body that lies in many pieces and ends the response, whose head says the length. As a stream every piece
 * would be a call of the kernel of its own. `noteSent` is told the bytes of each step that the kernel has taken.
 */
export function sendParts(
  response: ServerResponse,
  parts: readonly Buffer[],
  noteSent: (bytes: number) => void,
): void {
  const { socket } = response.req;
  let at = 0;
  const step = (): void => {
    let bytes = 0;
    let part = parts[at];
    for (; part; part = parts[++at]) {
      bytes += part.length;
      if (bytes >= STEP_BYTES || at === parts.length - 1) break;
      response.write(part);
    }
    if (!part) return void response.end();
    at++;
    // What is written in one turn of the event loop goes out together.
    response.write(part, (error) => {
      // Node.js reports what broke off with its socket as written.
      if (error || socket.destroyed) return;
      noteSent(bytes);
      if (at < parts.length) step();
    });
    if (at === parts.length) response.end();
  };
  step();
}
