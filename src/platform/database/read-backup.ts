import { createReadStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { QueryRunner } from 'typeorm';
import { AppError, describeError } from '../errors/app-error.js';
import type { BackupHead, TableCount, TableEnd, TableHead } from './backup-file.js';
import { boundedLines, type LineLimits } from './bounded-lines.js';
import type { Dialect } from './dialect.js';
import { insertRows, RowDigest, setCounter, type PlainRow, type TableShape } from './table-rows.js';

/** A gzip file may unpack to a thousand times its size, and to one line without an end. */
export const BACKUP_LIMITS: LineLimits = { maxBytes: 64 * 1024 ** 3, maxLineBytes: 16 * 1024 ** 2 };

const ROWS_PER_WRITE = 500;

interface CurrentTable {
  head: TableHead;
  waiting: PlainRow[];
  digest: RowDigest;
}

/** Reads only the head: which version wrote it, and when. Throws `invalid_input` when it is no backup. */
export async function readBackupHead(
  file: string,
  limits: LineLimits = BACKUP_LIMITS,
): Promise<{ createdAt: string; migrations: string[] }> {
  for await (const value of backupValues(file, limits)) return toHead(value, file);
  throw damaged(file, 'it is empty');
}

/**
 * Fills the empty `tables` of a database that stands at the migrations of the backup, in one transaction, and
 * compares counts and digests. Throws `invalid_input` for a damaged or incomplete file; nothing is left then.
 */
export async function restoreBackup(
  file: string,
  target: { runner: QueryRunner; dialect: Dialect; tables: readonly string[]; limits?: LineLimits },
): Promise<TableCount[]> {
  const { runner, tables, limits = BACKUP_LIMITS } = target;
  await runner.startTransaction();
  try {
    const restored = await fillTables(file, backupValues(file, limits), target);
    const missing = tables.filter((name) => !restored.some(({ table }) => table === name));
    if (missing.length > 0) throw damaged(file, `it lacks ${missing.join(', ')}`);
    await runner.commitTransaction();
    return restored;
  } catch (error) {
    await runner.rollbackTransaction();
    if (error instanceof AppError || isDiskTrouble(error)) throw error;
    throw damaged(file, describeError(error), error);
  }
}

async function fillTables(
  file: string,
  values: AsyncGenerator,
  { runner, dialect, tables }: { runner: QueryRunner; dialect: Dialect; tables: readonly string[] },
): Promise<TableCount[]> {
  const restored: TableCount[] = [];
  let current: CurrentTable | null = null;
  toHead((await values.next()).value, file);
  for await (const value of values) {
    if (isRow(value)) {
      if (!current) throw damaged(file, 'a row stands outside of a table');
      current.waiting.push(value);
      if (current.waiting.length >= ROWS_PER_WRITE) await flush(runner, dialect, current);
    } else if (isTableHead(value) && tables.includes(value.table.name)) {
      current = { head: value, waiting: [], digest: new RowDigest() };
      await runner.query(`DELETE FROM "${value.table.name}"`);
    } else if (current && isTableEnd(value) && current.head.table.name === value.end) {
      restored.push(await endTable(file, runner, dialect, current, value));
      current = null;
    } else throw damaged(file, 'a line of it is of no known kind');
  }
  if (current !== null) throw damaged(file, 'its last table has no end');
  return restored;
}

async function endTable(
  file: string,
  runner: QueryRunner,
  dialect: Dialect,
  current: CurrentTable,
  { end: table, rows, sha256 }: TableEnd,
): Promise<TableCount> {
  await flush(runner, dialect, current);
  await setCounter(runner, dialect, current.head.table, current.head.counter);
  if (current.digest.count !== rows || current.digest.finish() !== sha256) {
    throw damaged(file, `counts or digests of ${table} do not agree`);
  }
  return { table, rows };
}

async function flush(runner: QueryRunner, dialect: Dialect, current: CurrentTable): Promise<void> {
  current.digest.add(current.waiting);
  await insertRows(runner, dialect, current.head.table, current.waiting);
  current.waiting.length = 0;
}

async function* backupValues(file: string, limits: LineLimits): AsyncGenerator {
  const plain = createGunzip();
  // A stream that breaks off looks like one that ends; the pipeline tells the difference.
  const failure = pipeline(createReadStream(file), plain).then(
    () => null,
    (error: unknown) => error,
  );
  try {
    for await (const text of boundedLines(plain, limits)) yield JSON.parse(text) as unknown;
    const error = await failure;
    if (error) throw error as Error;
  } catch (error) {
    if (error instanceof AppError || isDiskTrouble(error)) throw error;
    throw damaged(file, describeError(error), error);
  } finally {
    plain.destroy();
    await failure;
  }
}

function toHead(value: unknown, file: string): BackupHead {
  const head = (value ?? {}) as Partial<Record<keyof BackupHead, unknown>>;
  const { format, version, createdAt, migrations } = head;
  if (format !== 'rooftop-backup' || typeof createdAt !== 'string' || !isTextList(migrations)) {
    throw new AppError('invalid_input', `${path.basename(file)} is not a backup of Rooftop`, { status: 400 });
  }
  if (version !== 1) {
    throw new AppError('database_newer', 'the backup has a form of a newer version of Rooftop', {
      status: 409,
    });
  }
  return head as BackupHead;
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string' && item.length <= 200);
}

function isRow(value: unknown): value is PlainRow {
  return (
    Array.isArray(value) &&
    value.every((cell) => cell === null || ['string', 'number', 'boolean'].includes(typeof cell))
  );
}

function isTableHead(value: unknown): value is TableHead {
  const { table, counter } = (value ?? {}) as Partial<TableHead>;
  return isShape(table) && Number.isSafeInteger(counter);
}

/** Names become part of statements. */
function isShape(value: unknown): value is TableShape {
  const { name, columns, isCounted } = (value ?? {}) as Partial<TableShape>;
  const isName = (text: unknown): boolean => typeof text === 'string' && /^[a-z_]{1,63}$/.test(text);
  return (
    isName(name) &&
    typeof isCounted === 'boolean' &&
    Array.isArray(columns) &&
    columns.length > 0 &&
    (columns as unknown[]).every((column) => isName((column as { name?: unknown } | null)?.name))
  );
}

function isTableEnd(value: unknown): value is TableEnd {
  return typeof (value as Partial<TableEnd> | null)?.end === 'string';
}

/** Of ours, not of the file. */
function isDiskTrouble(error: unknown): boolean {
  const outer = error as { code?: unknown; driverError?: { code?: unknown } } | null;
  return /^(ENOSPC|EIO|EACCES|EMFILE|SQLITE_(FULL|IOERR|READONLY|CANTOPEN))/.test(
    String(outer?.driverError?.code ?? outer?.code),
  );
}

function damaged(file: string, why: string, cause?: unknown): AppError {
  const text = `${path.basename(file)} is not a whole backup of Rooftop (${why})`;
  return new AppError('invalid_input', text, { status: 400, cause });
}
