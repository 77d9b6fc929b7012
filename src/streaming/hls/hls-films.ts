import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { hasSeparateAudio, rankVariants } from '../../core/hls/choose-variant.js';
import { readPlaylist } from '../../core/hls/read-playlist.js';
import type { Clock } from '../../platform/clock.js';
import { HttpTransport } from '../drivers/http-transport.js';
import { SourceRequests } from '../drivers/source-requests.js';
import type { OpenFile } from '../files/file-hosts.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';
import { HlsFilmList } from './hls-film-list.js';
import type { HlsTransport, TextOutcome } from './hls-transport.js';
import { openHls } from './open-hls.js';
import type { HlsConverter } from './open-hls.js';

export interface HlsFilmsOptions {
  clock: Clock;
  background: (name: string, work: Promise<unknown>) => void;
  /** The guarded HTTP client, see `HttpDriverOptions`. */
  dispatcher: (source: StreamSource) => Dispatcher;
  converter: HlsConverter;
}

export type HlsFilmOutcome =
  | { kind: 'list'; list: HlsFilmList }
  /** It has to be put together for players: only `openStream` plays it. */
  | { kind: 'stream-only' }
  | { kind: 'failed'; failure: StreamFailure };

export type HlsStreamOutcome = { kind: 'open'; file: OpenFile } | { kind: 'failed'; failure: StreamFailure };

/** Films that stand in segments on other servers: as a playlist whose pieces come through us, or as one stream. */
export class HlsFilms {
  constructor(private readonly options: HlsFilmsOptions) {}

  /** The best variant, with which players seek. */
  async openList(source: StreamSource, signal: AbortSignal): Promise<HlsFilmOutcome> {
    const transport = this.transportOf(source);
    const first = await transport.text(source.locator, signal);
    if (!first.ok) return { kind: 'failed', failure: first.failure };
    const master = readPlaylist(first.text);
    if (master.kind !== 'master') return listOf(transport, first);
    const [best] = rankVariants(master, { wholeOnly: true });
    if (!best || !URL.canParse(best.uri, first.url)) return bad('the playlist names no stream');
    if (hasSeparateAudio(master, best)) return { kind: 'stream-only' };
    const media = await transport.text(new URL(best.uri, first.url).href, signal);
    return media.ok ? listOf(transport, media) : { kind: 'failed', failure: media.failure };
  }

  /** The best variant from its beginning to its end as one transport stream: nothing tells where a byte would lie. */
  async openStream(source: StreamSource, signal: AbortSignal): Promise<HlsStreamOutcome> {
    const { clock, background, converter } = this.options;
    const transport = this.transportOf(source);
    const first = await transport.text(source.locator, signal);
    if (!first.ok) return { kind: 'failed', failure: first.failure };
    const { url, text } = first;
    const opening = await openHls({ transport, clock, background, converter, url, text, signal });
    if (!opening.ok) return { kind: 'failed', failure: opening.failure };
    const body = await begun(opening.body);
    return body ? { kind: 'open', file: { ...WHOLE_STREAM, body } } : bad('no segment of it can be had');
  }

  private transportOf(source: StreamSource): HlsTransport {
    return new HttpTransport(new SourceRequests(source, () => this.options.dispatcher(source)));
  }
}

const WHOLE_STREAM = {
  ...{ range: null, length: null, isSeekable: false, contentType: 'video/mp2t' },
  ...{ etag: null, lastModified: null },
} as const;

function listOf(transport: HlsTransport, { url, text }: Extract<TextOutcome, { ok: true }>): HlsFilmOutcome {
  const playlist = readPlaylist(text);
  if (playlist.kind !== 'media') return bad('the playlist is none of segments');
  if (playlist.hasDrm) {
    return { kind: 'failed', failure: { kind: 'unsupported', detail: 'the film is protected (DRM)' } };
  }
  if (playlist.segments.length === 0) return bad('the playlist is empty');
  // Without an end it is a broadcast: players would wait for more of it.
  if (!playlist.isEnded) return { kind: 'stream-only' };
  return { kind: 'list', list: new HlsFilmList({ transport, url, text, playlist }) };
}

/** The body as plain bytes, once the first of them are there; undefined when none come. */
async function begun(segments: Readable): Promise<Readable | undefined> {
  const chunks = (segments as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  const first = await firstBytes(chunks).catch(() => undefined);
  if (!first) return undefined;
  const body = Readable.from(bytesOf(first, chunks), { objectMode: false });
  body.once('close', () => segments.destroy());
  return body;
}

async function firstBytes(chunks: AsyncIterator<Buffer, unknown>): Promise<Buffer | undefined> {
  for (let next = await chunks.next(); !next.done; next = await chunks.next()) {
    if (next.value.length > 0) return next.value;
  }
  return undefined;
}

/** Without the seams, which are empty. */
async function* bytesOf(first: Buffer, rest: AsyncIterator<Buffer, unknown>): AsyncGenerator<Buffer> {
  yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) {
    if (next.value.length > 0) yield next.value;
  }
}

function bad(detail: string): { kind: 'failed'; failure: StreamFailure } {
  return { kind: 'failed', failure: { kind: 'bad-media', detail } };
}
