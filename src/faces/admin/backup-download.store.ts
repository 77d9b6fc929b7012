import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Semaphore } from '../../core/util/semaphore.js';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Maintenance } from '../../platform/database/maintenance.js';

export interface BackupDownload {
  stream: ReadStream;
  size: number;
  name: string;
}

/** Makes a backup for somebody who takes it away, and leaves nothing behind. */
@Injectable()
export class BackupDownloads {
  private readonly folder: string;
  /** A backup holds a connection and the disk: one at a time. */
  private readonly turn = new Semaphore(1);

  constructor(
    private readonly maintenance: Maintenance,
    private readonly audit: AuditRepository,
    config: AppConfig,
  ) {
    this.folder = path.join(config.dataDir, 'downloads');
  }

  /** A moment of the whole database. The caller must read the stream or destroy it. */
  async make(): Promise<BackupDownload> {
    await this.audit.note(['backup', 'download']);
    return this.turn.use(async () => {
      await this.sweep();
      const file = path.join(this.folder, `${randomUUID()}.backup.gz`);
      const { createdAt } = await this.maintenance.backup(file);
      const { size } = await stat(file);
      const stream = createReadStream(file);
      await once(stream, 'open');
      // An open file can be read to its end.
      await rm(file);
      return { stream, size, name: `rooftop-${createdAt.replace(/[:.]/g, '-')}.backup.gz` };
    });
  }

  private async sweep(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(this.folder)) await rm(path.join(this.folder, name), { force: true });
  }
}
