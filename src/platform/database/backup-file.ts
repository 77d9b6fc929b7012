import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { QueryRunner } from 'typeorm';
import { AppError, describeError } from '../errors/app-error.js';
import type { Database } from './database.js';
import type { Dialect } from './dialect.js';
import { readCounter, readRows, RowDigest, tableShapes, type TableShape } from './table-rows.js';

/**
 * A backup is gzipped text, one JSON value per line, readable without Rooftop:
 * a head, then for each table its head, its rows as arrays, and its end with a count and a digest.
 */
export interface BackupHead {
  format: 'rooftop-backup';
  version: 1;
  createdAt: string;
  dialect: Dialect;
  migrations: string[];
}
export interface TableHead {
  table: TableShape;
  counter: number;
}
export interface TableEnd {
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
  } satisfies BackupHead);
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

function line(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
