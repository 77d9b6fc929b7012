import type { Chunk, GopRing, KeyframeChunk } from '../mpegts/gop-ring.js';
import { PAT_PID, pidAt } from '../mpegts/packet.js';
import { clockDifference, PTS_RATE, PTS_WRAP } from '../mpegts/timestamps.js';
import { withoutTornEnd } from './torn-end.js';

export interface SegmenterOptions {
  /** A segment ends at the first keyframe after so many seconds. */
  targetSeconds?: number;
  /** So many segments at the start may be shorter: the first player waits for one keyframe, not for a whole target. */
  quickSegments?: number;
  /** What those last at least, in seconds. */
  quickSeconds?: number;
  /** What outgrows this without a keyframe is left out. */
  maxSegmentBytes?: number;
  /** Number of the first segment. */
  firstSequence?: number;
  /** What to add to the ring's ms of arrival to get ms since the epoch. */
  epochOffsetMs?: number;
  /**
   * Another cut of the same content, which has the same clocks: this one starts and cuts where that one does, with its
   * numbers and times. Where nothing of it is known for long, this one cuts by itself.
   */
  follow?: (time: number) => Boundary | undefined;
}

/** Where one segment ends and the next one starts. */
export interface Boundary {
  /** Number of the segment that starts here. */
  readonly sequence: number;
  /** When its first picture was live, ms since the epoch. */
  readonly startsAt: number;
  /** DTS (else PTS) of its first picture, 90 kHz; undefined where the stream has no time stamps. */
  readonly time: number | undefined;
}

export interface Segment extends Boundary {
  readonly seconds: number;
  /** Its clocks or codecs do not continue those of the segment before. */
  readonly discontinuity: boolean;
  /** How many discontinuities came before this segment, its own included. */
  readonly discontinuities: number;
  /** Chunks [firstSeq, endSeq) of the ring. */
  readonly firstSeq: number;
  readonly endSeq: number;
  /** Its media in pieces shared with the ring, tables first. */
  readonly parts: readonly Buffer[];
  readonly bytes: number;
}

/** A segment under construction. */
interface Draft {
  start: KeyframeChunk;
  discontinuity: boolean;
  chunks: Chunk[];
  bytes: number;
  /** The newest keyframe in it: where it could end. */
  exit: { at: KeyframeChunk; seconds: number } | undefined;
}

/** Longer than any GOP: a step of the clock beyond this is a break, not a duration. */
const MAX_STEP_SECONDS = 120;
/** How far the first pictures of two cuts may be apart: encoders reorder pictures differently. */
const SAME_PICTURE_SECONDS = 0.5;
/** A cut that follows another one and has heard nothing of it for so many target durations goes on by itself. */
const LOST_AFTER = 2;
/** What a segment lasts at least, in seconds: players divide by it. */
const ONE_PICTURE = 0.04;

/** Cuts what comes into a ring into HLS segments that start at keyframes. */
export class Segmenter {
  /** What a playlist has to promise: the longest segment so far, in whole seconds; never shrinks. */
  targetDuration: number;
  private readonly targetSeconds: number;
  private readonly quickSegments: number;
  private readonly quickSeconds: number;
  private readonly maxSegmentBytes: number;
  private readonly epochOffsetMs: number;
  private readonly follow: SegmenterOptions['follow'];
  private firstSequence: number;
  /** The first keyframe that could not be matched with the cut that is followed. */
  private lostSince: KeyframeChunk | undefined;
  private draft: Draft | undefined;
  /** Next chunk to look at. */
  private seq: number;
  private made = 0;
  private discontinuities = 0;
  private broken = false;
  /** When the next segment starts if nothing breaks, ms since the epoch. */
  private nextStartsAt: number | undefined;

  constructor(
    private readonly ring: GopRing,
    options: SegmenterOptions = {},
  ) {
    this.targetSeconds = options.targetSeconds ?? 4;
    this.follow = options.follow;
    this.quickSegments = this.follow ? 0 : (options.quickSegments ?? 3);
    this.quickSeconds = options.quickSeconds ?? 1;
    this.maxSegmentBytes = options.maxSegmentBytes ?? 16 * 1024 * 1024;
    this.firstSequence = options.firstSequence ?? 0;
    this.epochOffsetMs = options.epochOffsetMs ?? 0;
    this.targetDuration = Math.ceil(this.targetSeconds);
    this.seq = ring.firstSeq;
    // Players fetch segments long after their chunks have left the ring.
    ring.loans.give(Infinity);
  }

  /** The start of the segment that is being made. */
  get open(): Boundary | undefined {
    if (!this.draft) return undefined;
    const { start } = this.draft;
    return { sequence: this.nextSequence, startsAt: this.startOf(this.draft), time: start.time };
  }

  private get nextSequence(): number {
    return this.firstSequence + this.made;
  }

  /** Looks at the chunks that came since the last call. Returns the segments that this completed. */
  poll(): Segment[] {
    const done: Segment[] = [];
    if (this.seq < this.ring.firstSeq) this.overrun();
    for (let chunk = this.ring.chunk(this.seq); chunk; chunk = this.ring.chunk(this.seq)) {
      this.look(chunk, done);
      this.seq++;
    }
    const exit = this.draft?.exit;
    if (exit && this.made < this.quickSegments && exit.seconds >= this.quickSeconds) this.leaveAtExit(done);
    return done;
  }

  private look(chunk: Chunk | KeyframeChunk, done: Segment[]): void {
    if ('prefix' in chunk) this.meet(chunk, done);
    const { draft } = this;
    if (!draft) return;
    // A break within a segment can only be told to players at the next segment's start.
    if (chunk.discontinuity && chunk !== draft.start) this.broken = true;
    draft.chunks.push(chunk);
    draft.bytes += chunk.data.length;
    if (draft.bytes <= this.maxSegmentBytes) return;
    if (draft.exit) this.leaveAtExit(done);
    else this.giveUp();
  }

  private meet(next: KeyframeChunk, done: Segment[]): void {
    const { draft } = this;
    if (!draft) {
      if (this.follow) this.beginBeside(next);
      else this.begin(next);
      return;
    }
    const seconds = secondsBetween(draft.start, next);
    const isBreak = next.discontinuity || this.broken;
    if (isBreak || this.mayCut(next, seconds)) {
      done.push(this.complete(draft, next, seconds, isBreak));
      this.begin(next);
    } else {
      draft.exit = { at: next, seconds };
    }
  }

  private mayCut(next: KeyframeChunk, seconds: number): boolean {
    if (!this.follow || seconds >= LOST_AFTER * this.targetSeconds) return seconds >= this.targetSeconds;
    return next.time !== undefined && this.follow(next.time) !== undefined;
  }

  /** The first segment starts where one of the other cut does, and is numbered as that is. */
  private beginBeside(start: KeyframeChunk): void {
    const boundary = start.time === undefined ? undefined : this.follow?.(start.time);
    if (!boundary || this.made > 0) {
      this.lostSince ??= start;
      const seconds = secondsBetween(this.lostSince, start);
      if (this.made === 0 && seconds < LOST_AFTER * this.targetSeconds) return;
    } else {
      this.firstSequence = boundary.sequence;
      this.nextStartsAt = boundary.startsAt;
    }
    this.begin(start);
  }

  private begin(start: KeyframeChunk): void {
    const discontinuity = this.broken || (start.discontinuity && this.made > 0);
    this.broken = false;
    this.draft = { start, discontinuity, chunks: [], bytes: 0, exit: undefined };
  }

  /** Ends the draft at its newest keyframe; what follows that is the start of the next one. */
  private leaveAtExit(done: Segment[]): void {
    const { draft } = this;
    if (!draft?.exit) return;
    const { at, seconds } = draft.exit;
    const rest = draft.chunks.splice(draft.chunks.findIndex(({ seq }) => seq >= at.seq));
    done.push(this.complete(draft, at, seconds));
    // A break that was met lies in the rest: it stays to be told.
    this.draft = { start: at, discontinuity: false, chunks: rest, bytes: sizeOf(rest), exit: undefined };
  }

  private complete(
    { start, discontinuity, chunks }: Draft,
    next: KeyframeChunk,
    seconds: number,
    isBreak = false,
  ): Segment {
    if (discontinuity) this.discontinuities++;
    const startsAt = this.startOf({ start, discontinuity });
    this.nextStartsAt = startsAt + seconds * 1000;
    this.targetDuration = Math.max(this.targetDuration, Math.round(seconds));
    const whole = chunks.map(({ data }) => data);
    const media = isBreak ? withoutTornEnd(whole) : whole;
    const parts = pidAt(start.data, 0) === PAT_PID ? media : [start.prefix.atStart, ...media];
    return {
      sequence: this.firstSequence + this.made++,
      seconds,
      startsAt,
      time: start.time,
      discontinuity,
      discontinuities: this.discontinuities,
      firstSeq: start.seq,
      endSeq: next.seq,
      parts,
      bytes: parts.reduce((sum, { length }) => sum + length, 0),
    };
  }

  private startOf({ start, discontinuity }: Pick<Draft, 'start' | 'discontinuity'>): number {
    const arrived = start.arrivedAt + this.epochOffsetMs;
    if (this.nextStartsAt === undefined) return arrived;
    return discontinuity ? Math.max(arrived, this.nextStartsAt) : this.nextStartsAt;
  }

  /** The ring has dropped chunks before they were looked at. */
  private overrun(): void {
    this.seq = this.ring.firstSeq;
    this.giveUp();
  }

  private giveUp(): void {
    this.draft = undefined;
    this.broken = this.made > 0;
  }
}

function sizeOf(chunks: readonly Chunk[]): number {
  return chunks.reduce((sum, { data }) => sum + data.length, 0);
}

/** The nearest of these that starts with the picture of this time, 90 kHz. */
export function boundaryAt(boundaries: readonly Boundary[], time: number): Boundary | undefined {
  let nearest: Boundary | undefined;
  let apart = SAME_PICTURE_SECONDS * PTS_RATE;
  for (const boundary of boundaries) {
    if (boundary.time === undefined) continue;
    const distance = Math.abs(clockDifference(boundary.time, time, PTS_WRAP));
    if (distance > apart) continue;
    apart = distance;
    nearest = boundary;
  }
  return nearest;
}

/** By the pictures' clock; by arrival where that has a break. */
function secondsBetween(from: KeyframeChunk, to: KeyframeChunk): number {
  if (from.time !== undefined && to.time !== undefined) {
    const seconds = clockDifference(to.time, from.time, PTS_WRAP) / PTS_RATE;
    if (seconds > 0 && seconds <= MAX_STEP_SECONDS) return seconds;
  }
  return Math.max(ONE_PICTURE, (to.arrivedAt - from.arrivedAt) / 1000);
}
