import { once } from 'node:events';
import { request } from 'node:http';
import type { ClientRequest, IncomingMessage } from 'node:http';

export interface StreamReaderOptions {
  headers?: Readonly<Record<string, string>>;
  method?: string;
  maxRedirects?: number;
  /** Keeps the bytes (default); false only counts them. */
  keep?: boolean;
}

/** How a body ended: properly, or in the middle. */
export type BodyEnd = 'end' | 'broken';

/** A plain HTTP reader of an endless body, on a connection of its own. */
export class StreamReader {
  received = 0;
  /** How the body ended; pending while it goes on. */
  readonly ended: Promise<BodyEnd>;
  private end: BodyEnd | undefined;
  private readonly parts: Buffer[] = [];
  private readonly watchers = new Set<() => void>();

  private constructor(
    private readonly sent: ClientRequest,
    private readonly response: IncomingMessage,
    readonly url: string,
    keep: boolean,
  ) {
    response.on('data', (part: Buffer) => {
      this.received += part.length;
      if (keep) this.parts.push(part);
      this.changed();
    });
    this.ended = new Promise((resolve) => {
      const finish = (end: BodyEnd): void => {
        this.end ??= end;
        this.changed();
        resolve(this.end);
      };
      response.on('end', () => finish('end'));
      response.on('error', () => finish('broken'));
      response.on('close', () => finish('broken'));
      sent.on('error', () => finish('broken'));
    });
  }

  /** Resolves with the headers of the last answer; rejects where there is none. */
  static async open(url: string, options: StreamReaderOptions = {}): Promise<StreamReader> {
    let target = url;
    for (let left = options.maxRedirects ?? 3; ; left--) {
      const sent = request(target, {
        method: options.method ?? 'GET',
        agent: false,
        headers: { 'Accept-Encoding': 'identity', ...options.headers },
      });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const { location } = response.headers;
      if ((response.statusCode ?? 0) < 300 || (response.statusCode ?? 0) >= 400 || !location || left <= 0) {
        return new StreamReader(sent, response, target, options.keep ?? true);
      }
      sent.on('error', () => response.destroy());
      response.resume();
      sent.destroy();
      target = new URL(location, target).href;
    }
  }

  get status(): number {
    return this.response.statusCode ?? 0;
  }

  get headers(): IncomingMessage['headers'] {
    return this.response.headers;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.parts);
  }

  /** The whole body, once it has ended. */
  async text(): Promise<string> {
    await this.ended;
    return this.bytes.toString('utf8');
  }

  /** Resolves with everything so far as soon as there are so many bytes; rejects if the body ends before. */
  async atLeast(count: number): Promise<Buffer> {
    await this.until(() => this.received >= count || this.end !== undefined);
    if (this.received < count) throw new Error(`the body ended (${this.end}) after ${this.received} bytes`);
    return this.bytes;
  }

  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (condition()) return resolve();
      const callback = (): void => {
        if (!condition()) return;
        this.watchers.delete(callback);
        resolve();
      };
      this.watchers.add(callback);
    });
  }

  pause(): void {
    this.response.pause();
  }

  resume(): void {
    this.response.resume();
  }

  /** Hangs up. */
  close(): void {
    this.sent.destroy();
  }

  private changed(): void {
    for (const callback of [...this.watchers]) callback();
  }
}
