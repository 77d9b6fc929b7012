import type { ByteRange, SourceMedia } from '../../core/hls/read-playlist.js';
import { rewritePlaylist } from '../../core/hls/rewrite-playlist.js';
import type { ReferenceKind } from '../../core/hls/rewrite-playlist.js';
import type { BytesOutcome, HlsTransport } from './hls-transport.js';

/** What stands behind one address of the playlist. */
export interface HlsPiece {
  kind: ReferenceKind;
  url: string;
}

export interface HlsFilmListParts {
  transport: HlsTransport;
  /** Where the media playlist was found. */
  url: string;
  text: string;
  playlist: SourceMedia;
}

/** What a player of a finished film needs. Anything else might carry addresses of the host. */
const TAGS =
  /^#EXT(?:M3U|INF|-X-(?:VERSION|TARGETDURATION|MEDIA-SEQUENCE|DISCONTINUITY|DISCONTINUITY-SEQUENCE|BYTERANGE|KEY|MAP|PLAYLIST-TYPE|ENDLIST|GAP|INDEPENDENT-SEGMENTS))(?=:|$)/;
const EXTENSIONS: Readonly<Record<ReferenceKind, string>> = {
  playlist: 'm3u8',
  segment: 'ts',
  fragment: 'm4s',
  init: 'mp4',
  key: 'key',
};

/**
 * A film in segments. Its pieces have numbers in the order of the playlist; where they lie stays here, and what is not
 * in the playlist cannot be asked for.
 */
export class HlsFilmList {
  readonly seconds: number;
  private readonly pieces: HlsPiece[] = [];
  private readonly numbers = new Map<string, number>();
  /** Every address is a number and an extension: "17.ts". */
  private readonly lines: string[];

  constructor(private readonly parts: HlsFilmListParts) {
    const { playlist, text } = parts;
    this.seconds = playlist.segments.reduce((sum, { seconds }) => sum + seconds, 0);
    const known = text
      .replace(/^\ufeff/, '')
      .split(/\r?\n/)
      .filter((line) => !line.trim().startsWith('#') || TAGS.test(line.trim()));
    const addressOf = (uri: string, kind: ReferenceKind): string | null => this.numberOf(uri, kind);
    this.lines = rewritePlaylist(known.join('\n'), { addressOf }).split('\n');
  }

  get size(): number {
    return this.pieces.length;
  }

  /** The playlist for a player; `folder` is where the pieces are asked for, with a slash at its end. */
  text(folder: string): string {
    return this.lines
      .map((line) =>
        line.startsWith('#') ? line.replace(/URI="(\d+\.\w+)"/, `URI="${folder}$1"`) : line && folder + line,
      )
      .join('\n');
  }

  piece(number: number): HlsPiece | undefined {
    return this.pieces[number];
  }

  open({ url }: HlsPiece, range: ByteRange | null, signal: AbortSignal): Promise<BytesOutcome> {
    return this.parts.transport.bytes(url, range, signal);
  }

  private numberOf(uri: string, kind: ReferenceKind): string | null {
    if (!URL.canParse(uri, this.parts.url)) return null;
    const { href, protocol } = new URL(uri, this.parts.url);
    if (protocol !== 'http:' && protocol !== 'https:') return null;
    const number = this.numbers.get(href) ?? this.pieces.push({ kind, url: href }) - 1;
    this.numbers.set(href, number);
    return `${number}.${EXTENSIONS[kind]}`;
  }
}
