/**
 * The code of a system or library error (`ENOENT`, `UND_ERR_SOCKET`), or undefined. Looks at the shape: an error
 * that was made in another realm (a worker, a test's sandbox) is no instance of this realm's Error.
 */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
