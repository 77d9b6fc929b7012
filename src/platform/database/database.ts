import Sqlite from 'better-sqlite3';
import type {
  DataSource,
  EntityManager,
  EntityTarget,
  FindOptionsOrder,
  FindOptionsWhere,
  ObjectLiteral,
  QueryRunner,
} from 'typeorm';
import type { DatabaseLocation } from './bulk-connection.js';
import type { Dialect } from './dialect.js';
import type { WriteQueue } from './write-queue.js';

/** What a write works with, for callers that hand it on to repositories. */
export type Transaction = EntityManager;

/** What a revision counter stands for; raised in the transaction that changes the rows. */
export type RevisionName = 'channels' | 'users' | 'settings' | 'guide' | 'films';

/** The one handle on stored data: reads see what is committed, writes go through the queue. */
export class Database {
  constructor(
    readonly dialect: Dialect,
    private readonly writer: DataSource,
    private readonly reader: DataSource,
    private readonly queue: WriteQueue,
    private readonly openSnapshotSource: () => Promise<DataSource>,
  ) {}

  /** Committed data only. On SQLite a read-only connection of its own. */
  get read(): EntityManager {
    return this.reader.manager;
  }

  /** For migrations and backups, which need the connection itself. */
  get writerSource(): DataSource {
    return this.writer;
  }

  /**
   * Runs `work` in one transaction. It may run again from its start when another process holds the database, so it
   * must touch nothing but the manager, and it must await nothing slow: on SQLite every other write waits for it.
   */
  write<T>(name: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.queue.run(name, work);
  }

  /** Runs `work` on a connection of its own that sees one moment, however long it takes. Read only. */
  async snapshot<T>(work: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const source = await this.openSnapshotSource();
    const runner = source.createQueryRunner();
    try {
      await runner.query(
        this.dialect === 'postgres' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' : 'BEGIN',
      );
      return await work(runner);
    } finally {
      await runner.query('ROLLBACK');
      await runner.release();
      if (source !== this.writer) await source.destroy();
    }
  }

  /** Where a worker thread finds the same database. Holds the password of PostgreSQL. */
  get location(): DatabaseLocation {
    const { options } = this.writer;
    if (options.type === 'postgres') return { dialect: 'postgres', url: options.url ?? '' };
    return { dialect: 'sqlite', file: String(options.database) };
  }

  /**
   * Whether stored data can be read now; throws when not. On SQLite through a connection that has nothing in memory yet,
   * which reads the schema and the beginning of every table from the file: about a millisecond, whatever its size.
   */
  async probe(): Promise<void> {
    await this.reader.query('SELECT 1');
    const { location } = this;
    if (location.dialect === 'sqlite') probeFile(location.file);
  }

  get pendingWrites(): number {
    return this.queue.pending;
  }

  /** May be called twice: a restore closes the database before the house does. */
  async close(): Promise<void> {
    if (!this.writer.isInitialized) return;
    await this.queue.drain();
    if (this.reader !== this.writer) await this.reader.destroy();
    await this.writer.destroy();
  }
}

/** Throws what SQLite says of a file that is damaged, empty or gone. */
function probeFile(file: string): void {
  const connection = new Sqlite(file, { readonly: true, fileMustExist: true });
  try {
    const tables = connection.prepare(`SELECT name FROM sqlite_master WHERE type = 'table'`).pluck().all();
    if (tables.length === 0) throw new Error('the database file holds nothing');
    // An index would answer for its table.
    for (const table of tables) {
      connection.prepare(`SELECT 1 FROM "${String(table)}" NOT INDEXED LIMIT 1`).get();
    }
  } finally {
    connection.close();
  }
}

/**
 * Reads rows that the same transaction is going to change, in the order of their ids. On PostgreSQL they are locked,
 * so that nobody else changes them in between; on SQLite nobody else writes anyway.
 */
export function findForUpdate<T extends ObjectLiteral & { id: number }>(
  manager: EntityManager,
  entity: EntityTarget<T>,
  where: FindOptionsWhere<T>,
): Promise<T[]> {
  const isPostgres = manager.dataSource.options.type === 'postgres';
  return manager.find(entity, {
    where,
    order: { id: 'ASC' } as FindOptionsOrder<T>,
    ...(isPostgres ? { lock: { mode: 'pessimistic_write' } as const } : {}),
  });
}

/** Says inside a write that rows of `name` changed; the change feed tells this and other processes. */
export async function touch(manager: EntityManager, name: RevisionName): Promise<void> {
  await manager.query(`UPDATE revisions SET value = value + 1 WHERE name = '${name}'`);
}
