import Sqlite from 'better-sqlite3';
import { constants, existsSync } from 'node:fs';
import { copyFile, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, describeError } from '../errors/app-error.js';
import { copyDatabase } from './copy-database.js';
import type { Database } from './database.js';
import { openDatabase, sqliteFile } from './open-database.js';
import type { BackupContent, WorkshopOptions } from './workshop.js';

const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
/** What SQLite keeps beside a database that was not closed. */
const SIDECARS = ['', '-wal', '-journal'];

export async function isSqliteFile(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
    return bytesRead === MAGIC.length && buffer.equals(MAGIC);
  } finally {
    await handle.close();
  }
}

/**
 * Makes a database of the newest schema in `dataDir` out of a copy of Rooftop's SQLite file, as upgrades and restores
 * leave them. Only rows pass, whatever else the file holds. The file itself is not touched. Throws `invalid_input`
 * for what is no sound database of Rooftop and `database_newer` for one of a later version.
 */
export async function buildFromSqlite(
  file: string,
  dataDir: string,
  options: WorkshopOptions,
): Promise<BackupContent> {
  const folder = path.join(dataDir, 'original');
  await mkdir(folder, { mode: 0o700 });
  try {
    for (const suffix of SIDECARS.filter((suffix) => existsSync(`${file}${suffix}`))) {
      await copyFile(`${file}${suffix}`, `${sqliteFile(folder)}${suffix}`, constants.COPYFILE_FICLONE);
    }
    refuseForeign(file, sqliteFile(folder));
    const tables = await copyInto(dataDir, await openCopy(file, folder, options), options);
    return { createdAt: (await stat(file)).mtime.toISOString(), tables };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function copyInto(
  dataDir: string,
  from: Database,
  options: WorkshopOptions,
): Promise<BackupContent['tables']> {
  try {
    const to = await openDatabase({ ...options, url: null, dataDir });
    try {
      return await copyDatabase(from, to, { replace: true });
    } finally {
      await to.close();
    }
  } finally {
    await from.close();
  }
}

/** Any other database would become an empty one of Rooftop. */
function refuseForeign(file: string, copy: string): void {
  const connection = new Sqlite(copy);
  try {
    connection.prepare('SELECT name FROM migrations LIMIT 1').get();
  } catch (error) {
    throw unsound(file, error);
  } finally {
    connection.close();
  }
}

async function openCopy(file: string, folder: string, options: WorkshopOptions): Promise<Database> {
  try {
    return await openDatabase({ ...options, url: null, dataDir: folder });
  } catch (error) {
    if (error instanceof AppError && error.code === 'database_newer') {
      throw new AppError('database_newer', error.message, { status: 409 });
    }
    throw unsound(file, error instanceof AppError ? error.cause : error);
  }
}

function unsound(file: string, cause: unknown): AppError {
  const text = `${path.basename(file)} is not a sound database of Rooftop (${describeError(cause)})`;
  return new AppError('invalid_input', text, { status: 400 });
}
