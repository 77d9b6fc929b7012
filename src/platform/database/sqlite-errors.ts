/** The code SQLite gave, also from inside an error of TypeORM; empty for any other error. */
export function sqliteCode(error: unknown): string {
  const outer = error as { code?: unknown; driverError?: { code?: unknown } } | null;
  const code = outer?.driverError?.code ?? outer?.code;
  return typeof code === 'string' ? code : '';
}

/** The disk is full, or the system allows no more; also as the cause of another error. */
export function isDiskFull(error: unknown): boolean {
  const code = sqliteCode(error);
  if (code === 'SQLITE_FULL' || code === 'ENOSPC' || code === 'EDQUOT') return true;
  return error instanceof Error && error.cause !== undefined && isDiskFull(error.cause);
}

/** The file is no sound database; also as the cause of another error. */
export function isDamage(error: unknown): boolean {
  if (/^SQLITE_(CORRUPT|NOTADB)/.test(sqliteCode(error))) return true;
  return error instanceof Error && error.cause !== undefined && isDamage(error.cause);
}
