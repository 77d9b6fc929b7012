import type { SourceMedia, SourceSegment } from './read-playlist.js';

export interface WindowOptions {
  /** A live stream is entered so many segments before its end. */
  startBehind?: number;
}

export interface NextSegment {
  segment: SourceSegment;
  /** It does not continue the segment that was taken before it. */
  seam: boolean;
}

/** Names of segments remembered to tell an old edition of a playlist from a server that counts anew. */
const REMEMBERED = 64;

/**
 * One reader's place in a playlist that changes under it. Follows the sequence numbers, and the names of the segments
 * where a server counts wrongly; goes on near the live end when the window has passed it by.
 */
export class LiveWindow {
  private readonly startBehind: number;
  private pending: SourceSegment[] = [];
  private last: { sequence: number; name: string } | undefined;
  private recent: string[] = [];
  private seam = false;

  constructor(options: WindowOptions = {}) {
    this.startBehind = options.startBehind ?? 3;
  }

  /** Segments known and not yet taken. */
  get waiting(): number {
    return this.pending.length;
  }

  /** Takes a newer edition. Returns whether it told anything new. */
  update({ segments, isEnded }: Pick<SourceMedia, 'segments' | 'isEnded'>): boolean {
    const before = this.pending.at(-1);
    const from = this.last ? this.following(this.last, segments) : this.entry(segments, isEnded);
    this.pending = segments.slice(from);
    const after = this.pending.at(-1);
    return after !== undefined && (after.sequence !== before?.sequence || nameOf(after) !== nameOf(before));
  }

  /** The next one to play; undefined = none is known yet. */
  take(): NextSegment | undefined {
    const segment = this.pending.shift();
    if (!segment) return undefined;
    const first = this.last === undefined;
    const seam = !first && (this.seam || segment.discontinuity);
    this.seam = false;
    this.last = { sequence: segment.sequence, name: nameOf(segment) };
    this.recent = [...this.recent.slice(1 - REMEMBERED), this.last.name];
    return { segment, seam };
  }

  /** The one after the next `take`, for those who fetch ahead. */
  peek(): SourceSegment | undefined {
    return this.pending[0];
  }

  /** What was taken last could not be played. */
  markSeam(): void {
    this.seam = true;
  }

  private entry(segments: readonly SourceSegment[], isEnded: boolean): number {
    return isEnded ? 0 : Math.max(0, segments.length - this.startBehind);
  }

  private following(last: { sequence: number; name: string }, segments: readonly SourceSegment[]): number {
    const first = segments[0];
    if (!first) return 0;
    const expected = last.sequence - first.sequence;
    const there = segments[expected];
    if (there && nameOf(there) === last.name) return expected + 1;
    if (expected === -1) return 0;
    const byName = segments.findLastIndex((segment) => nameOf(segment) === last.name);
    if (byName >= 0) return byName + 1;
    const passedBy = expected < -1;
    const known = segments.some((segment) => this.recent.includes(nameOf(segment)));
    // An edition from before: caches of large providers take turns in being late.
    if (!passedBy && known) return segments.length;
    this.seam = true;
    return this.entry(segments, false);
  }
}

/** Tokens change from edition to edition, in queries and folders; the file's name seldom does. */
function nameOf(segment: SourceSegment | undefined): string {
  if (!segment) return '';
  const path = segment.uri.split(/[?#]/, 1)[0] ?? '';
  return `${path.slice(path.lastIndexOf('/') + 1)} ${segment.range?.offset ?? 0}`;
}
