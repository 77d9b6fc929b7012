export interface BreakerOptions {
  /** So many failures within `windowMs` open the breaker. */
  failures: number;
  windowMs: number;
  /** How long it stays open before one try is let through. */
  openMs: number;
}

export const BREAKER_DEFAULTS: BreakerOptions = { failures: 5, windowMs: 300_000, openMs: 60_000 };

interface Failure {
  at: number;
  /** What was tried, where the fault may as well lie there. */
  about: string | undefined;
}

/** Keeps us from hammering an engine that fails again and again. Times are monotonic ms, given by the caller. */
export class CircuitBreaker {
  private recent: Failure[] = [];
  private openedAt: number | undefined;
  private probing = false;

  constructor(private readonly options: BreakerOptions = BREAKER_DEFAULTS) {}

  state(now: number): 'closed' | 'open' | 'half-open' {
    if (this.openedAt === undefined) return 'closed';
    return now - this.openedAt >= this.options.openMs && !this.probing ? 'half-open' : 'open';
  }

  /** True when a try may go ahead; in the half-open state only for one at a time. */
  allow(now: number): boolean {
    const state = this.state(now);
    if (state === 'half-open') this.probing = true;
    return state !== 'open';
  }

  succeeded(): void {
    this.recent = [];
    this.openedAt = undefined;
    this.probing = false;
  }

  /** The try ended without telling anything about the engine. */
  inconclusive(): void {
    this.probing = false;
  }

  /** One thing that fails again and again does not open it: `about` tells which. */
  failed(now: number, about?: string): void {
    const { failures, windowMs } = this.options;
    this.recent = [...this.recent.filter(({ at }) => now - at < windowMs), { at: now, about }].slice(
      -failures,
    );
    if (this.probing || (this.recent.length >= failures && !this.isOneThing())) this.openedAt = now;
    this.probing = false;
  }

  private isOneThing(): boolean {
    const [first] = this.recent;
    return first?.about !== undefined && this.recent.every(({ about }) => about === first.about);
  }
}
