import type { EntityManager, EntityMetadata, EntityTarget, ObjectLiteral } from 'typeorm';
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js';

/** Rows per statement, largest first: few sizes, so that few statements are prepared. */
const BATCHES = [32, 8, 1] as const;

/**
 * Statements for loads of thousands of rows. The query builder writes numbers into its statements, which makes each
 * one new: SQLite would compile tens of thousands, and free them all in one long garbage collection. Here every
 * value is bound, and a load needs a handful of statements.
 */
export class BulkRows<T extends ObjectLiteral> {
  private readonly metadata: EntityMetadata;
  private readonly isPostgres: boolean;

  constructor(
    private readonly manager: EntityManager,
    entity: EntityTarget<T>,
  ) {
    this.metadata = manager.dataSource.getMetadata(entity);
    this.isPostgres = isPostgres(manager);
  }

  /** Rows that meet a unique index are left out. Ids are counted up by the database. */
  async insert(rows: readonly Partial<T>[]): Promise<void> {
    const columns = this.metadata.columns.filter((column) => !column.isGenerated);
    const names = columns.map(({ databaseName }) => quote(databaseName)).join(', ');
    let start = 0;
    for (const size of BATCHES) {
      for (; rows.length - start >= size; start += size) {
        const batch = rows.slice(start, start + size);
        const values = batch.flatMap((row) => columns.map((column) => this.toStored(column, row)));
        await this.manager.query(
          `INSERT INTO ${this.table} (${names}) VALUES ${this.marks(size, columns.length)} ON CONFLICT DO NOTHING`,
          values,
        );
      }
    }
  }

  /** Sets the given fields of the rows with these ids; with `whereNull`, only where that field is null. */
  async update(ids: readonly number[], fields: Partial<T>, whereNull?: keyof T & string): Promise<void> {
    const columns = this.metadata.columns.filter(({ propertyName }) => propertyName in fields);
    if (ids.length === 0 || columns.length === 0) return;
    const settings = columns.map(
      ({ databaseName }, index) => `${quote(databaseName)} = ${this.mark(index + 1)}`,
    );
    const values = columns.map((column) => this.toStored(column, fields));
    const extra = whereNull === undefined ? '' : `AND ${quote(this.column(whereNull).databaseName)} IS NULL`;
    const chosen = among(this.manager, columns.length + 1, 'integer');
    await this.manager.query(`UPDATE ${this.table} SET ${settings.join(', ')} WHERE id ${chosen} ${extra}`, [
      ...values,
      listValue(this.manager, ids),
    ]);
  }

  /**
   * Rows where a field has this value, in no order. The rows that `findBy` finds, at a tenth of its cost: for what is asked
   * with every request of a player.
   */
  async findBy<K extends keyof T & string>(property: K, value: T[K]): Promise<T[]> {
    const column = this.column(property);
    const wanted: Partial<T> = {};
    wanted[property] = value;
    const rows: unknown = await this.manager.query(
      `SELECT * FROM ${this.table} WHERE ${quote(column.databaseName)} = ${this.mark(1)}`,
      [this.toStored(column, wanted)],
    );
    return (rows as Record<string, unknown>[]).map((row) => this.toEntity(row));
  }

  /** Every row, in no order: for small tables that are looked at every second. */
  async all(): Promise<T[]> {
    const rows: unknown = await this.manager.query(`SELECT * FROM ${this.table}`);
    return (rows as Record<string, unknown>[]).map((row) => this.toEntity(row));
  }

  /** Rows in the order of their ids, locked on PostgreSQL (see `findForUpdate`). */
  async findForUpdate(ids: readonly number[]): Promise<T[]> {
    if (ids.length === 0) return [];
    const lock = this.isPostgres ? 'FOR UPDATE' : '';
    const rows: unknown = await this.manager.query(
      `SELECT * FROM ${this.table} WHERE id ${among(this.manager, 1, 'integer')} ORDER BY id ${lock}`,
      [listValue(this.manager, ids)],
    );
    return (rows as Record<string, unknown>[]).map((row) => this.toEntity(row));
  }

  /** Ids and texts of one text column, for the rows where it has one of these values. */
  async idsByText(property: keyof T & string, values: readonly string[]): Promise<Map<string, number>> {
    const column = quote(this.column(property).databaseName);
    const rows: unknown = await this.manager.query(
      `SELECT id, ${column} AS text FROM ${this.table} WHERE ${column} ${among(this.manager, 1, 'text')}`,
      [listValue(this.manager, values)],
    );
    return new Map((rows as { id: number; text: string }[]).map(({ id, text }) => [text, id]));
  }

  private get table(): string {
    return quote(this.metadata.tableName);
  }

  private column(property: string): ColumnMetadata {
    const found = this.metadata.columns.find(({ propertyName }) => propertyName === property);
    if (!found) throw new Error(`${this.metadata.tableName} has no field ${property}`);
    return found;
  }

  private toStored(column: ColumnMetadata, row: Partial<T>): unknown {
    return this.manager.dataSource.driver.preparePersistentValue(row[column.propertyName], column) as unknown;
  }

  private toEntity(row: Record<string, unknown>): T {
    const { driver } = this.manager.dataSource;
    const entity = this.metadata.create() as T;
    for (const column of this.metadata.columns) {
      const value: unknown = driver.prepareHydratedValue(row[column.databaseName], column);
      column.setEntityValue(entity, value);
    }
    return entity;
  }

  private marks(rows: number, columns: number): string {
    let position = 0;
    const row = (): string => `(${Array.from({ length: columns }, () => this.mark(++position)).join(', ')})`;
    return Array.from({ length: rows }, row).join(', ');
  }

  private mark(position: number): string {
    return this.isPostgres ? `$${position}` : '?';
  }
}

/** What follows a column to say "is one of the values bound at this position" (see `listValue`). */
export function among(manager: EntityManager, position: number, type: 'integer' | 'text'): string {
  return isPostgres(manager) ? `= ANY($${position}::${type}[])` : 'IN (SELECT value FROM json_each(?))';
}

/** A list as one value to bind, however long: an array for PostgreSQL, JSON for SQLite. */
export function listValue(manager: EntityManager, values: readonly (number | string)[]): unknown {
  return isPostgres(manager) ? values : JSON.stringify(values);
}

function isPostgres(manager: EntityManager): boolean {
  return manager.dataSource.options.type === 'postgres';
}

function quote(name: string): string {
  return `"${name}"`;
}
