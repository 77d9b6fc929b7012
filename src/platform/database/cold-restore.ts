import { buildFromBackup } from './backup-workshop.js';
import { copyIn, moveIn } from './staged-restore.js';
import { inWorkshop, type BackupContent, type WorkshopOptions } from './workshop.js';

export interface ColdRestoreOptions extends WorkshopOptions {
  /** postgres://…; null stands for the SQLite file of the data folder. */
  url: string | null;
  dataDir: string;
}

export interface ColdRestoreResult extends BackupContent {
  /** Where the replaced SQLite file went; null when there was none, or on PostgreSQL. */
  replacedFile: string | null;
}

/**
 * Restores while no server runs. What it replaces is never read, so it cures a database that is damaged, missing or
 * of a newer version. A PostgreSQL database has to be open to be filled, so there it must be one that this version opens.
 */
export class ColdRestore {
  constructor(private readonly options: ColdRestoreOptions) {}

  /**
   * Puts a backup of this or an older version in the place of the present data, which nobody else may use. The backup
   * is first brought to the newest schema in a database of its own, so a damaged file changes nothing.
   */
  restore(file: string): Promise<ColdRestoreResult> {
    return this.build(file, async (content, workshop) => {
      const { url } = this.options;
      if (url === null) return { ...content, replacedFile: await moveIn(workshop, this.options) };
      await copyIn(workshop, { ...this.options, url });
      return { ...content, replacedFile: null };
    });
  }

  /** What a backup holds, after checking that it is whole. Changes nothing. */
  inspect(file: string): Promise<BackupContent> {
    return this.build(file, (content) => Promise.resolve(content));
  }

  private build<T>(file: string, use: (content: BackupContent, workshop: string) => Promise<T>): Promise<T> {
    const make = (workshop: string): Promise<BackupContent> => buildFromBackup(file, workshop, this.options);
    return inWorkshop(file, this.options.dataDir, make, use);
  }
}
