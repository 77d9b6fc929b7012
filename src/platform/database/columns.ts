import type { ValueTransformer } from 'typeorm';

/** Epoch seconds. PostgreSQL hands bigint out as text, SQLite as a number. */
export const epochSeconds: ValueTransformer = {
  to: (value: number | null | undefined) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** A list of plain words kept as `a,b,c`; the empty text is the empty list. */
export const wordList: ValueTransformer = {
  to: (value: readonly string[] | undefined) => value?.join(','),
  from: (value: string) => (value === '' ? [] : value.split(',')),
};

/** JSON of our own making; what cannot be read counts as absent. */
export function jsonColumn<T>(absent: T): ValueTransformer {
  return {
    to: (value: T | undefined) => (value === undefined ? undefined : JSON.stringify(value)),
    from: (value: string | null) => (value === null || value === '' ? absent : (JSON.parse(value) as T)),
  };
}
