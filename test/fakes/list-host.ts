import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { BodyFault, ConnectionFault, ReplyFault } from './faults/fault.js';
import type { FaultPlace } from './faults/fault-book.js';
import type { Exchange } from './net/exchange.js';
import { FaultyHost } from './net/faulty-host.js';
import type { FaultyHostOptions } from './net/faulty-host.js';

export type ListBody = string | Buffer;

export interface ListDocument {
  /** A function gets the number of the request (from 0) and may answer differently each time. */
  body: ListBody | ((request: number) => ListBody);
  contentType?: string;
  /** How the body travels: plain, gzip by header where the caller accepts it, or a gzip file (`list.m3u.gz`). */
  gzip?: 'none' | 'encoding' | 'file';
  /** `strong` (default), `weak`, `none`, or this very text. */
  etag?: 'strong' | 'weak' | 'none' | `"${string}"`;
  lastModified?: Date;
  /** Conditional requests are answered with the whole body all the same. */
  ignoresConditions?: boolean;
  status?: number;
  headers?: Readonly<Record<string, string>>;
}

export interface ListHostOptions extends FaultyHostOptions {
  documents?: Readonly<Record<string, ListDocument | ListBody>>;
  /** Files of this folder are served below `/`. */
  folder?: string;
}

export type ListFault = ConnectionFault | Exclude<ReplyFault, { kind: 'redirectForeignHost' }> | BodyFault;

const BOMB_BLOCK = 1024 * 1024;

/** Serves lists and guides from memory or a folder, politely or not. Faults are scoped by path. */
export class ListHost extends FaultyHost<ListFault> {
  private readonly documents = new Map<string, ListDocument>();
  private readonly served = new Map<string, number>();
  private readonly folder: string | undefined;

  constructor(options: ListHostOptions = {}) {
    super(options);
    this.folder = options.folder;
    for (const [at, document] of Object.entries(options.documents ?? {})) this.put(at, document);
  }

  /** Puts (or replaces) what stands at a path; returns its address. */
  put(at: string, document: ListDocument | ListBody): string {
    const full = at.startsWith('/') ? at : `/${at}`;
    const isBody = typeof document === 'string' || Buffer.isBuffer(document);
    this.documents.set(full, isBody ? { body: document } : document);
    return `${this.url}${full}`;
  }

  remove(at: string): void {
    this.documents.delete(at);
  }

  protected placeOf({ path: at }: Exchange): FaultPlace {
    return { route: 'document', contentKeys: [at] };
  }

  protected answer(exchange: Exchange): void {
    const document = this.documents.get(exchange.path) ?? this.fromFolder(exchange.path);
    if (!document) return exchange.text(404, 'not found');
    const count = this.served.get(exchange.path) ?? 0;
    this.served.set(exchange.path, count + 1);
    const body = typeof document.body === 'function' ? document.body(count) : document.body;
    this.serveDocument(exchange, document, Buffer.from(body as Buffer));
  }

  private serveDocument(exchange: Exchange, document: ListDocument, plain: Buffer): void {
    const headers: Record<string, string> = {
      'Content-Type': document.contentType ?? 'application/octet-stream',
      ...validators(document, plain),
      ...document.headers,
    };
    if (!document.ignoresConditions && isUnchanged(exchange, headers)) return exchange.send(304, '', headers);
    const accepts = (exchange.req.headers['accept-encoding'] ?? '').includes('gzip');
    const encoded = document.gzip === 'encoding' && accepts;
    if (encoded) headers['Content-Encoding'] = 'gzip';
    const body = encoded || document.gzip === 'file' ? gzipSync(plain) : plain;
    if (exchange.req.method === 'HEAD') return exchange.send(200, '', headers);
    if (this.misbehave(exchange, headers, body)) return;
    exchange.send(document.status ?? 200, body, headers);
  }

  private misbehave(exchange: Exchange, headers: Record<string, string>, body: Buffer): boolean {
    const place = this.placeOf(exchange);
    const cut = this.faultBook.take('truncatedBody', place);
    if (cut) {
      const head = { ...headers, 'Content-Length': String(body.length) };
      exchange.rawStart('HTTP/1.1 200 OK', head).end(body.subarray(0, cut.atBytes));
      return true;
    }
    const drip = this.faultBook.take('slowDrip', place);
    if (drip) {
      this.drip(exchange, { ...headers, 'Content-Length': String(body.length) }, body, drip);
      return true;
    }
    const bomb = this.faultBook.take('gzipBomb', place);
    if (bomb) {
      const block = gzipSync(Buffer.alloc(BOMB_BLOCK));
      const head = { ...headers, 'Content-Encoding': 'gzip', Connection: 'close' };
      repeat(exchange, head, block, Math.ceil(bomb.bytes / BOMB_BLOCK));
      return true;
    }
    if (this.faultBook.take('brokenGzip', place)) {
      exchange.send(200, body, { ...headers, 'Content-Encoding': 'gzip' });
      return true;
    }
    if (!this.faultBook.take('endlessBody', place)) return false;
    repeat(exchange, { ...headers, Connection: 'close' }, body, Number.POSITIVE_INFINITY);
    return true;
  }

  private drip(
    exchange: Exchange,
    headers: Record<string, string>,
    body: Buffer,
    { bytes, everyMs }: { bytes: number; everyMs: number },
  ): void {
    const socket = exchange.rawStart('HTTP/1.1 200 OK', headers);
    const send = (from: number): void => {
      if (socket.destroyed) return;
      if (from >= body.length) return void socket.end();
      socket.write(body.subarray(from, from + bytes));
      this.timers.after(everyMs, () => send(from + bytes));
    };
    send(0);
  }

  private fromFolder(at: string): ListDocument | undefined {
    if (this.folder === undefined) return undefined;
    const file = path.join(this.folder, path.normalize(decodeURIComponent(at)));
    if (!file.startsWith(path.resolve(this.folder) + path.sep)) return undefined;
    const info = statSync(file, { throwIfNoEntry: false });
    return info?.isFile() ? { body: readFileSync(file), lastModified: info.mtime } : undefined;
  }
}

export async function createListHost(options: ListHostOptions = {}): Promise<ListHost> {
  const host = new ListHost(options);
  await host.open();
  return host;
}

function validators({ etag = 'strong', lastModified }: ListDocument, body: Buffer): Record<string, string> {
  const digest = createHash('sha1').update(body).digest('hex').slice(0, 16);
  const tags = { strong: `"${digest}"`, weak: `W/"${digest}"`, none: '' };
  const tag = etag in tags ? tags[etag as keyof typeof tags] : etag;
  return {
    ...(tag === '' ? {} : { ETag: tag }),
    ...(lastModified ? { 'Last-Modified': lastModified.toUTCString() } : {}),
  };
}

function isUnchanged({ req }: Exchange, headers: Readonly<Record<string, string>>): boolean {
  const tags = req.headers['if-none-match'];
  if (tags !== undefined) {
    const known = tags.split(',').map((tag) => tag.trim());
    return headers.ETag !== undefined && (known.includes(headers.ETag) || known.includes('*'));
  }
  const since = req.headers['if-modified-since'];
  const modified = headers['Last-Modified'];
  return since !== undefined && modified !== undefined && Date.parse(modified) <= Date.parse(since);
}

/** Sends a block so many times, never faster than it is taken. */
function repeat(exchange: Exchange, headers: Record<string, string>, block: Buffer, times: number): void {
  const socket = exchange.rawStart('HTTP/1.1 200 OK', headers);
  let left = times;
  const send = (): void => {
    while (left > 0 && !socket.destroyed) {
      left--;
      if (!socket.write(block)) return void socket.once('drain', send);
    }
    socket.end();
  };
  send();
}
