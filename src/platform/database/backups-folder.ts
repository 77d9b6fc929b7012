import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What `rooftop restore` reads: backups, and copies of the SQLite file that an upgrade made. */
const BACKUP = /^(.+\.backup\.gz|before-upgrade-.+\.sqlite)$/;

export function backupFolder(dataDir: string): string {
  return path.join(dataDir, 'backups');
}

/** The backup of the data folder that was written last, as a path. */
export function newestBackup(dataDir: string): string | undefined {
  const folder = backupFolder(dataDir);
  if (!existsSync(folder)) return undefined;
  return readdirSync(folder)
    .filter((name) => BACKUP.test(name))
    .map((name) => path.join(folder, name))
    .map((file) => ({ file, writtenAt: statSync(file).mtimeMs }))
    .sort((a, b) => b.writtenAt - a.writtenAt || (a.file < b.file ? 1 : -1))[0]?.file;
}
