import { Get, Param } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, NotFound } from './admin-controller.js';
import { ChannelHealthDto } from './dto/health.dto.js';
import { HealthAdminService } from './health-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('channels/:id', 'Channels')
export class ChannelHealthController {
  constructor(private readonly health: HealthAdminService) {}

  @Get('health')
  @ApiOperation({
    summary: 'See how the sources of a channel do',
    description:
      'In the order in which they are tried now, with what each hour of the last fourteen days brought.',
  })
  @ApiOkResponse({ type: ChannelHealthDto, description: 'The sources with their figures.' })
  @BadInput()
  @NotFound('channel')
  ofChannel(@Param('id', IdPipe) id: number): Promise<ChannelHealthDto> {
    return this.health.ofChannel(id);
  }
}
