import Sqlite from 'better-sqlite3';
import { existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { AppError, describeError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import {
  readBackupHead,
  restoreBackup,
  writeBackup,
  type BackupSummary,
  type TableCount,
} from './backup-file.js';
import { copyDatabase, countRows } from './copy-database.js';
import type { Database } from './database.js';
import { openDatabase, sqliteFile, type Schema } from './open-database.js';

export interface MaintenanceOptions {
  database: Database;
  schema: Schema;
  dataDir: string;
  clock: Clock;
  logger: Logger;
}

export interface RestoreResult {
  createdAt: string;
  tables: TableCount[];
  /** Where the replaced SQLite file went; null when there was none, or on PostgreSQL. */
  replacedFile: string | null;
}

export type Progress = (table: string, rows: number) => void;

/** Backup, restore and moving house. Ids and counters stay what they are in all of them. */
export class Maintenance {
  constructor(private readonly options: MaintenanceOptions) {}

  /** Default place: `backups/` of the data folder. */
  async backup(file: string | null): Promise<BackupSummary & { file: string }> {
    const nowMs = this.options.clock.now();
    const folder = path.join(this.options.dataDir, 'backups');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const place = file ?? path.join(folder, `rooftop-${stamp(nowMs)}.backup.gz`);
    return { ...(await writeBackup(this.options.database, place, nowMs)), file: place };
  }

  /**
   * Puts a backup of this or an older version in the place of the present data. The backup is first brought to the
   * newest schema in a database of its own, so a damaged file changes nothing.
   */
  async restore(file: string): Promise<RestoreResult> {
    if (!existsSync(file)) throw new AppError('not_found', `there is no file ${file}`, { status: 404 });
    const head = await readBackupHead(file);
    const workshop = await mkdtemp(path.join(this.options.dataDir, 'restore-'));
    try {
      const restored = await this.restoreInto(workshop, file, head.migrations);
      return { createdAt: head.createdAt, ...(await this.moveIn(restored, workshop)) };
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  }

  /** What a backup holds, after checking that it is whole. Changes nothing. */
  async inspect(file: string): Promise<{ createdAt: string; tables: TableCount[] }> {
    const head = await readBackupHead(file);
    const workshop = await mkdtemp(path.join(this.options.dataDir, 'restore-'));
    try {
      return { createdAt: head.createdAt, tables: await this.restoreInto(workshop, file, head.migrations) };
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  }

  /** `postgres://…`, or `sqlite:FOLDER`. A dry run counts and changes nothing. */
  async migrateTo(
    target: string,
    options: { replace: boolean; dryRun?: boolean; onProgress?: Progress },
  ): Promise<TableCount[]> {
    if (options.dryRun) return countRows(this.options.database);
    const to = await this.openTarget(target);
    try {
      return await copyDatabase(this.options.database, to, options);
    } finally {
      await to.close();
    }
  }

  private openTarget(target: string): Promise<Database> {
    const { schema, clock, logger } = this.options;
    if (/^postgres(ql)?:\/\//.test(target)) {
      return openDatabase({ url: target, dataDir: this.options.dataDir, schema, clock, logger });
    }
    const folder = /^sqlite:(?:\/\/)?(.+)$/.exec(target)?.[1];
    if (folder === undefined) {
      throw new AppError('invalid_input', 'the target must be postgres://… or sqlite:FOLDER', {
        status: 400,
      });
    }
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return openDatabase({ url: null, dataDir: path.resolve(folder), schema, clock, logger });
  }

  private async restoreInto(
    dataDir: string,
    file: string,
    migrations: readonly string[],
  ): Promise<TableCount[]> {
    const { schema, clock, logger } = this.options;
    const known = schema.migrations.filter(({ name }) => migrations.includes(name));
    if (known.length !== migrations.length) {
      throw new AppError(
        'database_newer',
        'the backup was written by a newer version of Rooftop; install that version first',
      );
    }
    const then = await openDatabase({
      url: null,
      dataDir,
      schema: { ...schema, migrations: known },
      clock,
      logger,
    });
    let tables: TableCount[];
    try {
      tables = await restoreBackup(file, {
        runner: then.writerSource.createQueryRunner(),
        dialect: 'sqlite',
      });
    } finally {
      await then.close();
    }
    const now = await openDatabase({ url: null, dataDir, schema, clock, logger });
    await now.close();
    return tables;
  }

  private async moveIn(
    tables: TableCount[],
    workshop: string,
  ): Promise<Pick<RestoreResult, 'tables' | 'replacedFile'>> {
    const { database, dataDir, schema, clock, logger } = this.options;
    if (database.dialect === 'postgres') {
      const restored = await openDatabase({ url: null, dataDir: workshop, schema, clock, logger });
      try {
        return { tables: await copyDatabase(restored, database, { replace: true }), replacedFile: null };
      } finally {
        await restored.close();
      }
    }
    await database.close();
    const file = sqliteFile(dataDir);
    refuseWhileUsed(file);
    const replacedFile = path.join(dataDir, 'backups', `before-restore-${stamp(clock.now())}.sqlite`);
    mkdirSync(path.dirname(replacedFile), { recursive: true, mode: 0o700 });
    await rename(file, replacedFile);
    await rename(sqliteFile(workshop), file);
    return { tables, replacedFile };
  }
}

/** A server that runs would go on writing into the file that was moved away. */
function refuseWhileUsed(file: string): void {
  const connection = new Sqlite(file, { timeout: 0 });
  try {
    connection.pragma('locking_mode = EXCLUSIVE');
    connection.exec('BEGIN EXCLUSIVE; COMMIT');
    // Everything into the main file, so that it can be moved alone.
    connection.pragma('wal_checkpoint(TRUNCATE)');
    connection.pragma('journal_mode = DELETE');
  } catch (error) {
    throw new AppError(
      'conflict',
      `the database is in use (${describeError(error)}); stop Rooftop, then restore`,
      { status: 409 },
    );
  } finally {
    connection.close();
  }
}

function stamp(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[:.]/g, '-');
}
