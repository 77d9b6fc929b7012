import Sqlite from 'better-sqlite3';
import pg from 'pg';
import { withMarksOf, type Dialect } from './dialect.js';

/** Where a worker thread finds the database; plain data. The address of PostgreSQL holds its password. */
export type DatabaseLocation = { dialect: 'sqlite'; file: string } | { dialect: 'postgres'; url: string };

export type BulkValue = string | number | Uint8Array | null;
export type BulkRow = Record<string, unknown>;

export interface InsertOptions {
  /** Rows that meet a unique index are left out; else they fail. */
  skipsKnown?: boolean;
}

/**
 * A connection of a worker thread's own, for much data. Every transaction keeps the other writers waiting, so it has
 * to be short. Statements number their parameters $1, $2, … in the order of their places, each used once.
 */
export interface BulkConnection {
  readonly dialect: Dialect;
  all(sql: string, parameters?: readonly BulkValue[]): Promise<BulkRow[]>;
  /** How many rows were changed. */
  run(sql: string, parameters?: readonly BulkValue[]): Promise<number>;
  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly BulkValue[])[],
    options?: InsertOptions,
  ): Promise<void>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** How long a worker waits for another writer; it holds nobody up meanwhile. */
const BUSY_TIMEOUT_MS = 15_000;

export async function openBulkConnection(location: DatabaseLocation): Promise<BulkConnection> {
  if (location.dialect === 'sqlite') return new SqliteBulkConnection(location.file);
  const client = new pg.Client({ connectionString: location.url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  return new PostgresBulkConnection(client);
}

class SqliteBulkConnection implements BulkConnection {
  readonly dialect = 'sqlite';
  private readonly connection: Sqlite.Database;
  private readonly statements = new Map<string, Sqlite.Statement>();

  constructor(file: string) {
    this.connection = new Sqlite(file, { fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
    this.connection.pragma('synchronous = NORMAL');
    this.connection.pragma('foreign_keys = ON');
  }

  all(sql: string, parameters: readonly BulkValue[] = []): Promise<BulkRow[]> {
    return Promise.resolve(this.prepare(sql).all(...parameters) as BulkRow[]);
  }

  run(sql: string, parameters: readonly BulkValue[] = []): Promise<number> {
    return Promise.resolve(this.prepare(sql).run(...parameters).changes);
  }

  insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly BulkValue[])[],
    options: InsertOptions = {},
  ): Promise<void> {
    const marks = columns.map(() => '?').join(', ');
    const statement = this.prepare(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})${onConflict(options)}`,
    );
    for (const row of rows) statement.run(...row);
    return Promise.resolve();
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    this.connection.exec('BEGIN IMMEDIATE');
    try {
      const result = await work();
      this.connection.exec('COMMIT');
      return result;
    } catch (error) {
      // A full disk has ended the transaction already.
      if (this.connection.inTransaction) this.connection.exec('ROLLBACK');
      throw error;
    }
  }

  close(): Promise<void> {
    this.connection.close();
    return Promise.resolve();
  }

  private prepare(sql: string): Sqlite.Statement {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.connection.prepare(withMarksOf(this.dialect, sql));
    this.statements.set(sql, statement);
    return statement;
  }
}

class PostgresBulkConnection implements BulkConnection {
  readonly dialect = 'postgres';

  constructor(private readonly client: pg.Client) {}

  async all(sql: string, parameters: readonly BulkValue[] = []): Promise<BulkRow[]> {
    return (await this.client.query<BulkRow>(sql, [...parameters])).rows;
  }

  async run(sql: string, parameters: readonly BulkValue[] = []): Promise<number> {
    return (await this.client.query(sql, [...parameters])).rowCount ?? 0;
  }

  async insert(
    table: string,
    columns: readonly string[],
    rows: readonly (readonly BulkValue[])[],
    options: InsertOptions = {},
  ): Promise<void> {
    if (rows.length === 0) return;
    const width = columns.length;
    const tuples = rows.map((row, r) => `(${row.map((_, c) => `$${r * width + c + 1}`).join(', ')})`);
    await this.run(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}${onConflict(options)}`,
      rows.flatMap((row) => [...row]),
    );
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.client.query('BEGIN');
    try {
      const result = await work();
      await this.client.query('COMMIT');
      return result;
    } catch (error) {
      await this.client.query('ROLLBACK');
      throw error;
    }
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

function onConflict({ skipsKnown = false }: InsertOptions): string {
  return skipsKnown ? ' ON CONFLICT DO NOTHING' : '';
}
