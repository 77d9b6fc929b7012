import type { Clock } from '../../platform/clock.js';

/**
 * Starts on one engine: one at a time, with a pause between them. Bursts of starts are what brings engines down,
 * and a viewer who zaps on while his start waits here costs the engine nothing.
 */
export class StartGate {
  private tail: Promise<void> = Promise.resolve();
  private lastEnd = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly gapMs = 300,
  ) {}

  /** Runs `work` when it is its turn; undefined when `signal` was aborted before that. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | undefined> {
    const previous = this.tail;
    let release = (): void => {};
    this.tail = new Promise((resolve) => (release = resolve));
    try {
      await previous;
      if (!(await this.waitForGap(signal))) return undefined;
      try {
        return await work();
      } finally {
        this.lastEnd = this.clock.monotonic();
      }
    } finally {
      release();
    }
  }

  private async waitForGap(signal: AbortSignal): Promise<boolean> {
    const rest = this.lastEnd + this.gapMs - this.clock.monotonic();
    if (rest > 0 && !signal.aborted) await this.clock.sleep(rest, signal).catch(() => undefined);
    return !signal.aborted;
  }
}
