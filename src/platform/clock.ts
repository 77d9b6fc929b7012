import { setTimeout as sleepTimer } from 'node:timers/promises';

export interface Timer {
  cancel(): void;
}

/** The only source of time and timers. Everything that waits takes a Clock, so that tests turn it by hand. */
export interface Clock {
  /** Wall clock, ms since the epoch. */
  now(): number;
  /** Never jumps; ms from an arbitrary start. For intervals. */
  monotonic(): number;
  setTimer(ms: number, run: () => void): Timer;
  setRepeating(ms: number, run: () => void): Timer;
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers do not keep the process alive: the lifecycle decides when it ends. */
export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  setTimer(ms: number, run: () => void): Timer {
    const handle = setTimeout(run, ms).unref();
    return { cancel: () => clearTimeout(handle) };
  }

  setRepeating(ms: number, run: () => void): Timer {
    const handle = setInterval(run, ms).unref();
    return { cancel: () => clearInterval(handle) };
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await sleepTimer(ms, undefined, signal ? { signal } : undefined);
  }
}
