import { request } from 'node:http';
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { readFrames, strictContinuity } from '../builders/ts-reader.js';
import type { ReadFrame } from '../builders/ts-reader.js';

export interface PlayerOptions {
  method?: string;
  headers?: Record<string, string>;
  /** Keeps what came, for the test to look at. Default: yes. */
  keep?: boolean;
}

/** A player on its own connection: opens an address, takes bytes, pauses, leaves. */
export class StreamPlayer {
  status = 0;
  headers: IncomingHttpHeaders = {};
  bytes = 0;
  /** The server ended the connection, or it broke. */
  isOver = false;
  private readonly chunks: Buffer[] = [];
  private readonly outgoing: ClientRequest;
  private incoming: IncomingMessage | undefined;
  private watchers = new Set<() => void>();
  private failure: Error | undefined;

  constructor(
    port: number,
    path: string,
    private readonly options: PlayerOptions = {},
  ) {
    const { method = 'GET', headers = {} } = options;
    this.outgoing = request({ host: '127.0.0.1', port, path, method, headers, agent: false });
    this.outgoing.once('response', (incoming) => this.answered(incoming));
    this.outgoing.on('error', (error) => this.broke(error));
    this.outgoing.end();
  }

  /** Resolves with the status once the headers are there. */
  async opened(): Promise<number> {
    await this.until(() => this.status > 0 || this.isOver);
    if (this.status === 0) throw this.failure ?? new Error('the server hung up');
    return this.status;
  }

  /** Resolves when at least so many bytes have come; throws when the stream ends before. */
  async received(bytes: number): Promise<void> {
    await this.until(() => this.bytes >= bytes || this.isOver);
    if (this.bytes < bytes) throw new Error(`the stream ended after ${this.bytes} of ${bytes} bytes`);
  }

  /** Resolves when so many more bytes have come than there are now. */
  more(bytes: number): Promise<void> {
    return this.received(this.bytes + bytes);
  }

  /** Resolves when the server ended it. */
  ended(): Promise<void> {
    return this.until(() => this.isOver);
  }

  /** Reads no more; the connection stays. */
  pause(): void {
    this.incoming?.pause();
  }

  resume(): void {
    this.incoming?.resume();
  }

  leave(): void {
    this.outgoing.destroy();
  }

  /** Everything that came, cut to whole packets. */
  get data(): Buffer {
    const all = Buffer.concat(this.chunks);
    return all.subarray(0, all.length - (all.length % 188));
  }

  frames(videoPid?: number): ReadFrame[] {
    return readFrames(this.data, videoPid);
  }

  continuityErrors(): string[] {
    return strictContinuity(this.data);
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!condition()) return;
        this.watchers.delete(look);
        resolve();
      };
      this.watchers.add(look);
      look();
    });
  }

  private answered(incoming: IncomingMessage): void {
    this.incoming = incoming;
    this.status = incoming.statusCode ?? 0;
    this.headers = incoming.headers;
    incoming.on('data', (chunk: Buffer) => {
      this.bytes += chunk.length;
      if (this.options.keep !== false) this.chunks.push(chunk);
      this.changed();
    });
    incoming.on('error', (error) => this.broke(error));
    incoming.once('close', () => this.broke(undefined));
    this.changed();
  }

  private broke(error: Error | undefined): void {
    this.failure ??= error;
    this.isOver = true;
    this.changed();
  }

  private changed(): void {
    for (const look of [...this.watchers]) look();
  }
}
