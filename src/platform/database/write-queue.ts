import type { DataSource, EntityManager } from 'typeorm';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import type { Dialect } from './dialect.js';

export interface WriteQueueOptions {
  /** Writes that may wait; a further one is refused. Default 10,000. */
  maxPending?: number;
  /** How long a write waits for another process that holds the database. Default 15 s. */
  busyTimeoutMs?: number;
}

/**
 * SQLite: one write transaction at a time, because TypeORM shares one connection: two open transactions would end
 * each other, and an insert made beside one disappears with its rollback. PostgreSQL: straight through.
 */
export class WriteQueue {
  private tail: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private readonly maxPending: number;
  private readonly busyTimeoutMs: number;

  constructor(
    private readonly source: DataSource,
    private readonly dialect: Dialect,
    private readonly clock: Clock,
    options: WriteQueueOptions = {},
  ) {
    this.maxPending = options.maxPending ?? 10_000;
    this.busyTimeoutMs = options.busyTimeoutMs ?? 15_000;
  }

  get pending(): number {
    return this.waiting;
  }

  async run<T>(name: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    if (this.waiting >= this.maxPending) {
      throw new AppError('database_unavailable', `too many writes are waiting (${name})`, { status: 503 });
    }
    this.waiting++;
    try {
      if (this.dialect === 'postgres') return await this.source.transaction(work);
      const turn = this.tail.then(() => this.transact(name, work));
      this.tail = turn.catch(() => undefined);
      return await turn;
    } finally {
      this.waiting--;
    }
  }

  async drain(): Promise<void> {
    await this.tail;
  }

  /**
   * SQLite's own busy handler waits inside the call and would hold the event loop, so the connection has a short
   * one and the transaction is tried again from here.
   */
  private async transact<T>(name: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    const deadline = this.clock.monotonic() + this.busyTimeoutMs;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.endLeftTransaction();
        return await this.source.transaction(work);
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (this.clock.monotonic() >= deadline) {
          throw new AppError('database_unavailable', `another process holds the database (${name})`, {
            status: 503,
            cause: error,
          });
        }
        await this.clock.sleep(Math.min(100, 5 * 2 ** attempt));
      }
    }
  }

  /**
   * On a full disk SQLite ends a transaction by itself, the rollback of TypeORM fails, and TypeORM goes on to count it
   * as open: every later write would be a part of one that nobody commits. A beginning and its rollback bring both to
   * the same mind again.
   */
  private async endLeftTransaction(): Promise<void> {
    const runner = this.source.createQueryRunner();
    const isLeft = (): boolean => runner.isTransactionActive;
    if (!isLeft()) return;
    await runner.startTransaction();
    while (isLeft()) await runner.rollbackTransaction();
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { driverError?: { code?: unknown }; code?: unknown } | null)?.driverError?.code;
  return typeof code === 'string' && (code.startsWith('SQLITE_BUSY') || code === 'SQLITE_LOCKED');
}
