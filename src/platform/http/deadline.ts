import type { Clock, Timer } from '../clock.js';

/** Aborts a transfer with a reason when its time is over, in all or without progress, or when the caller says so. */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly total: Timer;
  private idle: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limits: { totalMs: number; makeError: (reason: string) => Error },
    private readonly outer?: AbortSignal,
  ) {
    const { totalMs, makeError } = limits;
    this.total = clock.setTimer(totalMs, () => this.abort(makeError(`not done within ${totalMs / 1000} s`)));
    if (outer?.aborted) this.abort(outer.reason);
    else outer?.addEventListener('abort', this.onOuterAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The next step has to happen within `ms`; replaces the previous expectation. */
  expect(ms: number, what: string): void {
    this.idle?.cancel();
    if (this.signal.aborted) return;
    this.idle = this.clock.setTimer(ms, () =>
      this.abort(this.limits.makeError(`${what} for ${ms / 1000} s`)),
    );
  }

  /** Nothing is expected until the next `expect`. */
  pause(): void {
    this.idle?.cancel();
  }

  /** Frees the timers. The transfer is over, whatever its end was. */
  release(): void {
    this.total.cancel();
    this.idle?.cancel();
    this.outer?.removeEventListener('abort', this.onOuterAbort);
  }

  /** What to throw instead of an error that the abort has caused. */
  explain(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error;
  }

  private readonly onOuterAbort = (): void => this.abort(this.outer?.reason);

  private abort(reason: unknown): void {
    this.release();
    this.controller.abort(reason);
  }
}
