import type { TableColumnOptions } from 'typeorm';

/** Column shorthands that mean the same on SQLite and PostgreSQL. */
export function columnsFor(dialect: string) {
  const truth = (value: boolean): string => (dialect === 'postgres' ? String(value) : value ? '1' : '0');
  const quoted = (value: string): string => `'${value}'`;
  return {
    id: (): TableColumnOptions => ({
      name: 'id',
      type: 'integer',
      isPrimary: true,
      isGenerated: true,
      generationStrategy: 'increment',
    }),
    text: (name: string, defaultValue?: string): TableColumnOptions => ({
      name,
      type: 'text',
      ...(defaultValue === undefined ? {} : { default: quoted(defaultValue) }),
    }),
    uniqueText: (name: string): TableColumnOptions => ({ name, type: 'text', isUnique: true }),
    optionalText: (name: string): TableColumnOptions => ({ name, type: 'text', isNullable: true }),
    integer: (name: string, defaultValue?: number): TableColumnOptions => ({
      name,
      type: 'integer',
      ...(defaultValue === undefined ? {} : { default: String(defaultValue) }),
    }),
    optionalInteger: (name: string): TableColumnOptions => ({ name, type: 'integer', isNullable: true }),
    float: (name: string): TableColumnOptions => ({
      name,
      type: dialect === 'postgres' ? 'double precision' : 'float',
    }),
    optionalFloat: (name: string): TableColumnOptions => ({
      name,
      type: dialect === 'postgres' ? 'double precision' : 'float',
      isNullable: true,
    }),
    bytes: (name: string): TableColumnOptions => ({ name, type: dialect === 'postgres' ? 'bytea' : 'blob' }),
    flag: (name: string, defaultValue: boolean): TableColumnOptions => ({
      name,
      type: 'boolean',
      default: truth(defaultValue),
    }),
    time: (name: string): TableColumnOptions => ({ name, type: 'bigint' }),
    optionalTime: (name: string): TableColumnOptions => ({ name, type: 'bigint', isNullable: true }),
  };
}
