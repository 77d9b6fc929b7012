import { SystemClock, type Timer } from '../../src/platform/clock.js';

/** Real time, but for pauses, which are jumped over; timers can run faster too. */
export class EagerClock extends SystemClock {
  /** Of every pause, ms. */
  readonly slept: number[] = [];
  private ahead = 0;

  constructor(private readonly timerSpeed = 1) {
    super();
  }

  override now(): number {
    return super.now() + this.ahead;
  }

  override monotonic(): number {
    return super.monotonic() + this.ahead;
  }

  override setTimer(ms: number, run: () => void): Timer {
    return super.setTimer(ms / this.timerSpeed, run);
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.slept.push(ms);
    this.ahead += ms;
    return super.sleep(0, signal);
  }
}
