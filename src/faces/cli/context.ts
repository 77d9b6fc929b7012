import type { Clock } from '../../platform/clock.js';
import type { AppConfig } from '../../platform/config/app-config.js';
import type { ColdRestore } from '../../platform/database/cold-restore.js';
import type { Terminal } from './output.js';

/** Hands out a provider of the domain by its class. */
export interface ServiceLocator {
  get<T>(type: abstract new (...args: never[]) => T): T;
  readonly config: AppConfig;
  readonly clock: Clock;
  /** Aborted by Ctrl-C, for commands that hold something open elsewhere; only with `streams`. */
  readonly interrupted: AbortSignal;
}

export interface RunOptions {
  /** With what opens sources and engines. */
  streams?: boolean;
}

/** What every command works with. The database is opened only when a command asks for a service. */
export interface CliContext {
  readonly terminal: Terminal;
  /** Opens the house, runs the work, closes the house; failures are reported with their exit code. */
  run(json: boolean, work: (services: ServiceLocator) => Promise<void>, options?: RunOptions): Promise<void>;
  /** The same beside a database that is not opened: it may be damaged, missing or of a newer version. */
  restore(json: boolean, work: (restore: ColdRestore) => Promise<void>): Promise<void>;
  serve(): Promise<void>;
}
