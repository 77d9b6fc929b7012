import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ReaderEnd, ReaderSink } from '../../playback/playback.service.js';

/**
 * Brings a stream into a response whose headers have been sent. The body has no chunks, so its bytes go straight into
 * the socket: the way through the response would cost half as much again for every write.
 */
export class ResponseSink implements ReaderSink {
  /** Why the server ended it; undefined while it runs, and when the player left. */
  ended: ReaderEnd | undefined;

  constructor(
    private readonly response: ServerResponse,
    private readonly socket: Socket,
  ) {}

  write(chunk: Buffer): boolean {
    return this.socket.write(chunk);
  }

  onDrain(resume: () => void): void {
    this.socket.on('drain', resume);
  }

  pendingBytes(): number {
    return this.socket.writableLength;
  }

  end(reason: ReaderEnd): void {
    this.ended = reason;
    // What a stuck player has not taken yet would hold the connection open for ever.
    if (this.socket.writableLength > 0) this.response.destroy();
    else this.response.end();
  }
}
