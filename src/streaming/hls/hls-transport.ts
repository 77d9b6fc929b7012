import type { Readable } from 'node:stream';
import type { ByteRange } from '../../core/hls/read-playlist.js';
import type { EndReason } from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';

/** Why something was not fetched. */
export interface TransportFailure {
  failure: StreamFailure;
  /** How the stream ends when this strikes in mid-play. */
  reason: EndReason;
  /** Asking again has no sense. */
  isFinal: boolean;
}

export type TextOutcome = { ok: true; url: string; text: string } | ({ ok: false } & TransportFailure);
export type BytesOutcome = { ok: true; body: Readable } | ({ ok: false } & TransportFailure);

/** How playlists, keys and segments are had. Nothing here rejects for what the outside world does. */
export interface HlsTransport {
  /** A playlist, and where it was found in the end: what it names is relative to that. */
  text(url: string, signal: AbortSignal): Promise<TextOutcome>;
  bytes(url: string, range: ByteRange | null, signal: AbortSignal): Promise<BytesOutcome>;
}

/** Longest playlist that is read, in bytes. */
export const MAX_PLAYLIST_BYTES = 4 * 1024 * 1024;

/** The stream was over, told by the error of its body. */
export class HlsBroken extends Error {
  constructor(
    readonly reason: EndReason,
    detail: string,
  ) {
    super(detail);
    this.name = 'HlsBroken';
  }
}

/** All of a small body that begins with `head`, or undefined when it is longer than allowed or breaks off. */
export async function readSmall(
  body: Readable,
  maxBytes: number,
  head: Buffer = Buffer.alloc(0),
): Promise<Buffer | undefined> {
  const parts = [head];
  let size = head.length;
  try {
    for await (const part of body as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > maxBytes) return undefined;
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch {
    return undefined;
  } finally {
    body.on('error', () => {});
    body.destroy();
  }
}
