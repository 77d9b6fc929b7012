import { createHash } from 'node:crypto';
import type { DataSource, EntityMetadata, QueryRunner } from 'typeorm';
import type { Dialect } from './dialect.js';

/** Bytes travel as base64. */
type PlainType = 'boolean' | 'number' | 'text' | 'bytes';

/** A table as data travels between databases: plain values, the same on SQLite and PostgreSQL. */
export interface TableShape {
  name: string;
  columns: { name: string; type: PlainType }[];
  /** Columns of the primary key, in order. */
  key: string[];
  /** The key is counted up by the database. */
  isCounted: boolean;
}

export type CellValue = string | number | boolean | null;
export type PlainRow = CellValue[];

/** Rows per read and write; bounds memory. */
const SLICE = 500;
/** SQLite binds 32,766 values at most. */
const MAX_VALUES = 30_000;

/** Every table of the entities, referenced ones first. */
export function tableShapes(source: DataSource): TableShape[] {
  const ordered: EntityMetadata[] = [];
  const visit = (metadata: EntityMetadata): void => {
    if (ordered.includes(metadata)) return;
    for (const { referencedEntityMetadata } of metadata.foreignKeys) {
      if (referencedEntityMetadata !== metadata) visit(referencedEntityMetadata);
    }
    ordered.push(metadata);
  };
  source.entityMetadatas.forEach(visit);
  return ordered.map((metadata) => toShape(source, metadata));
}

function toShape(source: DataSource, metadata: EntityMetadata): TableShape {
  return {
    name: metadata.tableName,
    columns: metadata.columns.map((column) => ({
      name: column.databaseName,
      type: plainType(source.driver.normalizeType(column)),
    })),
    key: metadata.primaryColumns.map((column) => column.databaseName),
    isCounted: metadata.generatedColumns.length > 0,
  };
}

function plainType(type: string): PlainType {
  if (type === 'boolean') return 'boolean';
  if (type === 'blob' || type === 'bytea') return 'bytes';
  return /^(integer|int4|bigint|int8|float|float8|double precision|real)$/.test(type) ? 'number' : 'text';
}

/** All rows in the order of the key, in slices. Run it inside a transaction that shows one moment. */
export async function* readRows(
  runner: QueryRunner,
  dialect: Dialect,
  table: TableShape,
): AsyncGenerator<PlainRow[]> {
  const names = table.columns.map(({ name }) => quote(name)).join(', ');
  // One order on every database: PostgreSQL would sort texts by the rules of a language.
  const isText = (name: string): boolean =>
    table.columns.some((column) => column.name === name && column.type === 'text');
  const key = table.key
    .map((name) => (dialect === 'postgres' && isText(name) ? `${quote(name)} COLLATE "C"` : quote(name)))
    .join(', ');
  let after: CellValue[] | null = null;
  for (;;) {
    const marks = table.key.map((_, index) => placeholder(dialect, index + 1)).join(', ');
    const where: string = after ? `WHERE (${key}) > (${marks})` : '';
    const found: unknown = await runner.query(
      `SELECT ${names} FROM ${quote(table.name)} ${where} ORDER BY ${key} LIMIT ${SLICE}`,
      after ?? [],
    );
    const rows = (found as Record<string, unknown>[]).map((row) => toPlain(table, row));
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (!last || rows.length < SLICE) return;
    after = table.key.map((name) => last[table.columns.findIndex((column) => column.name === name)] ?? null);
  }
}

function toPlain(table: TableShape, row: Record<string, unknown>): PlainRow {
  return table.columns.map(({ name, type }) => {
    const value = row[name];
    if (value === null || value === undefined) return null;
    if (type === 'boolean') return value === true || value === 1;
    if (type === 'number') return Number(value);
    if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

export async function insertRows(
  runner: QueryRunner,
  dialect: Dialect,
  table: TableShape,
  rows: PlainRow[],
): Promise<void> {
  const width = table.columns.length;
  const perStatement = Math.max(1, Math.min(SLICE, Math.floor(MAX_VALUES / width)));
  for (let start = 0; start < rows.length; start += perStatement) {
    const slice = rows.slice(start, start + perStatement);
    const tuples = slice.map(
      (row, r) => `(${row.map((_, c) => placeholder(dialect, r * width + c + 1)).join(', ')})`,
    );
    const names = table.columns.map(({ name }) => quote(name)).join(', ');
    const values = slice.flatMap((row) => row.map((value, at) => toStored(dialect, table, value, at)));
    await runner.query(`INSERT INTO ${quote(table.name)} (${names}) VALUES ${tuples.join(', ')}`, values);
  }
}

function toStored(dialect: Dialect, table: TableShape, value: CellValue, at: number): CellValue | Buffer {
  if (typeof value === 'boolean') return dialect === 'sqlite' ? Number(value) : value;
  return typeof value === 'string' && table.columns[at]?.type === 'bytes'
    ? Buffer.from(value, 'base64')
    : value;
}

/** The highest id ever given out: one that was deleted must not come back as something else. */
export async function readCounter(runner: QueryRunner, dialect: Dialect, table: TableShape): Promise<number> {
  if (!table.isCounted) return 0;
  const rows = (await runner.query(
    dialect === 'sqlite'
      ? `SELECT seq AS value FROM sqlite_sequence WHERE name = '${table.name}'`
      : `SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS value FROM ${sequenceOf(table)}`,
  )) as { value: unknown }[];
  return Number(rows[0]?.value ?? 0);
}

export async function setCounter(
  runner: QueryRunner,
  dialect: Dialect,
  table: TableShape,
  value: number,
): Promise<void> {
  if (!table.isCounted || value === 0) return;
  if (dialect === 'postgres') {
    await runner.query(`SELECT setval('${sequenceOf(table)}', ${value})`);
    return;
  }
  await runner.query(`DELETE FROM sqlite_sequence WHERE name = '${table.name}'`);
  await runner.query(`INSERT INTO sqlite_sequence (name, seq) VALUES ('${table.name}', ${value})`);
}

/** Digest over rows in order; equal digests mean equal tables. */
export class RowDigest {
  private readonly hash = createHash('sha256');
  count = 0;

  add(rows: readonly PlainRow[]): void {
    for (const row of rows) this.hash.update(JSON.stringify(row)).update('\n');
    this.count += rows.length;
  }

  finish(): string {
    return this.hash.digest('hex');
  }
}

function sequenceOf(table: TableShape): string {
  return `${table.name}_id_seq`;
}

function placeholder(dialect: Dialect, number: number): string {
  return dialect === 'postgres' ? `$${number}` : '?';
}

function quote(name: string): string {
  return `"${name}"`;
}
