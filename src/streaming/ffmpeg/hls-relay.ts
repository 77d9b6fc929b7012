import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import type { ByteRange } from '../../core/hls/read-playlist.js';
import { rewritePlaylist } from '../../core/hls/rewrite-playlist.js';
import type { ReferenceKind } from '../../core/hls/rewrite-playlist.js';
import type { HlsTransport } from '../hls/hls-transport.js';

export interface RelayedStream {
  /** Where ffmpeg finds it. */
  url: string;
  close(): void;
}

export interface RelayRequest {
  transport: HlsTransport;
  /** The playlist to begin with. */
  url: string;
  /** Of a master only this variant is shown. */
  onlyVariant?: string;
}

/** Addresses of one stream that are known at once; the oldest is forgotten first. */
const MAX_ADDRESSES = 20_000;
const EXTENSIONS: Readonly<Record<ReferenceKind, string>> = {
  playlist: 'm3u8',
  segment: 'ts',
  fragment: 'm4s',
  init: 'mp4',
  key: 'key',
};
/** ffmpeg looks at the ending of a name before it looks at the bytes. */
const PLAIN_AUDIO = /\.(aac|ac3|ec3|mp3)(?:$|[?#])/i;

/**
 * Shows HLS streams to ffmpeg on a loopback port. ffmpeg itself never meets the network: every address in a playlist
 * leads here, and is fetched with the guard, the headers and the cookies of its source.
 */
export class HlsRelay {
  private readonly streams = new Map<string, Relayed>();
  private server: Server | undefined;
  private opening: Promise<number> | undefined;

  async open(request: RelayRequest): Promise<RelayedStream> {
    this.opening ??= this.listen();
    const port = await this.opening;
    const token = randomBytes(16).toString('hex');
    const relayed = new Relayed(request, token);
    this.streams.set(token, relayed);
    const close = (): void => {
      if (this.streams.delete(token)) relayed.close();
    };
    return { url: `http://127.0.0.1:${port}${relayed.entry}`, close };
  }

  async close(): Promise<void> {
    for (const relayed of this.streams.values()) relayed.close();
    this.streams.clear();
    const { server } = this;
    if (!server) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  private listen(): Promise<number> {
    const server = createServer((request, response) => {
      const [, token = ''] = /^\/([0-9a-f]{32})\//.exec(request.url ?? '') ?? [];
      const relayed = this.streams.get(token);
      if (!relayed || request.method !== 'GET') return void response.writeHead(404).end();
      relayed.serve(request, response).catch(() => response.destroy());
    });
    this.server = server;
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }
}

/** One stream that is shown. */
class Relayed {
  private readonly addresses = new Map<number, string>();
  private readonly numbers = new Map<string, number>();
  private readonly controller = new AbortController();
  private lastNumber = 0;

  constructor(
    private readonly request: RelayRequest,
    private readonly token: string,
  ) {}

  get entry(): string {
    return this.pathOf(this.request.url, 'playlist');
  }

  close(): void {
    this.controller.abort(new Error('the stream was closed'));
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, number, extension] = /\/(\d{1,10})\.(\w{1,4})$/.exec(request.url ?? '') ?? [];
    const url = this.addresses.get(Number(number));
    if (url === undefined) return void response.writeHead(404).end();
    if (extension === EXTENSIONS.playlist) await this.sendPlaylist(url, response);
    else await this.sendBytes(url, rangeOf(request.headers.range), response);
  }

  private async sendPlaylist(url: string, response: ServerResponse): Promise<void> {
    const { transport, onlyVariant } = this.request;
    const outcome = await transport.text(url, this.controller.signal);
    if (!outcome.ok) return void response.writeHead(outcome.isFinal ? 404 : 503).end();
    const text = rewritePlaylist(outcome.text, {
      addressOf: (uri, kind) =>
        URL.canParse(uri, outcome.url) ? this.pathOf(new URL(uri, outcome.url).href, kind) : null,
      ...(onlyVariant === undefined ? {} : { onlyVariant }),
    });
    response.writeHead(200, { 'content-type': 'application/vnd.apple.mpegurl' }).end(text);
  }

  private async sendBytes(url: string, range: ByteRange | null, response: ServerResponse): Promise<void> {
    const outcome = await this.request.transport.bytes(url, range, this.controller.signal);
    if (!outcome.ok) return void response.writeHead(outcome.isFinal ? 404 : 503).end();
    response.writeHead(range ? 206 : 200, {
      'content-type': 'application/octet-stream',
      ...(range ? { 'content-range': `bytes ${range.offset}-${range.offset + range.length - 1}/*` } : {}),
    });
    pipeline(outcome.body, response, () => {});
  }

  private pathOf(url: string, kind: ReferenceKind): string {
    const number = this.numbers.get(url) ?? this.number(url);
    const audio = kind === 'segment' ? PLAIN_AUDIO.exec(url)?.[1]?.toLowerCase() : undefined;
    return `/${this.token}/${number}.${audio ?? EXTENSIONS[kind]}`;
  }

  private number(url: string): number {
    const number = ++this.lastNumber;
    this.numbers.set(url, number);
    this.addresses.set(number, url);
    const [oldest] = this.numbers;
    // The first is the entry, which ffmpeg asks again and again.
    if (this.numbers.size > MAX_ADDRESSES && oldest) {
      this.numbers.delete(oldest[0]);
      if (oldest[1] === 1) this.numbers.set(oldest[0], 1);
      else this.addresses.delete(oldest[1]);
    }
    return number;
  }
}

function rangeOf(header: string | undefined): ByteRange | null {
  const [, from, to] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header ?? '') ?? [];
  if (from === undefined || to === undefined || Number(to) < Number(from)) return null;
  return { offset: Number(from), length: Number(to) - Number(from) + 1 };
}
