import { statfsSync } from 'node:fs';
import { AppError, describeError } from '../errors/app-error.js';
import { newestBackup } from './backups-folder.js';
import { isDamage, isDiskFull, sqliteCode } from './sqlite-errors.js';

/** With less than this beside the file SQLite cannot even begin: its index of the log takes as much. */
const LEAST_ROOM_BYTES = 64 * 1024;

/** Why the file cannot be opened, as what a person can do about it. */
export function sqliteOpenError(
  error: unknown,
  file: string,
  dataDir: string,
  freeBytes: (folder: string) => number | undefined = bytesLeft,
): AppError {
  const code = sqliteCode(error);
  if (isDamage(error)) {
    const backup = newestBackup(dataDir);
    const advice = backup
      ? `stop Rooftop and restore the newest backup with "rooftop restore ${backup}"`
      : 'no backup was found in the data folder; move the file away to start with an empty database';
    return new AppError('database_damaged', `the database file ${file} is damaged; ${advice}`, {
      cause: error,
    });
  }
  if (isDiskFull(error) || hasNoRoom(code, () => freeBytes(dataDir))) {
    return new AppError(
      'database_unavailable',
      `the database file ${file} cannot be opened: the disk of the data folder is full; make room there`,
      { cause: error },
    );
  }
  if (/^SQLITE_(CANTOPEN|READONLY|PERM)/.test(code)) {
    return new AppError(
      'data_dir_unusable',
      `the database file ${file} cannot be opened for writing; check its owner and rights`,
      { cause: error },
    );
  }
  return new AppError(
    'database_unavailable',
    `the database file ${file} cannot be opened: ${describeError(error)}`,
    { cause: error },
  );
}

/** Of files beside its own that it cannot make SQLite says no more than that it could not. */
function hasNoRoom(code: string, freeBytes: () => number | undefined): boolean {
  if (!/^SQLITE_(IOERR|CANTOPEN)/.test(code)) return false;
  const free = freeBytes();
  return free !== undefined && free < LEAST_ROOM_BYTES;
}

/** undefined = the system does not tell. */
function bytesLeft(folder: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}
