import { spawn } from 'node:child_process';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors/app-error.js';
import type { Logger } from '../../platform/logging/logger.js';
import { withDeadline } from '../deadline.js';

export interface RestartHookOptions {
  /** An http(s) address that is sent a POST, or the path of a program that gets the engine's address as its argument. */
  target: string;
  dispatcher: () => Dispatcher;
  clock: Clock;
  logger: Logger;
  background: (name: string, work: Promise<unknown>) => void;
  /** Least time between two calls for one engine, ms. */
  cooldownMs?: number;
}

/** An engine needs that long to come up; asking again sooner would only kill it on its way. */
const COOLDOWN_MS = 120_000;
const PATIENCE_MS = 30_000;

/** Asks whatever the operator named to restart an engine that is dead. Never twice within the cooldown. */
export class RestartHook {
  private readonly calledAt = new Map<string, number>();

  constructor(private readonly options: RestartHookOptions) {}

  /** `engine`: its base address. False while an earlier call has its time. */
  call(engine: string): boolean {
    const { clock, background, cooldownMs = COOLDOWN_MS } = this.options;
    const now = clock.monotonic();
    if (now - (this.calledAt.get(engine) ?? -Infinity) < cooldownMs) return false;
    this.calledAt.set(engine, now);
    background('restart of an engine', this.run(engine));
    return true;
  }

  private async run(engine: string): Promise<void> {
    const { target, clock, logger } = this.options;
    logger.warn('an engine is dead; asking for its restart', { engine });
    try {
      await withDeadline(clock, PATIENCE_MS, undefined, (signal) =>
        /^https?:/i.test(target) ? this.post(engine, signal) : this.spawn(engine, signal),
      );
    } catch (error) {
      logger.error('the restart of an engine failed', { engine, error: describeError(error) });
    }
  }

  private async post(engine: string, signal: AbortSignal): Promise<void> {
    const { origin, pathname, search } = new URL(this.options.target);
    const { statusCode, body } = await this.options.dispatcher().request({
      origin,
      path: pathname + search,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ engine }),
      signal,
    });
    body.on('error', () => {});
    body.destroy();
    if (statusCode >= 300) throw new Error(`the restart hook answered ${statusCode}`);
  }

  private spawn(engine: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.options.target, [engine], { stdio: 'ignore', signal });
      child.once('error', reject);
      child.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`the restart program ended with ${String(code)}`)),
      );
    });
  }
}
