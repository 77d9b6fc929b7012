import { Delete, Get, HttpCode, Param, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminController, BadInput, NotFound, Throttled } from './admin-controller.js';
import { SessionsDto } from './dto/sessions.dto.js';
import { SessionEvents } from './session-events.js';
import { SessionsAdminService } from './sessions-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('sessions', 'Sessions')
export class SessionsController {
  constructor(
    private readonly admin: SessionsAdminService,
    private readonly events: SessionEvents,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List who watches', description: 'Every open stream of every viewer.' })
  @ApiOkResponse({ type: SessionsDto, description: 'The sessions.' })
  list(): SessionsDto {
    return this.admin.list();
  }

  @Get('events')
  @ApiOperation({
    summary: 'Follow the running streams',
    description:
      'Server-sent events: `streams` holds what GET /api/admin/live answers, at once and then whenever it has changed, at most once a second. It ends with the token.',
  })
  @ApiOkResponse({
    description: 'Events without end.',
    content: { 'text/event-stream': { schema: { type: 'string' } } },
  })
  @Throttled('All places of listeners are taken; Retry-After says how long to wait.')
  follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.events.open(request, reply);
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
