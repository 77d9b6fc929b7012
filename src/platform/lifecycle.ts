import { describeError } from './errors/app-error.js';
import type { Logger } from './logging/logger.js';

/** Shutdown runs phase by phase: nobody new is let in, streams end, work drains, stores close. */
export const SHUTDOWN_PHASES = ['faces', 'streams', 'work', 'stores'] as const;
export type ShutdownPhase = (typeof SHUTDOWN_PHASES)[number];

/** Owner of everything that outlives a request. */
export class Lifecycle {
  private readonly controller = new AbortController();
  private readonly running = new Set<Promise<void>>();
  private readonly closers = new Map<ShutdownPhase, { name: string; close: () => Promise<void> | void }[]>();
  private closing: Promise<void> | undefined;

  constructor(private readonly logger: Logger) {}

  /** Aborted when shutdown begins. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** The only way not to await a promise: a failure is logged with the name, and shutdown waits for the end. */
  background(name: string, work: Promise<unknown>): void {
    const tracked: Promise<void> = work
      .then(
        () => undefined,
        (error: unknown) => {
          if (!this.signal.aborted) this.logger.error(`${name} failed`, { error: describeError(error) });
        },
      )
      .finally(() => this.running.delete(tracked));
    this.running.add(tracked);
  }

  onShutdown(phase: ShutdownPhase, name: string, close: () => Promise<void> | void): void {
    this.closers.set(phase, [...(this.closers.get(phase) ?? []), { name, close }]);
  }

  /** Closes everything once, in order; later calls wait for the first. */
  shutdown(): Promise<void> {
    this.closing ??= this.closeAll();
    return this.closing;
  }

  private async closeAll(): Promise<void> {
    this.controller.abort(new Error('shutting down'));
    for (const phase of SHUTDOWN_PHASES) {
      if (phase === 'stores') await Promise.all(this.running);
      for (const { name, close } of (this.closers.get(phase) ?? []).reverse()) {
        try {
          await close();
        } catch (error) {
          this.logger.error(`closing ${name} failed`, { error: describeError(error) });
        }
      }
    }
  }
}
