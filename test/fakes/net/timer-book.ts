import type { Clock, Timer } from '../../../src/platform/clock.js';

/** The timers of one fake: closing the book cancels whatever still waits, so that no fake outlives its test. */
export class TimerBook {
  private readonly waiting = new Set<Timer>();

  constructor(readonly clock: Clock) {}

  after(ms: number, run: () => void): Timer {
    const timer = this.clock.setTimer(ms, () => {
      this.waiting.delete(entry);
      run();
    });
    const entry: Timer = {
      cancel: () => {
        this.waiting.delete(entry);
        timer.cancel();
      },
    };
    this.waiting.add(entry);
    return entry;
  }

  /** Timers that still wait. */
  get size(): number {
    return this.waiting.size;
  }

  close(): void {
    for (const timer of [...this.waiting]) timer.cancel();
  }
}
