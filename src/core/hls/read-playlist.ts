import { readAttributes } from './attribute-list.js';

/** A piece of a resource, in bytes. */
export interface ByteRange {
  offset: number;
  length: number;
}

export interface SegmentKey {
  method: 'AES-128' | 'SAMPLE-AES';
  /** As written: relative to the playlist. */
  uri: string;
  /** 16 bytes; null = the segment's sequence number. */
  iv: Buffer | null;
}

export interface InitSection {
  uri: string;
  range: ByteRange | null;
}

export interface SourceSegment {
  sequence: number;
  /** As written: relative to the playlist. */
  uri: string;
  seconds: number;
  /** Its clocks, codecs or tables do not continue those of the segment before. */
  discontinuity: boolean;
  key: SegmentKey | null;
  range: ByteRange | null;
  /** Its bytes need this in front: fragmented MP4. */
  init: InitSection | null;
  /** The server says itself that there is nothing behind the address. */
  isGap: boolean;
}

export interface SourceMedia {
  kind: 'media';
  /** Longest segment, in seconds. */
  targetSeconds: number;
  /** Nothing will be added. */
  isEnded: boolean;
  segments: SourceSegment[];
  /** A protection that only licensed players open. */
  hasDrm: boolean;
}

export interface Variant {
  uri: string;
  /** Bit/s; 0 = not said. */
  bandwidth: number;
  height: number;
  codecs: string;
  /** Group of the sound where it comes apart from the picture. */
  audioGroup: string | null;
}

export interface SourceMaster {
  kind: 'master';
  variants: Variant[];
  /** Groups that hold sound in playlists of its own. */
  separateAudio: ReadonlySet<string>;
}

export interface BrokenPlaylist {
  kind: 'broken';
  detail: string;
}

export interface PlaylistLimits {
  maxLines: number;
  /** Lines with attributes, repetitions not counted: they cost the most. */
  maxAttributeLines: number;
  maxVariants: number;
}

export const PLAYLIST_LIMITS: PlaylistLimits = {
  maxLines: 60_000,
  maxAttributeLines: 4_000,
  maxVariants: 200,
};

const DEFAULT_TARGET_SECONDS = 10;
const MAX_SEGMENT_SECONDS = 3_600;
const IDENTITY = 'identity';

/** Whether a text claims to be a playlist; a byte order mark and blank space are forgiven. */
export function looksLikePlaylist(text: string): boolean {
  return text
    .slice(0, 64)
    .replace(/^\ufeff/, '')
    .trimStart()
    .startsWith('#EXTM3U');
}

/** Reads what a foreign server calls an HLS playlist (RFC 8216). Never throws. */
export function readPlaylist(
  text: string,
  limits: PlaylistLimits = PLAYLIST_LIMITS,
): SourceMaster | SourceMedia | BrokenPlaylist {
  if (!looksLikePlaylist(text)) return { kind: 'broken', detail: 'no playlist' };
  const reading = new PlaylistReading(limits);
  for (let at = 0, count = 0; at < text.length; count++) {
    if (count >= limits.maxLines || reading.isExcessive) {
      return { kind: 'broken', detail: 'the playlist is too long' };
    }
    const found = text.indexOf('\n', at);
    const end = found < 0 ? text.length : found;
    if (end > at) reading.line(text.slice(at, end).trim());
    at = end + 1;
  }
  return reading.result();
}

/** State between the lines of one playlist. */
class PlaylistReading {
  private attributeLines = 0;
  private keyText = '';
  private readonly variants: Variant[] = [];
  private readonly separateAudio = new Set<string>();
  private readonly segments: SourceSegment[] = [];
  private pendingVariant: Variant | undefined;
  private pendingSeconds: number | undefined;
  private targetSeconds = 0;
  private sequence = 0;
  private isEnded = false;
  private hasDrm = false;
  private discontinuity = false;
  private isGap = false;
  private key: SegmentKey | null = null;
  private range: { length: number; offset: number | null } | null = null;
  private init: InitSection | null = null;

  constructor(private readonly limits: PlaylistLimits) {}

  get isExcessive(): boolean {
    return this.attributeLines > this.limits.maxAttributeLines;
  }

  line(line: string): void {
    if (line === '') return;
    if (!line.startsWith('#')) return this.uri(line);
    if (!line.startsWith('#EXT')) return;
    const colon = line.indexOf(':');
    const tag = colon < 0 ? line : line.slice(0, colon);
    this.tag(tag, colon < 0 ? '' : line.slice(colon + 1));
  }

  result(): SourceMaster | SourceMedia | BrokenPlaylist {
    const { variants, separateAudio, segments, isEnded, hasDrm } = this;
    if (variants.length > 0) return { kind: 'master', variants, separateAudio };
    const longest = segments.reduce((most, { seconds }) => Math.max(most, seconds), 0);
    const targetSeconds = this.targetSeconds || Math.ceil(longest) || DEFAULT_TARGET_SECONDS;
    return { kind: 'media', targetSeconds, isEnded, segments, hasDrm };
  }

  private tag(tag: string, value: string): void {
    switch (tag) {
      case '#EXTINF':
        this.pendingSeconds = within(Number.parseFloat(value), MAX_SEGMENT_SECONDS);
        return;
      case '#EXT-X-TARGETDURATION':
        this.targetSeconds = within(Number(value), MAX_SEGMENT_SECONDS);
        return;
      case '#EXT-X-MEDIA-SEQUENCE':
        this.sequence = within(Number(value), Number.MAX_SAFE_INTEGER / 2);
        return;
      case '#EXT-X-DISCONTINUITY':
        this.discontinuity = true;
        return;
      case '#EXT-X-GAP':
        this.isGap = true;
        return;
      case '#EXT-X-ENDLIST':
        this.isEnded = true;
        return;
      case '#EXT-X-BYTERANGE':
        this.range = readRange(value);
        return;
      case '#EXT-X-KEY':
        // Many servers repeat the key before every segment.
        if (value !== this.keyText) this.readKey(this.attributes(value));
        this.keyText = value;
        return;
      case '#EXT-X-MAP':
        return this.readMap(this.attributes(value));
      case '#EXT-X-STREAM-INF':
        this.pendingVariant = readVariant(this.attributes(value));
        return;
      case '#EXT-X-MEDIA':
        return this.readRendition(this.attributes(value));
    }
  }

  private attributes(value: string): ReadonlyMap<string, string> {
    this.attributeLines++;
    return readAttributes(value);
  }

  private uri(uri: string): void {
    if (this.pendingVariant) {
      if (this.variants.length < this.limits.maxVariants) this.variants.push({ ...this.pendingVariant, uri });
      this.pendingVariant = undefined;
      return;
    }
    // An address without EXTINF is no segment, whatever else it may be.
    if (this.pendingSeconds === undefined) return;
    const last = this.segments.at(-1);
    this.segments.push({
      sequence: this.sequence++,
      uri,
      seconds: this.pendingSeconds,
      discontinuity: this.discontinuity,
      key: this.key,
      range: this.range && resolveRange(this.range, uri, last),
      init: this.init,
      isGap: this.isGap,
    });
    this.pendingSeconds = undefined;
    this.discontinuity = this.isGap = false;
    this.range = null;
  }

  private readKey(attributes: ReadonlyMap<string, string>): void {
    const method = attributes.get('METHOD');
    const format = attributes.get('KEYFORMAT') ?? IDENTITY;
    const uri = attributes.get('URI') ?? '';
    if (method === 'NONE') {
      this.key = null;
    } else if (format !== IDENTITY) {
      this.hasDrm = true;
    } else if ((method === 'AES-128' || method === 'SAMPLE-AES') && uri !== '') {
      this.key = { method, uri, iv: readIv(attributes.get('IV')) };
      this.hasDrm = false;
    } else {
      this.hasDrm = true;
    }
  }

  private readMap(attributes: ReadonlyMap<string, string>): void {
    const range = readRange(attributes.get('BYTERANGE') ?? '');
    this.init = {
      uri: attributes.get('URI') ?? '',
      range: range && { offset: range.offset ?? 0, length: range.length },
    };
  }

  private readRendition(attributes: ReadonlyMap<string, string>): void {
    const group = attributes.get('GROUP-ID');
    if (attributes.get('TYPE') !== 'AUDIO' || group === undefined || !attributes.has('URI')) return;
    if (this.separateAudio.size < this.limits.maxVariants) this.separateAudio.add(group);
  }
}

function readVariant(attributes: ReadonlyMap<string, string>): Variant {
  const height = /^\d+x(\d+)$/i.exec(attributes.get('RESOLUTION') ?? '')?.[1];
  return {
    uri: '',
    bandwidth: within(Number(attributes.get('BANDWIDTH') ?? 0), Number.MAX_SAFE_INTEGER),
    height: Number(height ?? 0),
    codecs: attributes.get('CODECS') ?? '',
    audioGroup: attributes.get('AUDIO') ?? null,
  };
}

function readRange(text: string): { length: number; offset: number | null } | null {
  const match = /^(\d{1,15})(?:@(\d{1,15}))?$/.exec(text.trim());
  if (!match) return null;
  return { length: Number(match[1]), offset: match[2] === undefined ? null : Number(match[2]) };
}

/** Without an offset a range follows that of the segment before, in the same resource. */
function resolveRange(
  { length, offset }: { length: number; offset: number | null },
  uri: string,
  last: SourceSegment | undefined,
): ByteRange {
  const before = last?.uri === uri && last.range ? last.range.offset + last.range.length : 0;
  return { length, offset: offset ?? before };
}

function readIv(text: string | undefined): Buffer | null {
  const hex = /^0x([0-9a-f]{1,32})$/i.exec(text ?? '')?.[1];
  return hex === undefined ? null : Buffer.from(hex.padStart(32, '0'), 'hex');
}

function within(value: number, most: number): number {
  return Number.isFinite(value) && value > 0 ? Math.min(value, most) : 0;
}
