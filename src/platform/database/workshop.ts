import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Clock } from '../clock.js';
import { AppError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import type { TableCount } from './backup-file.js';
import type { Schema } from './open-database.js';

export interface WorkshopOptions {
  schema: Schema;
  clock: Clock;
  logger: Logger;
}

/** A backup that was found to be whole. */
export interface BackupContent {
  createdAt: string;
  tables: TableCount[];
}

/** Begins the names of workshops, so that those of a killed process are found. */
export const WORKSHOP = 'restore-';

/** Has `make` build a database in a folder of its own and `use` do something with it; then the folder goes. */
export async function inWorkshop<T>(
  file: string,
  dataDir: string,
  make: (workshop: string) => Promise<BackupContent>,
  use: (content: BackupContent, workshop: string) => Promise<T>,
): Promise<T> {
  if (!existsSync(file)) throw new AppError('not_found', `there is no file ${file}`, { status: 404 });
  const workshop = await mkdtemp(path.join(dataDir, WORKSHOP));
  try {
    return await use(await make(workshop), workshop);
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}
