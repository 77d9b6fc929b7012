export type Dialect = 'sqlite' | 'postgres';

/** Statements number their parameters $1, $2, … in the order of their places, each used once. */
export function withMarksOf(dialect: Dialect, sql: string): string {
  return dialect === 'sqlite' ? sql.replace(/\$\d+/g, '?') : sql;
}

/** What follows a column to say "is one of a list", which is bound as its JSON. */
export function inJsonList(dialect: Dialect, mark: string, type: 'integer' | 'text'): string {
  if (dialect === 'sqlite') return `IN (SELECT value FROM json_each(${mark}))`;
  return `IN (SELECT value::${type} FROM json_array_elements_text(${mark}::json) AS list(value))`;
}
