import type { QueryRunner } from 'typeorm';
import { AppError } from '../errors/app-error.js';
import type { TableCount } from './backup-file.js';
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

export interface CopyOptions {
  /** Replace what the target holds; else a target with data is refused. */
  replace: boolean;
  onProgress?: (table: string, rows: number) => void;
}

/**
 * Copies every row and counter into another database of the same schema in one transaction, and reads all of it
 * back to compare it row by row before the transaction ends. Throws `conflict` for a target that holds data.
 */
export async function copyDatabase(
  from: Database,
  to: Database,
  options: CopyOptions,
): Promise<TableCount[]> {
  const tables = tableShapes(from.writerSource);
  const runner = to.writerSource.createQueryRunner();
  await runner.startTransaction();
  try {
    if (!options.replace) await refuseData(runner, tables);
    for (const { name } of [...tables].reverse()) await runner.query(`DELETE FROM "${name}"`);
    const counts = await from.snapshot(async (source) => {
      const copied: TableCount[] = [];
      for (const table of tables) {
        copied.push(await copyTable(source, from.dialect, runner, to.dialect, table, options));
      }
      return copied;
    });
    await runner.commitTransaction();
    return counts;
  } catch (error) {
    await runner.rollbackTransaction();
    throw error;
  } finally {
    await runner.release();
  }
}

/** Rows of every table at one moment. */
export function countRows(database: Database): Promise<TableCount[]> {
  return database.snapshot(async (runner) => {
    const counts: TableCount[] = [];
    for (const { name } of tableShapes(database.writerSource)) {
      const rows = (await runner.query(`SELECT count(*) AS rows FROM "${name}"`)) as { rows: unknown }[];
      counts.push({ table: name, rows: Number(rows[0]?.rows) });
    }
    return counts;
  });
}

async function copyTable(
  source: QueryRunner,
  sourceDialect: Dialect,
  target: QueryRunner,
  targetDialect: Dialect,
  table: TableShape,
  options: CopyOptions,
): Promise<TableCount> {
  const digest = new RowDigest();
  for await (const rows of readRows(source, sourceDialect, table)) {
    await insertRows(target, targetDialect, table, rows);
    digest.add(rows);
    options.onProgress?.(table.name, digest.count);
  }
  await setCounter(target, targetDialect, table, await readCounter(source, sourceDialect, table));
  const arrived = new RowDigest();
  for await (const rows of readRows(target, targetDialect, table)) arrived.add(rows);
  if (arrived.finish() !== digest.finish()) {
    throw new AppError(
      'internal',
      await differenceIn(table, [source, sourceDialect], [target, targetDialect]),
    );
  }
  return { table: table.name, rows: digest.count };
}

async function differenceIn(
  table: TableShape,
  left: [QueryRunner, Dialect],
  right: [QueryRunner, Dialect],
): Promise<string> {
  const others = rowsOf(table, right);
  let position = 0;
  for await (const row of rowsOf(table, left)) {
    position++;
    const other = await others.next();
    if (JSON.stringify(row) === JSON.stringify(other.value)) continue;
    const key = table.key.map((name) => row[table.columns.findIndex((column) => column.name === name)]);
    return `table ${table.name} differs after the copy, first at row ${position} (key ${key.join(', ')}); nothing was changed`;
  }
  return `table ${table.name} has other rows after the copy; nothing was changed`;
}

async function* rowsOf(
  table: TableShape,
  [runner, dialect]: [QueryRunner, Dialect],
): AsyncGenerator<PlainRow, undefined> {
  for await (const rows of readRows(runner, dialect, table)) yield* rows;
  return undefined;
}

/** Settings and counters come with every new database; people, channels and lists do not. */
async function refuseData(runner: QueryRunner, tables: readonly TableShape[]): Promise<void> {
  const holding: string[] = [];
  for (const { name, isCounted } of tables) {
    if (!isCounted) continue;
    const found = (await runner.query(`SELECT 1 FROM "${name}" LIMIT 1`)) as unknown[];
    if (found.length > 0) holding.push(name);
  }
  if (holding.length === 0) return;
  throw new AppError(
    'conflict',
    `the target holds data already (${holding.join(', ')}); --replace overwrites it`,
    { status: 409 },
  );
}
