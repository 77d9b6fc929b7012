import type { ReaderEnd, ReaderSink } from '../../src/streaming/reader.js';

/** A socket in memory that can be told to refuse. */
export class FakeSink implements ReaderSink {
  readonly chunks: Buffer[] = [];
  readonly ends: ReaderEnd[] = [];
  blocked = false;
  pending = 0;
  private resume: () => void = () => {};

  write(chunk: Buffer): boolean {
    // As a socket does: what was given may change when it has been sent.
    this.chunks.push(Buffer.from(chunk));
    if (this.blocked) this.pending += chunk.length;
    return !this.blocked;
  }

  onDrain(resume: () => void): void {
    this.resume = resume;
  }

  pendingBytes(): number {
    return this.pending;
  }

  end(reason: ReaderEnd): void {
    this.ends.push(reason);
  }

  drain(): void {
    this.pending = 0;
    this.resume();
  }

  get data(): Buffer {
    return Buffer.concat(this.chunks);
  }
}
