import type { Clock, Timer } from '../../src/platform/clock.js';

interface Waiting {
  at: number;
  order: number;
  run: () => void;
}

/** A clock that stands still until a test turns it. */
export class FakeClock implements Clock {
  private elapsed = 0;
  private order = 0;
  private readonly waiting = new Set<Waiting>();

  constructor(private readonly epoch = Date.UTC(2026, 2, 14, 19, 40, 0)) {}

  now(): number {
    return this.epoch + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  setTimer(ms: number, run: () => void): Timer {
    const entry = { at: this.elapsed + ms, order: this.order++, run };
    this.waiting.add(entry);
    return { cancel: () => void this.waiting.delete(entry) };
  }

  setRepeating(ms: number, run: () => void): Timer {
    let timer = this.setTimer(ms, tick.bind(this));
    function tick(this: FakeClock): void {
      timer = this.setTimer(ms, tick.bind(this));
      run();
    }
    return { cancel: () => timer.cancel() };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason as Error);
      const timer = this.setTimer(ms, () => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        timer.cancel();
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }

  get pendingTimers(): number {
    return this.waiting.size;
  }

  /** Runs every timer due within `ms`, in order, letting promise callbacks run between them. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    for (;;) {
      await settle();
      const next = [...this.waiting]
        .filter((w) => w.at <= end)
        .sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.waiting.delete(next);
      this.elapsed = Math.max(this.elapsed, next.at);
      next.run();
    }
    this.elapsed = end;
    await settle();
  }
}

/** Lets everything that is ready run: promise callbacks and one turn of the event loop. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
