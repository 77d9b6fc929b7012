import type { ServerResponse } from 'node:http';
import type { ReaderEnd, ReaderSink } from '../../playback/playback.service.js';

/** Brings a stream into a response whose headers have been sent. */
export class ResponseSink implements ReaderSink {
  /** Why the server ended it; undefined while it runs, and when the player left. */
  ended: ReaderEnd | undefined;

  constructor(private readonly response: ServerResponse) {}

  write(chunk: Buffer): boolean {
    return this.response.write(chunk);
  }

  onDrain(resume: () => void): void {
    this.response.on('drain', resume);
  }

  pendingBytes(): number {
    return this.response.writableLength;
  }

  end(reason: ReaderEnd): void {
    this.ended = reason;
    // What a stuck player has not taken yet would hold the connection open for ever.
    if (this.response.writableLength > 0) this.response.destroy();
    else this.response.end();
  }
}
