import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DataSource, type Driver, type MixedList, type EntitySchema } from 'typeorm';
import type { Clock } from '../clock.js';
import { AppError, describeError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import { backupFolder, newestBackup } from './backups-folder.js';
import { Database } from './database.js';
import type { Dialect } from './dialect.js';
import { isDamage } from './sqlite-errors.js';
import { sqliteOpenError } from './sqlite-open-error.js';
import { WriteQueue } from './write-queue.js';

export interface Schema {
  entities: MixedList<(new () => object) | EntitySchema> & readonly (new () => object)[];
  migrations: readonly (new () => { name: string })[];
}

export interface OpenOptions {
  /** postgres://…; null opens `rooftop.sqlite` in the data folder. */
  url: string | null;
  dataDir: string;
  schema: Schema;
  clock: Clock;
  logger: Logger;
  /** Migration backups kept. */
  keepBackups?: number;
}

const FILE_NAME = 'rooftop.sqlite';
/** Above this size the start-up check reads only the header and the tables that are used. */
const FULL_CHECK_BYTES = 64 * 1024 * 1024;

/**
 * Opens the database and brings it to the newest schema, after a backup where data exists. Errors name what a
 * person can do: `database_damaged`, `database_newer`, `database_unavailable`, `data_dir_unusable`.
 */
export async function openDatabase(options: OpenOptions): Promise<Database> {
  return options.url === null ? openSqlite(options) : openPostgres(options, options.url);
}

export function sqliteFile(dataDir: string): string {
  return path.join(dataDir, FILE_NAME);
}

async function openSqlite(options: OpenOptions): Promise<Database> {
  const file = sqliteFile(options.dataDir);
  const writer = new DataSource({
    type: 'better-sqlite3',
    database: file,
    entities: [...options.schema.entities],
    migrations: options.schema.migrations as MixedList<new () => never>,
    migrationsTransactionMode: 'each',
    prepareDatabase: prepareSqliteWriter,
  });
  try {
    await writer.initialize();
    await checkSqlite(writer, file);
  } catch (error) {
    if (writer.isInitialized) await writer.destroy();
    throw sqliteOpenError(error, file, options.dataDir);
  }
  try {
    await migrate(writer, 'sqlite', options, () => backUpSqlite(writer, options));
  } catch (error) {
    if (writer.isInitialized) await writer.destroy();
    throw isDamage(error) ? sqliteOpenError(error, file, options.dataDir) : error;
  }
  const openReader = (): Promise<DataSource> =>
    new DataSource({
      type: 'better-sqlite3',
      database: file,
      readonly: true,
      entities: [...options.schema.entities],
      prepareDatabase: prepareSqliteReader,
    }).initialize();
  const queue = new WriteQueue(writer, 'sqlite', options.clock);
  return new Database('sqlite', writer, await openReader(), queue, openReader);
}

async function openPostgres(options: OpenOptions, url: string): Promise<Database> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [...options.schema.entities],
    migrations: options.schema.migrations as MixedList<new () => never>,
    migrationsTransactionMode: 'each',
    connectTimeoutMS: 10_000,
    poolSize: 10,
    applicationName: 'rooftop',
  });
  mapBinaryColumns(source.driver);
  try {
    await source.initialize();
  } catch (error) {
    throw new AppError(
      'database_unavailable',
      `PostgreSQL cannot be reached (${describeError(error)}); check ROOFTOP_DATABASE_URL and that the server runs`,
    );
  }
  await migrate(source, 'postgres', options, () => Promise.resolve(null));
  const queue = new WriteQueue(source, 'postgres', options.clock);
  return new Database('postgres', source, source, queue, () => Promise.resolve(source));
}

/** Entities say `blob`, which TypeORM knows on SQLite only: PostgreSQL calls it `bytea`. */
function mapBinaryColumns(driver: Driver): void {
  const normalise = driver.normalizeType.bind(driver);
  driver.supportedDataTypes = [...driver.supportedDataTypes, 'blob'];
  driver.normalizeType = (column) => (column.type === 'blob' ? 'bytea' : normalise(column));
}

interface SqliteConnection {
  pragma(text: string): unknown;
  backup(file: string): Promise<unknown>;
  close(): void;
}

/** TypeORM forgets a connection that cannot be prepared, and its lock on the file would stay. */
function prepareSqliteWriter(connection: SqliteConnection): void {
  try {
    setUpWriter(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function setUpWriter(connection: SqliteConnection): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = NORMAL');
  // Short: the write queue does the waiting, without holding the event loop.
  connection.pragma('busy_timeout = 20');
  connection.pragma('foreign_keys = ON');
  connection.pragma('temp_store = MEMORY');
}

function prepareSqliteReader(connection: SqliteConnection): void {
  connection.pragma('busy_timeout = 20');
  connection.pragma('query_only = ON');
}

async function checkSqlite(source: DataSource, file: string): Promise<void> {
  await source.query('SELECT count(*) FROM sqlite_master');
  if (statSync(file).size > FULL_CHECK_BYTES) return;
  const rows: { quick_check: string }[] = await source.query('PRAGMA quick_check(1)');
  const verdict = rows[0]?.quick_check;
  if (verdict !== 'ok') throw Object.assign(new Error(verdict ?? 'no answer'), { code: 'SQLITE_CORRUPT' });
}

async function migrate(
  source: DataSource,
  dialect: Dialect,
  options: OpenOptions,
  backUp: () => Promise<string | null>,
): Promise<void> {
  const applied = await appliedMigrations(source, dialect);
  const known = options.schema.migrations.map((migration) => migration.name);
  const foreign = applied.filter((name) => !known.includes(name));
  if (foreign.length > 0) {
    await source.destroy();
    throw new AppError(
      'database_newer',
      `the database was written by a newer version of Rooftop (${foreign.join(', ')}); install that version, or restore a backup of this one with "rooftop restore FILE"`,
    );
  }
  const pending = known.filter((name) => !applied.includes(name));
  if (pending.length === 0) return;
  if (applied.length > 0) {
    const file = await backUp();
    if (file) options.logger.info('backed up the database before an upgrade', { file });
  } else warnOfBackups(options);
  await source.runMigrations();
  options.logger.info('database schema is up to date', { migrations: pending });
}

/** A database file that went missing looks like a first start. */
function warnOfBackups({ dataDir, logger }: OpenOptions): void {
  const backup = newestBackup(dataDir);
  if (backup === undefined) return;
  logger.warn(
    'an empty database was made although there are backups; "rooftop restore FILE" brings one back',
    {
      newest: backup,
    },
  );
}

async function appliedMigrations(source: DataSource, dialect: Dialect): Promise<string[]> {
  const exists: unknown[] = await source.query(
    dialect === 'sqlite'
      ? `SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'migrations'`
      : `SELECT 1 FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'migrations'`,
  );
  if (exists.length === 0) return [];
  const rows: { name: string }[] = await source.query('SELECT name FROM migrations ORDER BY id');
  return rows.map((row) => row.name);
}

async function backUpSqlite(source: DataSource, options: OpenOptions): Promise<string> {
  const folder = backupFolder(options.dataDir);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const stamp = new Date(options.clock.now()).toISOString().replace(/[:.]/g, '-');
  const file = path.join(folder, `before-upgrade-${stamp}.sqlite`);
  await (source.driver as unknown as { databaseConnection: SqliteConnection }).databaseConnection.backup(
    file,
  );
  const old = upgradeBackupsIn(folder).slice(options.keepBackups ?? 5);
  for (const name of old) rmSync(path.join(folder, name));
  return file;
}

/** Newest first. */
function upgradeBackupsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith('before-upgrade-') && name.endsWith('.sqlite'))
    .sort()
    .reverse();
}
