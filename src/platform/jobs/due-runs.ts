import { withJitter } from '../../core/util/backoff.js';
import type { Clock, Timer } from '../clock.js';
import type { Lifecycle } from '../lifecycle.js';

export interface DueRunsOptions {
  /** What is run, for the log. */
  name: string;
  /** Ids of what is to be run now, the longest waiting first. */
  due: (nowSeconds: number) => Promise<number[]>;
  /** Never rejects for what the outside world does. */
  run: (id: number) => Promise<unknown>;
  lifecycle: Lifecycle;
  clock: Clock;
}

const LOOK_EVERY_MS = 30_000;

/** Runs things when their time has come, one after the other; looks with some jitter so that hosts are not met in step. */
export class DueRuns {
  private timer: Timer | undefined;

  constructor(private readonly options: DueRunsOptions) {}

  start(): void {
    const { lifecycle, name } = this.options;
    lifecycle.onShutdown('work', name, () => this.timer?.cancel());
    this.plan();
  }

  /** Runs what is due now. */
  async runDue(): Promise<void> {
    const { due, run, lifecycle, clock } = this.options;
    for (const id of await due(Math.floor(clock.now() / 1000))) {
      if (lifecycle.signal.aborted) return;
      await run(id);
    }
  }

  private plan(): void {
    const { lifecycle, clock, name } = this.options;
    if (lifecycle.signal.aborted) return;
    this.timer = clock.setTimer(withJitter(LOOK_EVERY_MS, 0.3, Math.random), () =>
      lifecycle.background(
        name,
        this.runDue().finally(() => this.plan()),
      ),
    );
  }
}
