import type { Clock } from '../../platform/clock.js';

/** Pauses before a stop is said again, for an engine that restarts or hangs. */
const PAUSES_MS = [1_000, 3_000, 10_000, 30_000, 60_000, 120_000, 300_000];

/** A stop that an engine did not take: said again from time to time, and at once when somebody needs it taken. */
export class UntakenStop {
  private readonly taken = new AbortController();
  private attempt: Promise<boolean> | undefined;

  /** `say` tells whether the engine took it, and never rejects. */
  constructor(private readonly say: () => Promise<boolean>) {}

  /** Says it; callers at the same time share one attempt. */
  now(): Promise<boolean> {
    this.attempt ??= this.say().then((taken) => {
      if (taken) this.taken.abort();
      this.attempt = undefined;
      return taken;
    });
    return this.attempt;
  }

  /** Ends when it is taken, when every pause has passed, or after one more attempt once `closing` aborts. */
  async repeat(clock: Clock, closing: AbortSignal): Promise<void> {
    const signal = AbortSignal.any([closing, this.taken.signal]);
    for (const pause of PAUSES_MS) {
      await clock.sleep(pause, signal).catch(() => undefined);
      if (this.taken.signal.aborted || (await this.now()) || closing.aborted) return;
    }
  }
}
