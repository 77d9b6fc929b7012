import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HostedFile {
  /** Bytes; the content is made as it is read, so that it may be larger than any memory. */
  size: number;
  /** Takes no notice of ranges. */
  noRanges?: boolean;
  /** Sends no length, and so no ranges. */
  noLength?: boolean;
  /** Says of a part that it begins so many bytes later than it does. */
  lie?: number;
  etag?: string;
}

const CHUNK = 64 * 1024;

/** The byte at an offset: parts of a file can be told from each other. */
export function byteAt(offset: number): number {
  return (offset * 31 + Math.floor(offset / 256) * 7) % 251;
}

export function bytesAt(first: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let at = 0; at < length; at++) bytes[at] = byteAt(first + at);
  return bytes;
}

/** A loopback server of films, with ranges and their faults; counts what it really sends. */
export class FileHost {
  readonly requests: { path: string; method: string; headers: IncomingMessage['headers'] }[] = [];
  readonly files = new Map<string, HostedFile>();
  /** Looks at a request first; true when it has answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
  bytesSent = 0;
  /** Answers that are being sent. */
  open = 0;
  private readonly server: Server;

  constructor() {
    this.server = createServer((request, response) => this.answer(request, response));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  /** Returns the address. */
  add(path: string, file: HostedFile): string {
    this.files.set(path, file);
    return `${this.url}${path}`;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '/';
    this.requests.push({ path, method: request.method ?? '', headers: request.headers });
    if (this.intercept(request, response)) return;
    const file = this.files.get(path);
    if (!file) return void response.writeHead(404, { 'content-type': 'text/html' }).end('<html>none</html>');
    const { size, etag, lie = 0 } = file;
    const shared = { 'content-type': 'video/x-matroska', ...(etag === undefined ? {} : { etag }) };
    const range = this.rangeOf(request, file);
    if (file.noLength) {
      response.writeHead(200, shared);
      return this.send(response, 0, size);
    }
    if (!range) {
      response.writeHead(200, { ...shared, 'content-length': size });
      return this.send(response, 0, size);
    }
    if (range.first >= size) {
      return void response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
    }
    response.writeHead(206, {
      ...shared,
      'content-range': `bytes ${range.first + lie}-${range.last + lie}/${size + lie}`,
      'content-length': range.last - range.first + 1,
    });
    this.send(response, range.first, range.last - range.first + 1);
  }

  private rangeOf({ headers }: IncomingMessage, file: HostedFile): { first: number; last: number } | null {
    const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? [];
    if (file.noRanges || file.noLength || (from === '' && to === '')) return null;
    if (headers['if-range'] !== undefined && headers['if-range'] !== file.etag) return null;
    if (from === '') return { first: Math.max(0, file.size - Number(to)), last: file.size - 1 };
    return { first: Number(from), last: Math.min(to === '' ? Infinity : Number(to), file.size - 1) };
  }

  private send(response: ServerResponse, first: number, length: number): void {
    let at = first;
    const end = first + length;
    this.open++;
    response.once('close', () => this.open--);
    const push = (): void => {
      while (at < end && !response.destroyed) {
        const chunk = bytesAt(at, Math.min(CHUNK, end - at));
        at += chunk.length;
        this.bytesSent += chunk.length;
        if (!response.write(chunk)) return void response.once('drain', push);
      }
      response.end();
    };
    push();
  }
}

export async function openFileHost(): Promise<FileHost> {
  return new FileHost().listen();
}
