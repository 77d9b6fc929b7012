import { AppError } from '../errors/app-error.js';
import type { TableCount } from './backup-file.js';
import type { Database } from './database.js';
import { openDatabase, type OpenOptions } from './open-database.js';
import { readBackupHead, restoreBackup } from './read-backup.js';
import { buildFromSqlite, isSqliteFile } from './sqlite-backup.js';
import { tableShapes } from './table-rows.js';
import type { BackupContent, WorkshopOptions } from './workshop.js';

/**
 * Makes an SQLite database of the newest schema out of a backup, or a copy of an SQLite file, of this or an older
 * version, in a folder of its own. Throws `invalid_input` for what is no whole backup and `database_newer` for one of
 * a later version.
 */
export async function buildFromBackup(
  file: string,
  dataDir: string,
  workshop: WorkshopOptions,
): Promise<BackupContent> {
  if (await isSqliteFile(file)) return buildFromSqlite(file, dataDir, workshop);
  const { schema, clock, logger } = workshop;
  const { createdAt, migrations } = await readBackupHead(file);
  const known = schema.migrations.filter(({ name }) => migrations.includes(name));
  if (known.length !== migrations.length) {
    throw new AppError(
      'database_newer',
      'the backup was written by a newer version of Rooftop; install that version first',
      { status: 409 },
    );
  }
  const options = { url: null, dataDir, clock, logger };
  const then = await openThen({ ...options, schema: { ...schema, migrations: known } });
  let tables: TableCount[];
  try {
    const runner = then.writerSource.createQueryRunner();
    const present = (await runner.query(`SELECT name FROM sqlite_master WHERE type = 'table'`)) as {
      name: string;
    }[];
    const names = tableShapes(then.writerSource).map(({ name }) => name);
    const expected = names.filter((name) => present.some((table) => table.name === name));
    tables = await restoreBackup(file, { runner, dialect: 'sqlite', tables: expected });
  } finally {
    await then.close();
  }
  const now = await openDatabase({ ...options, schema });
  await now.close();
  return { createdAt, tables };
}

async function openThen(options: OpenOptions): Promise<Database> {
  try {
    return await openDatabase(options);
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('invalid_input', 'the backup names upgrades that do not fit together', {
      status: 400,
      cause: error,
    });
  }
}
