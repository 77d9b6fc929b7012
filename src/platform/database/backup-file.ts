import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import type { QueryRunner } from 'typeorm';
import { AppError, describeError } from '../errors/app-error.js';
import type { Database } from './database.js';
import type { Dialect } from './dialect.js';
import {
  insertRows,
  readCounter,
  readRows,
  RowDigest,
  setCounter,
  tableShapes,
  type PlainRow,
  type TableShape,
} from './table-rows.js';

/**
 * A backup is gzipped text, one JSON value per line, readable without Rooftop:
 * a head, then for each table its head, its rows as arrays, and its end with a count and a digest.
 */
interface Head {
  format: 'rooftop-backup';
  version: 1;
  createdAt: string;
  dialect: Dialect;
  migrations: string[];
}
interface TableHead {
  table: TableShape;
  counter: number;
}
interface TableEnd {
  end: string;
  rows: number;
  sha256: string;
}

export interface TableCount {
  table: string;
  rows: number;
}

export interface BackupSummary {
  createdAt: string;
  migrations: string[];
  tables: TableCount[];
}

const ROWS_PER_WRITE = 500;

/** Writes one moment of the database to `file`; the file appears under its name only when it is whole. */
export async function writeBackup(database: Database, file: string, nowMs: number): Promise<BackupSummary> {
  const temporary = `${file}.part`;
  const summary: BackupSummary = { createdAt: new Date(nowMs).toISOString(), migrations: [], tables: [] };
  try {
    await database.snapshot((runner) =>
      pipeline(
        Readable.from(backupLines(database, runner, summary)),
        createGzip(),
        createWriteStream(temporary, { mode: 0o600 }),
      ),
    );
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new AppError('internal', `the backup could not be written (${describeError(error)})`, {
      cause: error,
    });
  }
  return summary;
}

async function* backupLines(
  database: Database,
  runner: QueryRunner,
  summary: BackupSummary,
): AsyncGenerator<string> {
  const migrations = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
  summary.migrations = migrations.map(({ name }) => name);
  const { createdAt } = summary;
  yield line({
    format: 'rooftop-backup',
    version: 1,
    createdAt,
    dialect: database.dialect,
    migrations: summary.migrations,
  } satisfies Head);
  for (const table of tableShapes(database.writerSource)) {
    yield line({ table, counter: await readCounter(runner, database.dialect, table) } satisfies TableHead);
    const digest = new RowDigest();
    for await (const rows of readRows(runner, database.dialect, table)) {
      digest.add(rows);
      yield rows.map(line).join('');
    }
    yield line({ end: table.name, rows: digest.count, sha256: digest.finish() } satisfies TableEnd);
    summary.tables.push({ table: table.name, rows: digest.count });
  }
}

/** Reads only the head: which version wrote it, and when. Throws `invalid_input` when it is no backup. */
export async function readBackupHead(file: string): Promise<{ createdAt: string; migrations: string[] }> {
  for await (const value of backupValues(file)) return toHead(value);
  throw notABackup(file);
}

/**
 * Fills the empty tables of `target`, which stands at the migrations of the backup, in one transaction, and
 * compares counts and digests at the end. Throws `invalid_input` for a damaged file; nothing is left then.
 */
export async function restoreBackup(
  file: string,
  target: { runner: QueryRunner; dialect: Dialect },
): Promise<TableCount[]> {
  const { runner, dialect } = target;
  const restored: TableCount[] = [];
  let current: { head: TableHead; waiting: PlainRow[]; digest: RowDigest } | null = null;
  let hasHead = false;
  await runner.startTransaction();
  try {
    for await (const value of backupValues(file)) {
      if (!hasHead) {
        toHead(value);
        hasHead = true;
      } else if (Array.isArray(value)) {
        if (!current) throw notABackup(file);
        current.waiting.push(value as PlainRow);
        if (current.waiting.length >= ROWS_PER_WRITE) await flush(runner, dialect, current);
      } else if (isTableHead(value)) {
        current = { head: value, waiting: [], digest: new RowDigest() };
        await runner.query(`DELETE FROM "${value.table.name}"`);
      } else if (isTableEnd(value) && current?.head.table.name === value.end) {
        await flush(runner, dialect, current);
        await setCounter(runner, dialect, current.head.table, current.head.counter);
        if (current.digest.count !== value.rows || current.digest.finish() !== value.sha256) {
          throw notABackup(file);
        }
        restored.push({ table: value.end, rows: value.rows });
        current = null;
      } else throw notABackup(file);
    }
    if (!hasHead || current !== null) throw notABackup(file);
    await runner.commitTransaction();
    return restored;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  }
}

async function flush(
  runner: QueryRunner,
  dialect: Dialect,
  current: { head: TableHead; waiting: PlainRow[]; digest: RowDigest },
): Promise<void> {
  current.digest.add(current.waiting);
  await insertRows(runner, dialect, current.head.table, current.waiting);
  current.waiting.length = 0;
}

async function* backupValues(file: string): AsyncGenerator {
  const plain = createGunzip();
  // readline takes a stream that breaks off for one that ends: the pipeline tells the difference.
  const failure = pipeline(createReadStream(file), plain).then(
    () => null,
    (error: unknown) => error,
  );
  try {
    for await (const text of createInterface({ input: plain, crlfDelay: Infinity })) {
      yield JSON.parse(text) as unknown;
    }
    const error = await failure;
    if (error) throw error as Error;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError(
      'invalid_input',
      `${file} is not a whole backup of Rooftop (${describeError(error)})`,
      {
        status: 400,
        cause: error,
      },
    );
  } finally {
    plain.destroy();
    await failure;
  }
}

function toHead(value: unknown): Head {
  const head = value as Partial<Head> | null;
  if (head?.format === 'rooftop-backup' && head.version === 1 && Array.isArray(head.migrations)) {
    return head as Head;
  }
  throw new AppError('invalid_input', 'this is not a backup of Rooftop', { status: 400 });
}

function isTableHead(value: unknown): value is TableHead {
  const table = (value as Partial<TableHead> | null)?.table;
  const isName = (name: unknown): boolean => typeof name === 'string' && /^[a-z_]{1,63}$/.test(name);
  return table !== undefined && isName(table.name) && table.columns.every(({ name }) => isName(name));
}

function isTableEnd(value: unknown): value is TableEnd {
  return typeof (value as Partial<TableEnd> | null)?.end === 'string';
}

function notABackup(file: string): AppError {
  return new AppError('invalid_input', `${file} is damaged: counts or digests do not agree`, { status: 400 });
}

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
