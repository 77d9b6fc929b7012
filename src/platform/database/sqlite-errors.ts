/** The code SQLite gave, also from inside an error of TypeORM; empty for any other error. */
export function sqliteCode(error: unknown): string {
  const outer = error as { code?: unknown; driverError?: { code?: unknown } } | null;
  const code = outer?.driverError?.code ?? outer?.code;
  return typeof code === 'string' ? code : '';
}

/** The file is no sound database. */
export function isDamage(error: unknown): boolean {
  return /^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error));
}
