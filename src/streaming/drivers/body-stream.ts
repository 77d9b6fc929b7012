import type { Readable } from 'node:stream';
import { usesBytesAtOnce } from '../../platform/http/reused-reads.js';
import { HlsBroken } from '../hls/hls-transport.js';
import { SEAM } from '../hls/hls-body.js';
import type { EndReason, OpenStream, StreamSink } from '../source-driver.js';

/** A body that has begun to speak. */
export interface Opened {
  /** Buffers, with `SEAM` between those that do not continue each other. */
  body: Readable;
  firstBytes: Buffer;
  /** The body is an answer's own. */
  isPlain?: boolean;
}

/** One flow of bytes without a session behind it: a new try is a new opening. */
export class BodyStream implements OpenStream {
  private sink: StreamSink | undefined;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly place: string,
    private readonly opened: Opened,
  ) {
    opened.body.on('error', () => {});
  }

  details(): { place: string } {
    return { place: this.place };
  }

  read(sink: StreamSink): void {
    const { body, firstBytes, isPlain } = this.opened;
    this.sink = sink;
    sink.data(firstBytes);
    body.on('data', (chunk: Buffer) => {
      if (isPlain) usesBytesAtOnce(body, chunk);
      if (chunk === SEAM) this.sink?.seam();
      else this.sink?.data(chunk);
    });
    body.once('end', () => this.over('eof', 'the source closed the stream'));
    body.once('error', (error) => this.broke(error));
    body.once('close', () => this.over('reset', 'the connection closed'));
    if (body.errored) this.broke(body.errored);
    else if (body.readableEnded) this.over('eof', 'the source closed the stream');
    else if (body.destroyed) this.over('reset', 'the connection closed');
    else body.resume();
  }

  pause(): void {
    this.opened.body.pause();
  }

  resume(): void {
    if (this.sink) this.opened.body.resume();
  }

  reopen(): Promise<boolean> {
    return Promise.resolve(false);
  }

  /** Waits for the connection to be gone: a provider that counts connections must not see two. */
  close(): Promise<void> {
    this.sink = undefined;
    const { body } = this.opened;
    this.closing ??= new Promise((resolve) => {
      if (body.closed) return resolve();
      body.once('close', () => resolve());
      body.destroy();
    });
    return this.closing;
  }

  private broke(error: Error): void {
    if (error instanceof HlsBroken) this.over(error.reason, error.message);
    else this.over('reset', (error as NodeJS.ErrnoException).code ?? error.name);
  }

  private over(reason: EndReason, detail: string): void {
    const { sink } = this;
    this.sink = undefined;
    sink?.end({ reason, detail });
  }
}

/**
 * The first bytes, or undefined when the body ends without any. Rejects with the body's error, or with the signal's
 * reason; the body is then destroyed.
 */
export async function firstChunk(body: Readable, signal: AbortSignal): Promise<Buffer | undefined> {
  let settle = (): void => {};
  let stop = (): void => {};
  try {
    return await new Promise<Buffer | undefined>((resolve, reject) => {
      settle = (): void => {
        const chunk = body.read() as Buffer | null;
        if (chunk) resolve(chunk);
        else if (body.errored) reject(body.errored);
        else if (body.readableEnded || body.destroyed) resolve(undefined);
      };
      stop = (): void => {
        body.on('error', () => {});
        body.destroy();
        reject(signal.reason as Error);
      };
      for (const event of ENDINGS) body.on(event, settle);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
    });
  } finally {
    for (const event of ENDINGS) body.removeListener(event, settle);
    signal.removeEventListener('abort', stop);
  }
}

const ENDINGS = ['readable', 'end', 'error', 'close'] as const;
