import { Inject, Injectable } from '@nestjs/common';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { sizeText } from '../../platform/config/value-types.js';
import { readBackupHead } from '../../platform/database/read-backup.js';
import { stampOf } from '../../platform/database/staged-restore.js';
import { AppError, invalidInput } from '../../platform/errors/app-error.js';
import { CLOCK } from '../../platform/tokens.js';
import type { BackupDownload } from './backup-download.store.js';

export interface StoredBackup {
  name: string;
  bytes: number;
  /** When the file was written, ms since the epoch. */
  storedAt: number;
}

/** Backups kept at once; what comes on top is refused. */
export const MAX_STORED = 100;
const GZIP_MAGIC = 0x1f;
const NAME = /^[\w.-]{1,120}\.backup\.gz$/;

/** The folder of backups. */
@Injectable()
export class StoredBackups {
  private readonly folder: string;
  private readonly maxBytes: number;

  constructor(
    config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.folder = path.join(config.dataDir, 'backups');
    this.maxBytes = config.http.maxBackupBytes;
  }

  /** The newest first. */
  async list(): Promise<StoredBackup[]> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const names = (await readdir(this.folder)).filter((name) => NAME.test(name));
    const found = await Promise.all(names.map((name) => this.describe(name)));
    return found.sort((a, b) => b.storedAt - a.storedAt || (a.name < b.name ? 1 : -1));
  }

  /** The file of a backup in the list. Throws `invalid_input` for what is no name, `not_found` for an unknown one. */
  async fileOf(name: string): Promise<string> {
    if (!NAME.test(name)) {
      throw invalidInput([{ field: 'name', rule: 'must be the name of a backup in the list' }]);
    }
    const backups = await this.list();
    if (!backups.some((backup) => backup.name === name)) {
      throw new AppError('not_found', `there is no backup ${name}`, { status: 404 });
    }
    return path.join(this.folder, name);
  }

  async open(name: string): Promise<BackupDownload> {
    const file = await this.fileOf(name);
    const { size } = await stat(file);
    const stream = createReadStream(file);
    await once(stream, 'open');
    return { stream, size, name };
  }

  async remove(name: string): Promise<void> {
    await rm(await this.fileOf(name));
  }

  async refuseWhenFull(): Promise<void> {
    const { length } = await this.list();
    if (length < MAX_STORED) return;
    throw new AppError('conflict', `${length} backups are stored; remove some first`, { status: 409 });
  }

  /** Takes a file in when its beginning is that of a backup. Whether all of it is sound, the restore finds out. */
  async take(body: unknown): Promise<StoredBackup> {
    if (!(body instanceof Readable)) throw notABackup();
    await this.refuseWhenFull();
    const name = `uploaded-${stampOf(this.clock.now())}.backup.gz`;
    const file = path.join(this.folder, name);
    const temporary = `${file}.part`;
    try {
      await pipeline(this.bounded(body), createWriteStream(temporary, { mode: 0o600 }));
      await readBackupHead(temporary);
      await rename(temporary, file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw isCutShort(error) ? invalidInput([{ field: 'body', rule: 'ended too early' }]) : error;
    }
    return this.describe(name);
  }

  async describe(name: string): Promise<StoredBackup> {
    const { size, mtimeMs } = await stat(path.join(this.folder, name));
    return { name, bytes: size, storedAt: Math.floor(mtimeMs) };
  }

  /** Leaves the rest of a body that is too large where it is, so that the answer still finds its way. */
  private async *bounded(body: Readable): AsyncGenerator<Buffer> {
    let bytes = 0;
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      // Two gigabytes of something else need not come in and be stored to be told from a backup.
      if (bytes === 0 && chunk[0] !== GZIP_MAGIC) throw notABackup();
      bytes += chunk.length;
      if (bytes > this.maxBytes) throw tooLarge(this.maxBytes);
      yield chunk;
    }
  }
}

function notABackup(): AppError {
  return invalidInput([{ field: 'body', rule: 'must be a backup' }]);
}

function tooLarge(maxBytes: number): AppError {
  return new AppError('request_too_large', `the backup is larger than ${sizeText(maxBytes)}`, {
    status: 413,
  });
}

function isCutShort(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE';
}
