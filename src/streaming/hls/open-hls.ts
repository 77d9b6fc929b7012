import type { Readable } from 'node:stream';
import { hasSeparateAudio, rankVariants } from '../../core/hls/choose-variant.js';
import { readPlaylist } from '../../core/hls/read-playlist.js';
import type { SourceMaster, SourceMedia } from '../../core/hls/read-playlist.js';
import type { Clock } from '../../platform/clock.js';
import type { StreamFailure } from '../stream-failure.js';
import { HlsBody } from './hls-body.js';
import type { HlsTransport } from './hls-transport.js';

/** Makes a transport stream of HLS that is none: fragmented MP4, sound apart from the picture, SAMPLE-AES. */
export interface HlsConverter {
  open(request: ConvertRequest): Promise<HlsOpening>;
  /** The same for one endless body that begins with `firstBytes`: MP4, FLV, Matroska, plain sound. */
  convert(body: Readable, firstBytes: Buffer): Promise<HlsOpening>;
}

export interface ConvertRequest {
  transport: HlsTransport;
  /** The playlist to play, a master or a media playlist. */
  url: string;
  /** Of a master only this one. */
  onlyVariant?: string;
}

export type HlsOpening = { ok: true; body: Readable } | { ok: false; failure: StreamFailure };

export interface HlsRequest {
  transport: HlsTransport;
  clock: Clock;
  background: (name: string, work: Promise<unknown>) => void;
  converter?: HlsConverter;
  /** Where the first playlist was found, and what it says. */
  url: string;
  text: string;
  signal: AbortSignal;
}

/** Variants tried before the stream counts as not there. */
const MAX_TRIES = 3;
const PACKED_AUDIO = /\.(aac|ac3|ec3|mp3|m4a)(?:$|[?#])/i;

/** Opens what a playlist leads to: the best variant, as it is where that is a transport stream. */
export async function openHls(request: HlsRequest): Promise<HlsOpening> {
  const playlist = readPlaylist(request.text);
  switch (playlist.kind) {
    case 'broken':
      return refuse({ kind: 'bad-media', detail: playlist.detail });
    case 'media':
      return openMedia(request, playlist, request.url);
    case 'master':
      return openMaster(request, playlist);
  }
}

async function openMaster(request: HlsRequest, master: SourceMaster): Promise<HlsOpening> {
  const { transport, converter, url: base, signal } = request;
  const variants = rankVariants(master, { wholeOnly: converter === undefined });
  let last: HlsOpening = refuse({ kind: 'bad-media', detail: 'the playlist names no stream' });
  for (const variant of variants.slice(0, MAX_TRIES)) {
    if (signal.aborted) break;
    if (hasSeparateAudio(master, variant)) {
      // The converter takes picture and sound from the master itself.
      last = await convert(request, base, 'its sound comes apart from its picture', variant.uri);
    } else if (URL.canParse(variant.uri, base)) {
      const outcome = await transport.text(new URL(variant.uri, base).href, signal);
      const playlist = outcome.ok ? readPlaylist(outcome.text) : undefined;
      if (!outcome.ok) last = outcome;
      else if (playlist?.kind === 'media') last = await openMedia(request, playlist, outcome.url);
      else last = refuse({ kind: 'bad-media', detail: 'a variant is no playlist of segments' });
    }
    if (last.ok) return last;
  }
  return last;
}

async function openMedia(request: HlsRequest, playlist: SourceMedia, url: string): Promise<HlsOpening> {
  if (playlist.hasDrm) return refuse({ kind: 'unsupported', detail: 'the stream is protected (DRM)' });
  if (playlist.segments.length === 0 && playlist.isEnded) {
    return refuse({ kind: 'bad-media', detail: 'the playlist is empty and over' });
  }
  const why = needsConverter(playlist);
  if (why !== undefined) return convert(request, url, why);
  const { transport, clock, background } = request;
  return { ok: true, body: new HlsBody({ transport, clock, background, url, playlist }) };
}

function needsConverter({ segments }: SourceMedia): string | undefined {
  const newest = segments.at(-1);
  if (!newest) return undefined;
  if (newest.init) return 'it is fragmented MP4';
  if (newest.key?.method === 'SAMPLE-AES') return 'it is encrypted by SAMPLE-AES';
  return PACKED_AUDIO.test(newest.uri) ? 'it is sound without a transport stream' : undefined;
}

function convert(
  { converter, transport }: HlsRequest,
  url: string,
  why: string,
  onlyVariant?: string,
): Promise<HlsOpening> {
  if (converter) {
    return converter.open({ transport, url, ...(onlyVariant === undefined ? {} : { onlyVariant }) });
  }
  const detail = `${why}: that needs ffmpeg, which is not installed`;
  return Promise.resolve(refuse({ kind: 'unsupported', detail }));
}

function refuse(failure: StreamFailure): HlsOpening {
  return { ok: false, failure };
}
