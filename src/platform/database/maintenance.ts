import { existsSync, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import { writeBackup, type BackupSummary, type TableCount } from './backup-file.js';
import { buildFromBackup, type BackupContent } from './backup-workshop.js';
import { copyDatabase, countRows } from './copy-database.js';
import type { Database } from './database.js';
import { openDatabase, type Schema } from './open-database.js';
import {
  copyRestored,
  discardStaged,
  makeWorkshop,
  moveIn,
  stage,
  stampOf,
  type StagedRestore,
} from './staged-restore.js';

export interface MaintenanceOptions {
  database: Database;
  schema: Schema;
  dataDir: string;
  clock: Clock;
  logger: Logger;
  /** Does what `buildFromBackup` does; a server has it done in another thread. */
  build?: (file: string, dataDir: string) => Promise<BackupContent>;
}

export interface RestoreResult extends BackupContent {
  /** Where the replaced SQLite file went; null when there was none, or on PostgreSQL. */
  replacedFile: string | null;
}

export type Progress = (table: string, rows: number) => void;

/** Backup, restore and moving house. Ids and counters stay what they are in all of them. */
export class Maintenance {
  private readonly build: (file: string, dataDir: string) => Promise<BackupContent>;

  constructor(private readonly options: MaintenanceOptions) {
    this.build = options.build ?? ((file, dataDir) => buildFromBackup(file, dataDir, options));
  }

  /** Default place: `backups/` of the data folder. */
  async backup(file: string | null, prefix = 'rooftop'): Promise<BackupSummary & { file: string }> {
    const nowMs = this.options.clock.now();
    const folder = path.join(this.options.dataDir, 'backups');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const place = file ?? path.join(folder, `${prefix}-${stampOf(nowMs)}.backup.gz`);
    return { ...(await writeBackup(this.options.database, place, nowMs)), file: place };
  }

  /**
   * Puts a backup of this or an older version in the place of the present data, which nobody else may use. The backup
   * is first brought to the newest schema in a database of its own, so a damaged file changes nothing.
   */
  restore(file: string): Promise<RestoreResult> {
    return this.inWorkshop(file, async (content, workshop) => {
      const { database } = this.options;
      if (database.dialect === 'postgres') {
        await copyRestored(workshop, database, this.options);
        return { ...content, replacedFile: null };
      }
      await database.close();
      return { ...content, replacedFile: await moveIn(workshop, this.options) };
    });
  }

  /**
   * The same for a server that runs: the next start takes what waits here. Keeps a backup of the present data,
   * and returns its file.
   */
  stageRestore(
    file: string,
    restore: Pick<StagedRestore, 'name' | 'username'>,
  ): Promise<StagedRestore & { backup: string }> {
    return this.inWorkshop(file, async (content, workshop) => {
      const { file: backup } = await this.backup(null, 'before-restore');
      const staged = { ...content, ...restore };
      await stage(this.options.dataDir, workshop, staged);
      return { ...staged, backup };
    });
  }

  /** Takes a staged restore back. */
  discardStaged(): Promise<void> {
    return discardStaged(this.options.dataDir);
  }

  /** What a backup holds, after checking that it is whole. Changes nothing. */
  inspect(file: string): Promise<BackupContent> {
    return this.inWorkshop(file, (content) => Promise.resolve(content));
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

  private async inWorkshop<T>(
    file: string,
    use: (content: BackupContent, workshop: string) => Promise<T>,
  ): Promise<T> {
    if (!existsSync(file)) throw new AppError('not_found', `there is no file ${file}`, { status: 404 });
    const workshop = await makeWorkshop(this.options.dataDir);
    try {
      return await use(await this.build(file, workshop), workshop);
    } finally {
      await rm(workshop, { recursive: true, force: true });
    }
  }
}
