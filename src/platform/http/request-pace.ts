import type { Clock } from '../clock.js';

/** Requests that may go at once after a pause. */
const BURST = 4;

/** Lets requests go at a steady rate, in the order they came, and holds all of them when the host asks for it. */
export class RequestPace {
  private next = -Infinity;
  private heldUntil = -Infinity;

  constructor(
    private readonly clock: Clock,
    private readonly perSecond: number,
  ) {}

  /** Resolves when it is this caller's turn; rejects with the signal's reason. */
  async turn(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.clock.monotonic();
      const interval = 1000 / this.perSecond;
      const at = Math.max(this.next, now - BURST * interval, this.heldUntil);
      this.next = at + interval;
      if (at > now) await this.clock.sleep(Math.ceil(at - now), signal);
      // Somebody may have been told to wait while we slept.
      if (this.clock.monotonic() >= this.heldUntil) return;
    }
  }

  hold(seconds: number): void {
    this.heldUntil = Math.max(this.heldUntil, this.clock.monotonic() + seconds * 1000);
  }

  /** Seconds for which nothing goes; 0 = it flows. */
  get heldSeconds(): number {
    return Math.max(0, Math.ceil((this.heldUntil - this.clock.monotonic()) / 1000));
  }
}
