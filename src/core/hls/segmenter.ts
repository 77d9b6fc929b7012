import type { Chunk, GopRing, KeyframeChunk } from '../mpegts/gop-ring.js';
import { PAT_PID, pidAt } from '../mpegts/packet.js';
import { clockDifference, PTS_RATE, PTS_WRAP } from '../mpegts/timestamps.js';

export interface SegmenterOptions {
  /** A segment ends at the first keyframe after so many seconds. */
  targetSeconds?: number;
  /** How many segments a playlist lists at most. */
  listed?: number;
}

export interface Segment {
  /** Grows by one from segment to segment: the media sequence number. */
  readonly sequence: number;
  readonly seconds: number;
  /** Its clocks or codecs do not continue those of the segment before. */
  readonly discontinuity: boolean;
  /** How many discontinuities came before this segment, its own included. */
  readonly discontinuities: number;
  /** Chunks [firstSeq, endSeq) of the ring. */
  readonly firstSeq: number;
  readonly endSeq: number;
  /** PAT and PMT, where its first chunk does not start with them. */
  readonly prefix: Buffer | undefined;
}

/** Longer than any GOP: a step of the clock beyond this is a break, not a duration. */
const MAX_STEP_SECONDS = 120;
/** What a segment lasts at least, in seconds: players divide by it. */
const ONE_PICTURE = 0.04;

/**
 * Cuts what a ring holds into HLS segments that start at keyframes. Holds no media itself: a segment can be read as long
 * as the ring has its chunks.
 */
export class Segmenter {
  /** What a playlist has to promise: the longest segment so far, in whole seconds; never shrinks. */
  targetDuration: number;
  private readonly targetSeconds: number;
  private readonly listed: number;
  private readonly segments: Segment[] = [];
  private start: KeyframeChunk | undefined;
  /** Next chunk to look at. */
  private seq: number;
  private sequence = 0;
  private discontinuities = 0;
  private startsBroken = false;
  private broken = false;

  constructor(
    private readonly ring: GopRing,
    options: SegmenterOptions = {},
  ) {
    this.targetSeconds = options.targetSeconds ?? 4;
    this.listed = options.listed ?? 6;
    this.targetDuration = Math.ceil(this.targetSeconds);
    this.seq = ring.firstSeq;
  }

  /** Looks at the chunks that came since the last call. Returns how many segments were completed. */
  poll(): number {
    const before = this.sequence;
    if (this.seq < this.ring.firstSeq) this.overrun();
    for (let chunk = this.ring.chunk(this.seq); chunk; chunk = this.ring.chunk(this.seq)) {
      this.look(chunk);
      this.seq++;
    }
    while (this.segments[0] && this.segments[0].firstSeq < this.ring.firstSeq) this.segments.shift();
    return this.sequence - before;
  }

  /** The newest complete segments that can still be read, oldest first. */
  list(): readonly Segment[] {
    return this.segments.slice(-this.listed);
  }

  /** Media of a segment in shared pieces, tables first; undefined when it is unknown or gone. */
  read(sequence: number): readonly Buffer[] | undefined {
    const segment = this.segments.find((candidate) => candidate.sequence === sequence);
    if (!segment || segment.firstSeq < this.ring.firstSeq) return undefined;
    const parts = segment.prefix ? [segment.prefix] : [];
    let chunk = this.ring.chunk(segment.firstSeq);
    for (let seq = segment.firstSeq; chunk && seq < segment.endSeq; chunk = this.ring.chunk(++seq)) {
      parts.push(chunk.data);
    }
    return parts;
  }

  private look(chunk: Chunk | KeyframeChunk): void {
    if ('prefix' in chunk) {
      if (this.start) this.maybeEnd(this.start, chunk);
      else this.begin(chunk);
    }
    // A break within a segment can only be told to players at the next segment's start.
    if (chunk.discontinuity && this.start && chunk !== this.start) this.broken = true;
  }

  private begin(chunk: KeyframeChunk): void {
    this.start = chunk;
    this.startsBroken = this.broken || (chunk.discontinuity && this.sequence > 0);
    this.broken = false;
  }

  private maybeEnd(start: KeyframeChunk, next: KeyframeChunk): void {
    const seconds = secondsBetween(start, next);
    if (seconds < this.targetSeconds && !next.discontinuity && !this.broken) return;
    if (this.startsBroken) this.discontinuities++;
    this.segments.push({
      sequence: this.sequence++,
      seconds,
      discontinuity: this.startsBroken,
      discontinuities: this.discontinuities,
      firstSeq: start.seq,
      endSeq: next.seq,
      prefix: pidAt(start.data, 0) === PAT_PID ? undefined : start.prefix.atStart,
    });
    this.targetDuration = Math.max(this.targetDuration, Math.round(seconds));
    this.begin(next);
  }

  /** The ring has dropped chunks before they were looked at. */
  private overrun(): void {
    this.seq = this.ring.firstSeq;
    this.start = undefined;
    this.broken = this.sequence > 0;
  }
}

/** By the pictures' clock; by arrival where that has a break. */
function secondsBetween(from: KeyframeChunk, to: KeyframeChunk): number {
  if (from.time !== undefined && to.time !== undefined) {
    const seconds = clockDifference(to.time, from.time, PTS_WRAP) / PTS_RATE;
    if (seconds > 0 && seconds <= MAX_STEP_SECONDS) return seconds;
  }
  return Math.max(ONE_PICTURE, (to.arrivedAt - from.arrivedAt) / 1000);
}
