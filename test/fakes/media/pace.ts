/** How fast a source gives its bytes, in seconds of playing time. */
export interface PaceOptions {
  /** Playing time that is at hand when the reader comes, given faster than real time. */
  burstSeconds: number;
  /** Real seconds over which that burst is spread; 0 = as fast as the reader drains it. */
  burstOverSeconds: number;
  /** Share of real time at which the source supplies after the burst; below 1 a player starves. */
  supplyRatio: number;
  /** Supply swings between `low` and `high` times real time in windows; the mean stays at `supplyRatio`. */
  jitter: { low: number; high: number; windowSeconds: number } | null;
}

export const FAST_PACE: PaceOptions = { burstSeconds: 6, burstOverSeconds: 0, supplyRatio: 1, jitter: null };

/** What was measured on a real engine at 3.8 Mbit/s: 22 MB within 12 s, 10-second windows of 0.45 to 2.7 times the mean. */
export const MEASURED_PACE: PaceOptions = {
  burstSeconds: 46,
  burstOverSeconds: 12,
  supplyRatio: 1,
  jitter: { low: 0.45, high: 2.7, windowSeconds: 10 },
};

/** Tells how many seconds of playing time may have left `elapsed` seconds after the reader came. */
export class Pace {
  private readonly targets: number[] = [0];

  constructor(
    private readonly options: PaceOptions,
    private readonly random: () => number,
  ) {}

  allowance(elapsed: number): number {
    const { burstSeconds, burstOverSeconds, supplyRatio } = this.options;
    const burst =
      burstOverSeconds <= 0 ? burstSeconds : burstSeconds * Math.min(1, elapsed / burstOverSeconds);
    return burst + this.supplied(elapsed) * supplyRatio;
  }

  private supplied(elapsed: number): number {
    const { jitter } = this.options;
    if (!jitter) return elapsed;
    const window = Math.floor(elapsed / jitter.windowSeconds);
    while (this.targets.length <= window + 1) this.targets.push(this.nextTarget(jitter));
    const from = this.targets[window] ?? 0;
    const to = this.targets[window + 1] ?? from;
    return from + (to - from) * (elapsed / jitter.windowSeconds - window);
  }

  /** A random step within the bounds, drawn so that the total returns to real time instead of drifting off. */
  private nextTarget({ low, high, windowSeconds }: NonNullable<PaceOptions['jitter']>): number {
    const done = this.targets.at(-1) ?? 0;
    const due = this.targets.length * windowSeconds;
    const catchUp = (due - done) / windowSeconds;
    const swing = (this.random() * 2 - 1) * (this.random() < 0.8 ? 0.4 : 1.7);
    return done + Math.min(high, Math.max(low, catchUp + swing)) * windowSeconds;
  }
}
