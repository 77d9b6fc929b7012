import { Get, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { AdminController } from './admin-controller.js';
import { BackupDownloads, type BackupDownload } from './backup-download.store.js';

export const BACKUP_FILE = { type: 'string', format: 'binary' };

@AdminController('backup', 'Backup')
export class BackupController {
  constructor(private readonly downloads: BackupDownloads) {}

  @Get()
  @ApiOperation({
    summary: 'Download a backup',
    description:
      'One moment of the whole database, gzipped. It holds password hashes and the credentials of your providers: keep it safe. Upload it to restore it.',
  })
  @ApiProduces('application/gzip')
  @ApiOkResponse({ description: 'The backup.', schema: BACKUP_FILE })
  async download(): Promise<StreamableFile> {
    return toFile(await this.downloads.make());
  }
}

export function toFile({ stream, size, name }: BackupDownload): StreamableFile {
  const disposition = `attachment; filename="${name}"`;
  return new StreamableFile(stream, { type: 'application/gzip', disposition, length: size });
}
