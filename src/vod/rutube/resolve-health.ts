import type { HostState } from '../../platform/overview/overview-registry.js';

/** How the asking for streams went. Times in epoch seconds. */
export interface ResolveFigures {
  state: HostState;
  /** When the state became what it is; null = nobody asked yet. */
  since: number | null;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  lastError: string | null;
  /** Share of failures among the last answers, 0 to 1; null = nobody asked yet. */
  errorRate: number | null;
  /** Since the start. */
  asked: number;
  failures: number;
}

/** Answers that the rate of errors is made of. */
const REMEMBERED = 100;
/** As long after a success a failure is taken for a passing one. Seconds. */
const DEGRADED_SECONDS = 900;

/** Remembers how the last askings for a stream went. That a video is gone or refused is an answer, not a failure. */
export class ResolveHealth {
  private readonly failed: boolean[] = [];
  private lastSuccessAt: number | null = null;
  private lastFailureAt: number | null = null;
  private failingSince: number | null = null;
  private lastError: string | null = null;
  private asked = 0;
  private failures = 0;

  /** `now` in epoch seconds. */
  succeeded(now: number): void {
    this.lastSuccessAt = now;
    this.failingSince = null;
    this.count(false);
  }

  failedAt(now: number, reason: string): void {
    this.lastFailureAt = now;
    this.failingSince ??= now;
    this.lastError = reason;
    this.failures++;
    this.count(true);
  }

  figures(now: number): ResolveFigures {
    const { lastSuccessAt, lastFailureAt, lastError, failingSince, asked, failures } = this;
    const state = this.stateAt(now);
    return {
      ...{ state, lastSuccessAt, lastFailureAt, lastError, asked, failures },
      since: failingSince ?? lastSuccessAt,
      errorRate: asked === 0 ? null : this.failed.filter(Boolean).length / this.failed.length,
    };
  }

  private stateAt(now: number): HostState {
    if (this.asked === 0) return 'unknown';
    if (this.failingSince === null) return 'ok';
    const success = this.lastSuccessAt;
    return success !== null && now - success < DEGRADED_SECONDS ? 'degraded' : 'down';
  }

  private count(isFailure: boolean): void {
    this.asked++;
    this.failed.push(isFailure);
    if (this.failed.length > REMEMBERED) this.failed.shift();
  }
}
