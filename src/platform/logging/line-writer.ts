import { write as writeCallback, writeSync } from 'node:fs';
import type { Clock } from '../clock.js';
import { errorCode } from '../errors/error-code.js';

export interface LineWriterOptions {
  /** Bytes that may wait for a reader who is slow; further lines are dropped and counted. */
  maxWaiting?: number;
}

/** How long a full non-blocking pipe is left alone. */
const RETRY_MS = 20;
/** A full pipe is tried this often at the very end, then given up. */
const LAST_TRIES = 50;

/**
 * Writes lines to a file descriptor without ever blocking: Node itself writes to pipes synchronously, so a log reader
 * that stops would stop the server. When nobody reads any more (EPIPE), lines are thrown away.
 */
export class LineWriter {
  private waiting: Buffer[] = [];
  private waitingBytes = 0;
  private writing: Buffer | undefined;
  private broken = false;
  private idle: (() => void)[] = [];
  private readonly maxWaiting: number;
  dropped = 0;

  constructor(
    private readonly fd: number,
    private readonly clock: Clock,
    options: LineWriterOptions = {},
  ) {
    this.maxWaiting = options.maxWaiting ?? 4 * 1024 * 1024;
  }

  write(line: string): void {
    const bytes = Buffer.from(line);
    if (this.broken || this.waitingBytes + bytes.length > this.maxWaiting) {
      this.dropped++;
      return;
    }
    this.waiting.push(bytes);
    this.waitingBytes += bytes.length;
    if (!this.writing) this.writeNext();
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    if (!this.writing) return Promise.resolve();
    return new Promise((resolve) => this.idle.push(resolve));
  }

  /** For the exit of the process: what waits is written as far as the reader takes it. */
  flushSync(): void {
    let rest = Buffer.concat(this.waiting);
    this.forget();
    for (let tries = 0; rest.length > 0 && tries < LAST_TRIES; tries++) {
      try {
        rest = rest.subarray(writeSync(this.fd, rest));
      } catch (error) {
        if (errorCode(error) !== 'EAGAIN') return;
      }
    }
  }

  private writeNext(): void {
    const batch = Buffer.concat(this.waiting);
    this.forget();
    if (batch.length === 0) {
      this.writing = undefined;
      for (const resolve of this.idle.splice(0)) resolve();
      return;
    }
    this.writing = batch;
    writeCallback(this.fd, batch, (error, written) => this.onWritten(batch, error, written));
  }

  private onWritten(batch: Buffer, error: NodeJS.ErrnoException | null, written: number): void {
    const full = error?.code === 'EAGAIN';
    if (error && !full) {
      this.broken = true;
      this.forget();
    } else if (full || written < batch.length) {
      const rest = batch.subarray(full ? 0 : written);
      this.waiting.unshift(rest);
      this.waitingBytes += rest.length;
    }
    if (full) this.clock.setTimer(RETRY_MS, () => this.writeNext());
    else this.writeNext();
  }

  private forget(): void {
    this.waiting = [];
    this.waitingBytes = 0;
  }
}
