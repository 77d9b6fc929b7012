import { Delete, Get, HttpCode, Param, Post, Req, type StreamableFile } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiPayloadTooLargeResponse,
  ApiUnsupportedMediaTypeResponse,
} from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { AdminController, BadInput, Conflict, NotFound } from './admin-controller.js';
import { BACKUP_FILE, toFile } from './backup.controller.js';
import { BackupsAdminService } from './backups-admin.service.js';
import { BackupDto, BackupsDto, RestoreDto } from './dto/backups.dto.js';
import { ErrorDto } from './dto/common.dto.js';

const BUSY = 'Another backup or restore is under way, or too many backups are stored.';
const type = ErrorDto;

@AdminController('backups', 'Backup')
export class BackupsController {
  constructor(private readonly admin: BackupsAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'List stored backups',
    description: 'Those in the folder of backups, made here, by the command line, or before a restore.',
  })
  @ApiOkResponse({ type: BackupsDto, description: 'The backups.' })
  list(): Promise<BackupsDto> {
    return this.admin.list();
  }

  @Post()
  @ApiOperation({
    summary: 'Make a backup',
    description: 'One moment of the whole database, kept on the server.',
  })
  @ApiCreatedResponse({ type: BackupDto, description: 'The backup.' })
  @Conflict(BUSY)
  create(): Promise<BackupDto> {
    return this.admin.create();
  }

  @Post('upload')
  @ApiOperation({
    summary: 'Upload a backup',
    description: 'Stores a file that was downloaded before. Only its beginning is looked at here.',
  })
  @ApiConsumes('application/gzip')
  @ApiBody({ schema: BACKUP_FILE })
  @ApiCreatedResponse({ type: BackupDto, description: 'Stored.' })
  @BadInput()
  @Conflict(BUSY)
  @ApiPayloadTooLargeResponse({ type, description: 'The file is larger than the configuration allows.' })
  @ApiUnsupportedMediaTypeResponse({ type, description: 'The body is not application/gzip.' })
  upload(@Req() request: FastifyRequest): Promise<BackupDto> {
    return this.admin.upload(request.body);
  }

  @Get(':name')
  @ApiOperation({
    summary: 'Download a stored backup',
    description: 'It holds password hashes and the credentials of your providers: keep it safe.',
  })
  @ApiOkResponse({ description: 'The backup.', content: { 'application/gzip': { schema: BACKUP_FILE } } })
  @BadInput()
  @NotFound('backup')
  async download(@Param('name') name: string): Promise<StreamableFile> {
    return toFile(await this.admin.download(name));
  }

  @Delete(':name')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove a stored backup', description: 'The file is deleted.' })
  @ApiNoContentResponse({ description: 'Removed.' })
  @BadInput()
  @NotFound('backup')
  remove(@Param('name') name: string): Promise<void> {
    return this.admin.remove(name);
  }

  @Post(':name/restore')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Restore a stored backup',
    description:
      'The whole file is checked first; a damaged or foreign one, or one of a newer version, changes nothing. A backup of the present data is kept. Then the server closes every stream and opens anew with the data of the backup: log in again, with an account of the backup. The audit log says what became of it.',
  })
  @ApiAcceptedResponse({ type: RestoreDto, description: 'Sound, and about to be restored.' })
  @BadInput()
  @NotFound('backup')
  @Conflict(`${BUSY} Or the backup was written by a newer version.`)
  restore(@Param('name') name: string): Promise<RestoreDto> {
    return this.admin.restore(name);
  }
}
