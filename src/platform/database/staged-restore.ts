import Sqlite from 'better-sqlite3';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, describeError } from '../errors/app-error.js';
import { backupFolder } from './backups-folder.js';
import { copyDatabase } from './copy-database.js';
import type { Database } from './database.js';
import { openDatabase, sqliteFile } from './open-database.js';
import { isDamage } from './sqlite-errors.js';
import { WORKSHOP, type BackupContent, type WorkshopOptions } from './workshop.js';

/** Who asked for what; kept beside the database that waits. */
export interface StagedRestore extends BackupContent {
  /** Name of the backup. */
  name: string;
  /** Who asked for it. */
  username: string;
}

/** `failed` changed nothing. */
export type RestoreOutcome =
  { kind: 'restored'; restore: StagedRestore } | { kind: 'failed'; restore: StagedRestore; reason: string };

export interface StageOptions extends WorkshopOptions {
  dataDir: string;
}

const STAGE = 'staged-restore';
const NOTE = 'restore.json';
/** What SQLite keeps beside a database that was not closed. */
const SIDECARS = ['-wal', '-shm', '-journal'];
/** Databases that were replaced, as files. */
const KEEP_REPLACED = 3;
const BUSY_ATTEMPTS = 20;
const BUSY_PAUSE_MS = 500;

/** Puts a finished workshop where the next start finds it. Atomic: a crash leaves all of it or nothing. */
export async function stage(dataDir: string, workshop: string, restore: StagedRestore): Promise<void> {
  await writeFile(path.join(workshop, NOTE), JSON.stringify(restore), { mode: 0o600 });
  await discardStaged(dataDir);
  await rename(workshop, path.join(dataDir, STAGE));
}

/** Forgets a restore that waits, or the traces of one that is done. */
export async function discardStaged(dataDir: string): Promise<void> {
  await rm(path.join(dataDir, STAGE), { recursive: true, force: true });
}

/**
 * Before the database is opened: puts a staged database in the place of the present one; null when none waits. A
 * crash in between is made good by the next start. `discardStaged` ends it.
 */
export async function applyStaged(
  options: StageOptions & { url: string | null },
): Promise<RestoreOutcome | null> {
  const { dataDir, url } = options;
  for (const name of readdirSync(dataDir)) {
    if (name.startsWith(WORKSHOP)) rmSync(path.join(dataDir, name), { recursive: true, force: true });
  }
  const folder = path.join(dataDir, STAGE);
  if (!existsSync(folder)) return null;
  const restore = JSON.parse(await readFile(path.join(folder, NOTE), 'utf8')) as StagedRestore;
  try {
    await checkStaged(folder, options);
    if (url === null) await retryWhileUsed(options, () => moveIn(folder, options));
    else await copyIn(folder, { ...options, url });
    return { kind: 'restored', restore };
  } catch (error) {
    return { kind: 'failed', restore, reason: describeError(error) };
  }
}

/** It may have waited for long. Throws when it is no sound database any more. */
async function checkStaged(folder: string, options: WorkshopOptions): Promise<void> {
  if (!existsSync(sqliteFile(folder))) return;
  const staged = await openDatabase({ ...options, url: null, dataDir: folder });
  await staged.close();
}

/**
 * Moves the SQLite file of `folder` into the data folder, and the present one to the backups, whatever state it is in.
 * Returns its new place.
 */
export async function moveIn(
  folder: string,
  { dataDir, clock }: Pick<StageOptions, 'dataDir' | 'clock'>,
): Promise<string | null> {
  const file = sqliteFile(dataDir);
  const next = sqliteFile(folder);
  // An earlier start moved it and went no further.
  if (!existsSync(next)) return null;
  if (existsSync(file)) refuseWhileUsed(file);
  const backups = backupFolder(dataDir);
  mkdirSync(backups, { recursive: true, mode: 0o700 });
  const replaced = path.join(backups, `before-restore-${stampOf(clock.now())}.sqlite`);
  const isReplacing = await moveDatabase(file, replaced);
  try {
    await rename(next, file);
  } catch (error) {
    await moveDatabase(replaced, file);
    throw error;
  }
  sweepReplaced(backups);
  return isReplacing ? replaced : null;
}

/** With what SQLite left beside it: a log without its database would be applied to the next one. */
async function moveDatabase(from: string, to: string): Promise<boolean> {
  for (const suffix of SIDECARS) {
    if (existsSync(`${from}${suffix}`)) await rename(`${from}${suffix}`, `${to}${suffix}`);
  }
  if (!existsSync(from)) return false;
  await rename(from, to);
  return true;
}

/** Copies the database of `folder` into PostgreSQL, in one transaction. */
export async function copyIn(folder: string, options: StageOptions & { url: string }): Promise<void> {
  const present = await openDatabase(options);
  try {
    await copyRestored(folder, present, options);
  } finally {
    await present.close();
  }
}

async function copyRestored(folder: string, to: Database, options: WorkshopOptions): Promise<void> {
  const restored = await openDatabase({ ...options, url: null, dataDir: folder });
  try {
    await copyDatabase(restored, to, { replace: true });
  } finally {
    await restored.close();
  }
}

/** A time as part of a file name. */
export function stampOf(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[:.]/g, '-');
}

/** A command of the command line may have the database open for a moment. */
async function retryWhileUsed<T>({ clock }: StageOptions, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const isUsed = error instanceof AppError && error.code === 'conflict';
      if (!isUsed || attempt >= BUSY_ATTEMPTS) throw error;
      await clock.sleep(BUSY_PAUSE_MS);
    }
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
    // It cannot be locked either, and is moved as it is.
    if (isDamage(error)) return;
    throw new AppError(
      'conflict',
      `the database is in use (${describeError(error)}); stop Rooftop, then restore`,
      { status: 409 },
    );
  } finally {
    connection.close();
  }
}

function sweepReplaced(backups: string): void {
  const old = readdirSync(backups)
    .filter((name) => name.startsWith('before-restore-') && name.endsWith('.sqlite'))
    .sort()
    .reverse()
    .slice(KEEP_REPLACED);
  for (const name of old) {
    for (const suffix of ['', ...SIDECARS]) rmSync(path.join(backups, `${name}${suffix}`), { force: true });
  }
}
