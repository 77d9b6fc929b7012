import { Inject, Injectable } from '@nestjs/common';
import path from 'node:path';
import { AuditRepository } from '../../platform/audit/audit.repository.js';
import { currentActor } from '../../platform/actor.js';
import type { Clock } from '../../platform/clock.js';
import { Maintenance } from '../../platform/database/maintenance.js';
import { isDamage } from '../../platform/database/sqlite-errors.js';
import { AppError } from '../../platform/errors/app-error.js';
import { RestartRequest } from '../../platform/restart.js';
import { CLOCK } from '../../platform/tokens.js';
import type { BackupDownload } from './backup-download.store.js';
import { toBackupDto, type BackupDto, type BackupsDto, type RestoreDto } from './dto/backups.dto.js';
import { StoredBackups } from './stored-backups.store.js';

/** Time for the answer to reach the operator before the server closes its connections. */
const RESTART_DELAY_MS = 500;

/** Backups that are kept, and the way back to one of them. */
@Injectable()
export class BackupsAdminService {
  private isBusy = false;

  constructor(
    private readonly backups: StoredBackups,
    private readonly maintenance: Maintenance,
    private readonly audit: AuditRepository,
    private readonly restart: RestartRequest,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(): Promise<BackupsDto> {
    const items = (await this.backups.list()).map(toBackupDto);
    return { items, total: items.length };
  }

  create(): Promise<BackupDto> {
    return this.alone(async () => {
      await this.backups.refuseWhenFull();
      const { file } = await this.maintenance.backup(null);
      const name = path.basename(file);
      await this.audit.note(['backup', 'add'], { name });
      return toBackupDto(await this.backups.describe(name));
    });
  }

  upload(body: unknown): Promise<BackupDto> {
    return this.alone(async () => {
      const stored = await this.backups.take(body);
      await this.audit.note(['backup', 'upload'], { name: stored.name, bytes: stored.bytes });
      return toBackupDto(stored);
    });
  }

  async download(name: string): Promise<BackupDownload> {
    const download = await this.backups.open(name);
    await this.audit.note(['backup', 'download'], { name });
    return download;
  }

  async remove(name: string): Promise<void> {
    await this.backups.remove(name);
    await this.audit.note(['backup', 'remove'], { name });
  }

  /** Checks all of a backup, keeps one of the present data, and lets the server open anew with the chosen one. */
  restore(name: string): Promise<RestoreDto> {
    return this.alone(async () => {
      const file = await this.backups.fileOf(name);
      const { username } = currentActor();
      const { createdAt, tables, backup } = await this.maintenance.stageRestore(file, { name, username });
      const safety = backup === null ? null : path.basename(backup);
      await this.noteRestore({ name, createdAt, safety });
      this.clock.setTimer(RESTART_DELAY_MS, () => this.restart.ask());
      return { name, createdAt, tables, safety };
    });
  }

  /** A damaged database may not take it; the restored one has a note of its own. */
  private async noteRestore(asked: {
    name: string;
    createdAt: string;
    safety: string | null;
  }): Promise<void> {
    try {
      await this.audit.note(['backup', 'restore-asked'], asked);
    } catch (error) {
      if (isDamage(error)) return;
      // Nobody was told that it waits.
      await this.maintenance.discardStaged();
      throw error;
    }
  }

  /** They read and write the whole database: one at a time. */
  private async alone<T>(work: () => Promise<T>): Promise<T> {
    if (this.isBusy) {
      throw new AppError('conflict', 'another backup or restore is under way', { status: 409 });
    }
    this.isBusy = true;
    try {
      return await work();
    } finally {
      this.isBusy = false;
    }
  }
}
