import { lesserFault } from './judge-picture.js';
import type { PictureFault } from './judge-picture.js';

export interface DeadSourcesOptions {
  /** How long a source that looked dead is left alone, ms; doubles from round to round. */
  backoffMs: number;
  maxBackoffMs: number;
}

/** `leave`: another source may be better. `go-to`: all looked dead, and this one least. */
export type PictureAdvice = { kind: 'stay' } | { kind: 'leave' } | { kind: 'go-to'; sourceId: number };

const STAY: PictureAdvice = { kind: 'stay' };

/**
 * Remembers which sources of a stream showed a dead picture, so that a stream goes once through its sources, ends at
 * the least bad one and tries again only after a pause.
 */
export class DeadSources {
  private readonly marks = new Map<number, PictureFault>();
  private until = 0;
  private rounds = 0;
  private settled = false;

  constructor(private readonly options: DeadSourcesOptions) {}

  /** The picture of this source is dead for certain. */
  confirm(sourceId: number, fault: PictureFault, sourceIds: readonly number[], nowMs: number): PictureAdvice {
    this.expire(nowMs);
    const known = this.marks.get(sourceId);
    if (known !== undefined && this.settled) return STAY;
    if (this.marks.size === 0) this.beginRound(nowMs);
    this.marks.set(sourceId, fault);
    if (sourceIds.some((id) => !this.marks.has(id))) return known === undefined ? { kind: 'leave' } : STAY;
    this.settled = true;
    const best = this.leastBad(sourceId, sourceIds);
    return best === sourceId ? STAY : { kind: 'go-to', sourceId: best };
  }

  /** Whether it was marked in this round. */
  isMarked(sourceId: number, nowMs: number): boolean {
    this.expire(nowMs);
    return this.marks.has(sourceId);
  }

  /** The picture of this source is alive. */
  clear(sourceId: number): void {
    this.rounds = 0;
    this.settled = false;
    this.marks.delete(sourceId);
  }

  private beginRound(nowMs: number): void {
    const { backoffMs, maxBackoffMs } = this.options;
    this.until = nowMs + Math.min(maxBackoffMs, backoffMs * 2 ** Math.min(this.rounds, 16));
    this.rounds++;
  }

  private expire(nowMs: number): void {
    if (nowMs < this.until) return;
    this.marks.clear();
    this.settled = false;
  }

  /** The one that plays, unless another is better: a switch for nothing costs a gap. */
  private leastBad(current: number, sourceIds: readonly number[]): number {
    return sourceIds.reduce((best, id) => {
      const [mine, its] = [this.marks.get(best), this.marks.get(id)];
      return mine && its && mine !== its && lesserFault(mine, its) === its ? id : best;
    }, current);
  }
}
