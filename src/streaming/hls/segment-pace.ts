import type { Clock } from '../../platform/clock.js';

/** The newest segment is given out a little faster than it lasts, so that the reader never falls behind. */
const HASTE = 1.1;
/** Shorter pauses are not worth a timer. */
const MIN_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_000;

/**
 * Spreads segments over time: they come as blocks of many seconds, and a viewer who joins in between would have nothing
 * to play until the next one.
 */
export class SegmentPace {
  /** Bytes of a second of media, from the segments so far; 0 = not known. */
  private rate = 0;
  private startedAt = 0;
  private seconds = 0;

  constructor(private readonly clock: Clock) {}

  /** A segment of so many seconds begins. */
  begin(seconds: number): void {
    this.startedAt = this.clock.monotonic();
    this.seconds = seconds;
  }

  /** Waits until it is time for what follows the first `bytes` of this segment. */
  async hold(bytes: number, isHurried: boolean, signal: AbortSignal): Promise<void> {
    if (isHurried || this.rate === 0) return;
    const dueAt = this.startedAt + Math.min(bytes / this.rate, this.seconds) * (1000 / HASTE);
    const pause = Math.min(MAX_PAUSE_MS, dueAt - this.clock.monotonic());
    if (pause >= MIN_PAUSE_MS) await this.clock.sleep(pause, signal).catch(() => undefined);
  }

  /** The segment is over, with so many bytes. */
  end(bytes: number): void {
    if (this.seconds > 0) this.rate = bytes / this.seconds;
  }
}
