import type { GopRing, KeyframeChunk } from './gop-ring.js';
import type { Borrower } from './loans.js';

export interface JoinOptions {
  /** How far behind live to start, in ms of arrival: players want some seconds at once before they show a picture. */
  behindMs: number;
  nowMs: number;
}

/**
 * One reader's place in a ring. It has no queue of its own: what `next` gives out is shared memory and must not be
 * changed.
 */
export class RingCursor implements Borrower {
  /** How often the reader fell out of the ring or was moved forward. */
  jumps = 0;
  /** Of the next chunk; −1 before the join. */
  private seq = -1;
  private prefix: Buffer | undefined;
  private position = 0;
  /** The reader has been overrun and waits for a keyframe. */
  private lost = false;
  /** Of the first chunk given out after the reader had last used up everything. */
  private unusedFrom = 0;

  /**
   * `unused`: bytes given out that the reader has not used up yet. Without it he may keep everything for ever, and the
   * ring has to take new memory for what comes.
   */
  constructor(
    private readonly ring: GopRing,
    private readonly unused?: () => number,
  ) {}

  get heldFrom(): number {
    return this.unused?.() === 0 ? this.seq : this.unusedFrom;
  }

  get joined(): boolean {
    return this.seq >= 0;
  }

  /**
   * Takes the newest keyframe that came at least `behindMs` ago, else the oldest one; 'not-yet' while the ring has
   * none. The first output is PAT and PMT.
   */
  join({ behindMs, nowMs }: JoinOptions): 'joined' | 'not-yet' {
    const chunk = this.ring.keyframeBehind(behindMs, nowMs);
    if (!chunk) return 'not-yet';
    if (this.unused) this.ring.loans.lend(this);
    else this.ring.loans.give(Infinity);
    this.moveTo(chunk, chunk.prefix.atStart);
    return 'joined';
  }

  /** The next bytes; undefined = there are none yet. An overrun reader continues at the newest keyframe. */
  next(): Buffer | undefined {
    if (this.seq < this.ring.firstSeq && this.joined && !this.recover()) return undefined;
    const { prefix } = this;
    if (prefix) {
      this.prefix = undefined;
      return prefix;
    }
    const chunk = this.ring.chunk(this.seq);
    if (!chunk) return undefined;
    if (this.unused?.() === 0) this.unusedFrom = this.seq;
    this.seq++;
    this.position = chunk.position + chunk.data.length;
    return chunk.data;
  }

  /** Nothing is read any more. What has not been used up by now may be kept. */
  close(): void {
    this.ring.loans.takeBack(this);
    if (this.unused?.() !== 0) this.ring.loans.give(this.seq);
  }

  /**
   * Moves forward to the newest keyframe; the next output is PAT and PMT, marked as a discontinuity. False when there
   * is no keyframe ahead of the reader.
   */
  skipToNewestKeyframe(): boolean {
    const chunk = this.ring.newestKeyframe;
    if (!chunk || !this.joined || chunk.seq <= this.seq) return false;
    this.jumps++;
    this.moveTo(chunk, chunk.prefix.afterJump);
    return true;
  }

  /** Bytes of the stream between the reader and the newest chunk's end. */
  get lagBytes(): number {
    return this.joined ? this.ring.endPosition - this.position : 0;
  }

  /** How long ago the reader's next chunk came, in ms; 0 when it has them all. */
  lagMs(nowMs: number): number {
    if (!this.joined) return 0;
    const chunk = this.ring.chunk(Math.max(this.seq, this.ring.firstSeq));
    return chunk ? nowMs - chunk.arrivedAt : 0;
  }

  /** The next chunk is gone. Counted once, however long the next keyframe takes to come. */
  private recover(): boolean {
    if (!this.lost) this.jumps++;
    this.lost = true;
    const chunk = this.ring.newestKeyframe;
    if (!chunk) return false;
    this.moveTo(chunk, chunk.prefix.afterJump);
    return true;
  }

  private moveTo(chunk: KeyframeChunk, prefix: Buffer): void {
    this.seq = chunk.seq;
    this.position = chunk.position;
    this.prefix = prefix;
    this.lost = false;
  }
}
