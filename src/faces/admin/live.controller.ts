import { Body, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import { LiveStreamDto, LiveStreamsDto, SwitchSourceDto } from './dto/live.dto.js';
import { LiveAdminService } from './live-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('live', 'Sessions')
export class LiveController {
  constructor(private readonly admin: LiveAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'List running streams',
    description: 'What is read from engines and hosts, how it fares, and who watches it.',
  })
  @ApiOkResponse({ type: LiveStreamsDto, description: 'The streams.' })
  list(): LiveStreamsDto {
    return this.admin.list();
  }

  @Post(':id/source')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Switch a running stream to another source',
    description: 'Viewers stay and see a short break. Where the chosen source fails, the others follow.',
  })
  @ApiOkResponse({ type: LiveStreamDto, description: 'The stream, on its way to the other source.' })
  @JsonBody()
  @NotFound('running stream or source')
  @Conflict('The source plays already, or nobody watches the stream.')
  switchSource(
    @Param('id', IdPipe) id: number,
    @Body() { sourceId }: SwitchSourceDto,
  ): Promise<LiveStreamDto> {
    return this.admin.switchSource(id, sourceId);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Stop a running stream',
    description:
      'All who watch it are closed. Their players may open the channel again, which starts it anew.',
  })
  @ApiNoContentResponse({ description: 'Stopped.' })
  @BadInput()
  @NotFound('running stream')
  stop(@Param('id', IdPipe) id: number): Promise<void> {
    return this.admin.stop(id);
  }
}
