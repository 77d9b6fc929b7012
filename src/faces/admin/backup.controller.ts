import { Get, StreamableFile } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces } from '@nestjs/swagger';
import { AdminController } from './admin-controller.js';
import { BackupDownloads } from './backup-download.store.js';

@AdminController('backup', 'Backup')
export class BackupController {
  constructor(private readonly downloads: BackupDownloads) {}

  @Get()
  @ApiOperation({
    summary: 'Download a backup',
    description:
      'One moment of the whole database, gzipped. It holds password hashes and the credentials of your providers: keep it safe. It is restored on the command line.',
  })
  @ApiProduces('application/gzip')
  @ApiOkResponse({ description: 'The backup.', schema: { type: 'string', format: 'binary' } })
  async download(): Promise<StreamableFile> {
    return toFile(await this.downloads.make());
  }
}

function toFile({ stream, size, name }: Awaited<ReturnType<BackupDownloads['make']>>): StreamableFile {
  const disposition = `attachment; filename="${name}"`;
  return new StreamableFile(stream, { type: 'application/gzip', disposition, length: size });
}
