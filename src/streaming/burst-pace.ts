import type { Clock } from '../platform/clock.js';

/** Sent at once in any case: enough for tables and the start of a picture. */
const HEAD_START_BYTES = 128 * 1024;
/** Afterwards the viewer has caught up, or never will: a live picture must not be held back. */
const PACED_MS = 15_000;

/**
 * Spreads what a joining viewer gets of the seconds before the present: weak boxes choke on twenty megabytes at once.
 * Only his first seconds are held back.
 */
export class BurstPace {
  private readonly startedAt: number;

  constructor(
    private readonly clock: Clock,
    private readonly bitsPerSecond: number,
  ) {
    this.startedAt = clock.monotonic();
  }

  /** ms until more may be sent to one who has got so many bytes; 0 = now. */
  waitMs(sentBytes: number): number {
    const elapsedMs = this.clock.monotonic() - this.startedAt;
    if (elapsedMs >= PACED_MS) return 0;
    const dueMs = (Math.max(0, sentBytes - HEAD_START_BYTES) * 8_000) / this.bitsPerSecond;
    return Math.max(0, Math.min(dueMs, PACED_MS) - elapsedMs);
  }
}
