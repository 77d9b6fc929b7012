import { Delete, Get, HttpCode, Param } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, NotFound } from './admin-controller.js';
import { SessionsDto } from './dto/sessions.dto.js';
import { SessionsAdminService } from './sessions-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('sessions', 'Sessions')
export class SessionsController {
  constructor(private readonly admin: SessionsAdminService) {}

  @Get()
  @ApiOperation({ summary: 'List who watches', description: 'Every open stream of every viewer.' })
  @ApiOkResponse({ type: SessionsDto, description: 'The sessions.' })
  list(): SessionsDto {
    return this.admin.list();
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'End a session',
    description: 'The stream is closed. The player may open it again: disable the user to keep him out.',
  })
  @ApiNoContentResponse({ description: 'Ended.' })
  @BadInput()
  @NotFound('session')
  kick(@Param('id', IdPipe) id: number): Promise<void> {
    return this.admin.kick(id);
  }
}
