import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import { writeBackup, type BackupSummary, type TableCount } from './backup-file.js';
import { buildFromBackup } from './backup-workshop.js';
import { backupFolder } from './backups-folder.js';
import { copyDatabase, countRows } from './copy-database.js';
import type { Database } from './database.js';
import { openDatabase, type Schema } from './open-database.js';
import { isDamage } from './sqlite-errors.js';
import { discardStaged, stage, stampOf, type StagedRestore } from './staged-restore.js';
import { inWorkshop, type BackupContent } from './workshop.js';

export interface MaintenanceOptions {
  database: Database;
  schema: Schema;
  dataDir: string;
  clock: Clock;
  logger: Logger;
  /** Does what `buildFromBackup` does; a server has it done in another thread. */
  build?: (file: string, dataDir: string) => Promise<BackupContent>;
}

export type Progress = (table: string, rows: number) => void;

/** Backup, restore while a server runs, and moving house. Ids and counters stay what they are in all of them. */
export class Maintenance {
  private readonly build: (file: string, dataDir: string) => Promise<BackupContent>;

  constructor(private readonly options: MaintenanceOptions) {
    this.build = options.build ?? ((file, dataDir) => buildFromBackup(file, dataDir, options));
  }

  /** Default place: `backups/` of the data folder. */
  async backup(file: string | null, prefix = 'rooftop'): Promise<BackupSummary & { file: string }> {
    const nowMs = this.options.clock.now();
    const folder = backupFolder(this.options.dataDir);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const place = file ?? path.join(folder, `${prefix}-${stampOf(nowMs)}.backup.gz`);
    return { ...(await writeBackup(this.options.database, place, nowMs)), file: place };
  }

  /**
   * Checks a backup of this or an older version and makes a database out of it, which the next start of the server puts
   * in the place of the present data. Keeps a backup of the present data, and returns its file;
   * null where the present database is too damaged to be read: its file is kept when it is replaced.
   */
  stageRestore(
    file: string,
    restore: Pick<StagedRestore, 'name' | 'username'>,
  ): Promise<StagedRestore & { backup: string | null }> {
    const { dataDir } = this.options;
    const make = (workshop: string): Promise<BackupContent> => this.build(file, workshop);
    return inWorkshop(file, dataDir, make, async (content, workshop) => {
      const backup = await this.backupBeforeRestore();
      const staged = { ...content, ...restore };
      await stage(dataDir, workshop, staged);
      return { ...staged, backup };
    });
  }

  private async backupBeforeRestore(): Promise<string | null> {
    try {
      return (await this.backup(null, 'before-restore')).file;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.options.logger.warn('the database is too damaged for a backup; its file will be kept');
      return null;
    }
  }

  /** Takes a staged restore back. */
  discardStaged(): Promise<void> {
    return discardStaged(this.options.dataDir);
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
}
