import type { Clock, Timer } from '../platform/clock.js';
import { BurstPace } from './burst-pace.js';

/** Where a viewer's bytes go: a socket that can refuse for a while. */
export interface ReaderSink {
  /** False when it wants no more until `onDrain`. What was given is taken in any case. */
  write(chunk: Buffer): boolean;
  /** The function to call each time it can take more again, after a `write` that said false. */
  onDrain(resume: () => void): void;
  /** Bytes taken and not yet handed to the network. At 0 the sink holds none of the memory that it was given. */
  pendingBytes(): number;
  /** The stream is over for this viewer. Called once, never after `Reader.close`. */
  end(reason: ReaderEnd): void;
}

export type ReaderEnd =
  /** The source broke and could not be brought back. */
  | 'source-lost'
  /** No byte went through for too long, or it fell behind again and again. */
  | 'too-slow'
  /** An administrator ended it. */
  | 'kicked'
  /** A newer stream of the same account took its place. */
  | 'pre-empted'
  /** The server ends, or its streaming part. */
  | 'closed';

/** One viewer's position in a ring. */
export interface MediaCursor {
  join(options: { behindMs: number; nowMs: number }): 'joined' | 'not-yet';
  /** The next bytes; undefined = caught up. */
  next(): Buffer | undefined;
  readonly lagBytes: number;
  lagMs(nowMs: number): number;
  /** How often it was overtaken and went on at the newest keyframe. */
  readonly jumps: number;
  /** Nothing is read any more. */
  close(): void;
}

export interface ReaderOptions {
  /** How far behind the newest byte to begin, ms: players that get so much at once show a picture sooner. */
  joinBehindMs: number;
  /** Without a byte through for so long it is closed, ms. */
  slowReaderMs: number;
  /** How fast he gets the seconds before the present, bit/s; 0 = as fast as his connection takes them. */
  burstBitsPerSecond?: number;
  /** More jumps than this within a minute close it. */
  maxJumpsPerMinute: number;
}

export interface ReaderStats {
  bytes: number;
  lagBytes: number;
  lagMs: number;
  jumps: number;
  /** Monotonic ms. */
  joinedAt: number;
}

const MINUTE_MS = 60_000;

/**
 * Brings one viewer from the ring to his socket. It has no queue of its own: what the socket does not take stays in
 * the ring, and when the ring moves on, the viewer jumps to a newer keyframe.
 */
export class Reader {
  readonly joinedAt: number;
  private written = 0;
  private joined = false;
  private blocked = false;
  private readonly pace: BurstPace | undefined;
  private pause: Timer | undefined;
  private over = false;
  private progressAt: number;
  private jumpsAt: { at: number; count: number };

  constructor(
    private readonly cursor: MediaCursor,
    private readonly sink: ReaderSink,
    private readonly clock: Clock,
    private readonly options: ReaderOptions,
    private readonly onOver: (reader: Reader) => void,
  ) {
    this.joinedAt = this.progressAt = clock.monotonic();
    this.jumpsAt = { at: this.joinedAt, count: 0 };
    const { burstBitsPerSecond = 0 } = options;
    if (burstBitsPerSecond > 0) this.pace = new BurstPace(clock, burstBitsPerSecond);
    sink.onDrain(() => this.drained());
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Bytes that left for the network. The kernel may still hold some megabytes of them. */
  get bytes(): number {
    return Math.max(0, this.written - (this.over ? 0 : this.sink.pendingBytes()));
  }

  /** Writes what there is until the socket refuses or the ring has no more. */
  pump(): void {
    if (this.over || this.blocked || this.pause || !this.enter()) return;
    if (this.mustPause()) return;
    for (let chunk = this.cursor.next(); chunk; chunk = this.cursor.next()) {
      this.written += chunk.length;
      if (!this.sink.write(chunk)) {
        this.blocked = true;
        this.progressAt = this.clock.monotonic();
        return;
      }
      if (this.isOver || this.mustPause()) return;
    }
  }

  /** Called now and then: closes a viewer through whom nothing passes. */
  check(): void {
    const now = this.clock.monotonic();
    if (this.over) return;
    if (this.blocked && now - this.progressAt >= this.options.slowReaderMs) return this.end('too-slow');
    if (now - this.jumpsAt.at >= MINUTE_MS) this.jumpsAt = { at: now, count: this.cursor.jumps };
    if (this.cursor.jumps - this.jumpsAt.count > this.options.maxJumpsPerMinute) this.end('too-slow');
  }

  /** Ends it from our side and tells the sink why. */
  end(reason: ReaderEnd): void {
    if (this.over) return;
    this.close();
    this.sink.end(reason);
  }

  /** The viewer is gone: nothing is written any more. */
  close(): void {
    if (this.over) return;
    this.written = this.bytes;
    this.over = true;
    this.cursor.close();
    this.pause?.cancel();
    this.onOver(this);
  }

  stats(): ReaderStats {
    return {
      bytes: this.bytes,
      lagBytes: this.cursor.lagBytes,
      lagMs: this.cursor.lagMs(this.clock.monotonic()),
      jumps: this.cursor.jumps,
      joinedAt: this.joinedAt,
    };
  }

  private enter(): boolean {
    const { joinBehindMs } = this.options;
    this.joined ||= this.cursor.join({ behindMs: joinBehindMs, nowMs: this.clock.monotonic() }) === 'joined';
    return this.joined;
  }

  private mustPause(): boolean {
    const waitMs = this.pace?.waitMs(this.written) ?? 0;
    if (waitMs <= 0) return false;
    this.pause = this.clock.setTimer(waitMs, () => {
      this.pause = undefined;
      this.pump();
    });
    return true;
  }

  private drained(): void {
    if (this.over) return;
    this.blocked = false;
    this.progressAt = this.clock.monotonic();
    this.pump();
  }
}
