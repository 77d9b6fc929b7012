import type { GopRing } from '../mpegts/gop-ring.js';
import type { BudgetMember, RingBudget } from '../mpegts/ring-budget.js';
import { boundaryAt, Segmenter } from './segmenter.js';
import type { Boundary, Segment, SegmenterOptions } from './segmenter.js';

export interface SegmentWindowOptions extends SegmenterOptions {
  /** How many segments a playlist lists at most. */
  listed?: number;
  /** How many more are kept: a player may ask for what stood in the playlist it read before. */
  spare?: number;
  /** Cap of all segments kept. No segment is larger than a third of it. */
  maxBytes?: number;
  /** Shared with the rings. What the ring still holds itself is not counted twice. */
  budget?: RingBudget;
}

/** The newest HLS segments of one stream. Their media is the ring's own: only what has left the ring costs memory. */
export class SegmentWindow implements BudgetMember {
  private readonly segmenter: Segmenter;
  private readonly listed: number;
  private readonly spare: number;
  private readonly maxBytes: number;
  private readonly budget: RingBudget | undefined;
  private kept: Segment[] = [];
  private outside = 0;
  /** Segments go before their time because they are too big together. */
  private cramped = false;

  constructor(
    private readonly ring: GopRing,
    options: SegmentWindowOptions = {},
  ) {
    this.listed = options.listed ?? 6;
    this.spare = options.spare ?? 3;
    this.maxBytes = options.maxBytes ?? 48 * 1024 * 1024;
    this.segmenter = new Segmenter(ring, { maxSegmentBytes: Math.floor(this.maxBytes / 3), ...options });
    this.budget = options.budget;
    this.budget?.join(this);
  }

  /** What a playlist has to promise, in whole seconds. */
  get targetDuration(): number {
    return this.segmenter.targetDuration;
  }

  /** Looks at what came into the ring. Returns how many segments were completed. */
  poll(): number {
    const done = this.segmenter.poll();
    this.kept.push(...done);
    this.trim();
    this.account();
    return done.length;
  }

  /** What a playlist lists, oldest first. */
  list(): readonly Segment[] {
    const most = this.cramped ? Math.min(this.listed, this.kept.length - 1) : this.listed;
    return this.kept.slice(-Math.max(1, most));
  }

  find(sequence: number): Segment | undefined {
    return this.kept.find((segment) => segment.sequence === sequence);
  }

  /** Where a segment starts with the picture of this time (90 kHz), also the one that is being made. */
  boundaryAt(time: number): Boundary | undefined {
    const { open } = this.segmenter;
    return boundaryAt(open ? [...this.kept, open] : this.kept, time);
  }

  /** Bytes that only the window holds. */
  get bytes(): number {
    return this.outside;
  }

  get canGive(): boolean {
    return this.outside > 0 && this.kept.length > 1;
  }

  get startsAtNewestKeyframe(): boolean {
    return false;
  }

  evictOldest(): void {
    this.kept.shift();
    this.cramped = true;
    this.account();
  }

  /** Gives everything back; the window is not to be used any more. */
  dispose(): void {
    this.budget?.leave(this);
    this.kept = [];
    this.outside = 0;
  }

  private trim(): void {
    while (this.kept.length > this.listed + this.spare) this.kept.shift();
    let total = this.kept.reduce((sum, { bytes }) => sum + bytes, 0);
    while (total > this.maxBytes && this.kept.length > 1) {
      total -= this.kept.shift()?.bytes ?? 0;
      this.cramped = true;
    }
  }

  private account(): void {
    const before = this.outside;
    this.outside = this.kept.reduce((sum, segment) => sum + this.bytesOutside(segment), 0);
    if (this.outside !== before) this.budget?.changed(this.outside - before);
  }

  private bytesOutside({ firstSeq, endSeq, parts, bytes }: Segment): number {
    if (endSeq <= this.ring.firstSeq) return bytes;
    const chunks = parts.slice(parts.length - (endSeq - firstSeq));
    return chunks
      .slice(0, Math.max(0, this.ring.firstSeq - firstSeq))
      .reduce((sum, { length }) => sum + length, 0);
  }
}
