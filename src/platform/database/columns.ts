import type { ValueTransformer } from 'typeorm';

/** Epoch seconds. PostgreSQL hands bigint out as text, SQLite as a number. */
export const epochSeconds: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** A list of plain words kept as `a,b,c`; the empty text is the empty list. */
export const wordList: ValueTransformer = {
  to: (value: readonly string[] | undefined) => value?.join(','),
  // After an insert TypeORM hands back what it was given, not what the database holds.
  from: (value: string | string[]) =>
    typeof value !== 'string' ? value : value === '' ? [] : value.split(','),
};

/** JSON of our own making; what cannot be read counts as absent. */
export function jsonColumn(absent: unknown): ValueTransformer {
  return {
    to: (value: unknown) => (value === undefined ? undefined : JSON.stringify(value)),
    from: (value: unknown) => {
      if (value === null || value === '') return absent;
      return typeof value === 'string' ? (JSON.parse(value) as unknown) : value;
    },
  };
}
