import { SingleFlight } from '../core/util/single-flight.js';
import type { Clock } from './clock.js';
import { describeError } from './errors/app-error.js';
import type { Logger } from './logging/logger.js';

/** `failing`: send nobody here. `degraded`: something is missing, the rest works. */
export type CheckState = 'ok' | 'degraded' | 'failing';

export interface ReadinessCheck {
  name: string;
  /** What a failure of this check means for the whole. */
  whenBroken: Exclude<CheckState, 'ok'>;
  /** Resolves when all is well, throws when not. Given up after a while, even if it ignores the signal. */
  check: (signal: AbortSignal) => Promise<void> | void;
}

export interface ReadinessReport {
  state: CheckState;
  checks: { name: string; state: CheckState; latencyMs: number }[];
}

export interface ReadinessOptions {
  timeoutMs?: number;
}

/** Named checks, registered by the parts they belong to and run together when somebody asks. */
export class ReadinessRegistry {
  private readonly checks: ReadinessCheck[] = [];
  private readonly flight = new SingleFlight<'report', ReadinessReport>();
  private readonly broken = new Set<string>();
  private readonly unfinished = new Map<string, Promise<void>>();
  private readonly timeoutMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    options: ReadinessOptions = {},
  ) {
    this.timeoutMs = options.timeoutMs ?? 2000;
  }

  register(check: ReadinessCheck): void {
    this.checks.push(check);
  }

  /** Callers that come while the checks run share the answer. */
  report(): Promise<ReadinessReport> {
    return this.flight.run('report', () => this.runAll());
  }

  private async runAll(): Promise<ReadinessReport> {
    const checks = await Promise.all(this.checks.map((check) => this.runOne(check)));
    const states = checks.map(({ state }) => state);
    const state = states.includes('failing') ? 'failing' : states.includes('degraded') ? 'degraded' : 'ok';
    return { state, checks };
  }

  private async runOne({
    name,
    whenBroken,
    check,
  }: ReadinessCheck): Promise<ReadinessReport['checks'][number]> {
    const started = this.clock.monotonic();
    const failure = await this.failureOf(name, check);
    this.logChange(name, failure);
    const latencyMs = Math.round((this.clock.monotonic() - started) * 10) / 10;
    return { name, state: failure === null ? 'ok' : whenBroken, latencyMs };
  }

  private async failureOf(name: string, check: ReadinessCheck['check']): Promise<string | null> {
    const controller = new AbortController();
    const late = new Error(`no answer within ${this.timeoutMs} ms`);
    const timeout = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(late));
    });
    const timer = this.clock.setTimer(this.timeoutMs, () => controller.abort(late));
    try {
      await Promise.race([this.runOnce(name, check, controller.signal), timeout]);
      return null;
    } catch (error) {
      return describeError(error);
    } finally {
      timer.cancel();
    }
  }

  /** A check that still hangs from the last time is not started a second time. */
  private runOnce(name: string, check: ReadinessCheck['check'], signal: AbortSignal): Promise<void> {
    const hanging = this.unfinished.get(name);
    if (hanging) return hanging;
    const run = Promise.resolve(signal).then(check);
    this.unfinished.set(name, run);
    const forget = (): void => void this.unfinished.delete(name);
    run.then(forget, forget);
    return run;
  }

  /** Only changes are news. */
  private logChange(name: string, failure: string | null): void {
    if (failure === null && this.broken.delete(name)) {
      this.logger.info('a check is well again', { check: name });
    }
    if (failure === null || this.broken.has(name)) return;
    this.broken.add(name);
    this.logger.warn('a check fails', { check: name, error: failure });
  }
}
