import { ladderDelay } from '../../core/util/backoff.js';
import type { Clock } from '../../platform/clock.js';
import type { TmdbFailure } from './tmdb-types.js';

/** Failures in a row after which TMDB is left alone. */
const PATIENCE = 5;
/** Seconds; the last one repeats. */
const PAUSES = [30, 60, 300, 900] as const;
/** A key may have been suspended and come back; the setting itself needs a restart. */
const BAD_KEY_PAUSE = 3600;
/** Nobody else asks while one request finds out whether it is well again. */
const PROBE_SECONDS = 45;

/** How TMDB is doing, as far as anybody has asked. Times in epoch seconds. */
export interface TmdbCondition {
  state: 'ok' | 'degraded' | 'down' | 'unknown';
  /** When it became so, or answered last; null = nobody has asked. */
  since: number | null;
  /** In words; null = none since the start. */
  lastError: string | null;
}

/** Decides whether asking makes sense at all: not while TMDB is down, and not with a key it refuses. */
export class TmdbGate {
  private failures = 0;
  private pauses = 0;
  private closedUntil = -Infinity;
  private isProbing = false;
  private lastError: string | null = null;
  private answeredAt: number | null = null;
  private failingSince: number | null = null;
  private hasComplained = false;
  private closedFor: { kind: 'bad-key' } | { kind: 'unavailable'; reason: string } | null = null;

  constructor(private readonly clock: Clock) {}

  /** Why not to ask now; null = ask, and tell how it went. */
  refusal(): Extract<TmdbFailure, { kind: 'bad-key' | 'unavailable' }> | null {
    if (!this.closedFor) return null;
    const seconds = Math.ceil((this.closedUntil - this.clock.monotonic()) / 1000);
    if (seconds > 0) return { ...this.closedFor, retryAfterSeconds: seconds };
    this.closedUntil = this.clock.monotonic() + PROBE_SECONDS * 1000;
    this.isProbing = true;
    return null;
  }

  /** What is wrong, for the operator; null = nothing. */
  get problem(): string | null {
    if (!this.closedFor) return null;
    return this.closedFor.kind === 'bad-key' ? 'TMDB refuses the key' : this.closedFor.reason;
  }

  get condition(): TmdbCondition {
    const { lastError, failingSince, answeredAt } = this;
    if (this.closedFor) return { state: 'down', since: failingSince, lastError };
    if (failingSince !== null) return { state: 'degraded', since: failingSince, lastError };
    return { state: answeredAt === null ? 'unknown' : 'ok', since: answeredAt, lastError };
  }

  /** Says whether this is news. */
  succeeded(): boolean {
    const isNews = this.hasComplained;
    this.hasComplained = false;
    this.answeredAt = this.nowSeconds();
    this.failingSince = null;
    this.failures = 0;
    this.pauses = 0;
    this.closedFor = null;
    return isNews;
  }

  /** It answers, and does not let us ask: nothing that asking again would find out. Says whether this is news. */
  heldBack(reason: string): boolean {
    this.noteFailure(reason);
    const isNews = !this.hasComplained;
    this.hasComplained = true;
    return isNews;
  }

  /** Says whether this closed the gate. */
  failed(reason: string): boolean {
    this.noteFailure(reason);
    this.failures++;
    const wasOpen = this.closedFor === null;
    if (wasOpen && this.failures < PATIENCE) return false;
    // Requests that were on their way when the gate closed are no news.
    if (!wasOpen && !this.isProbing) return false;
    this.close({ kind: 'unavailable', reason }, ladderDelay(PAUSES, this.pauses++));
    this.hasComplained = true;
    return wasOpen;
  }

  /** Says whether this is news. */
  refusedKey(): boolean {
    this.noteFailure('TMDB refuses the key');
    const isNews = this.closedFor?.kind !== 'bad-key';
    this.hasComplained = true;
    this.close({ kind: 'bad-key' }, BAD_KEY_PAUSE);
    return isNews;
  }

  private noteFailure(reason: string): void {
    this.lastError = reason;
    this.failingSince ??= this.nowSeconds();
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }

  private close(why: NonNullable<typeof this.closedFor>, seconds: number): void {
    this.closedFor = why;
    this.isProbing = false;
    this.closedUntil = this.clock.monotonic() + seconds * 1000;
  }
}
