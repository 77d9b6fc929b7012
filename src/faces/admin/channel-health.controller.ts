import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, NotFound } from './admin-controller.js';
import { DoctorReportDto } from './dto/doctor.dto.js';
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

  @Post('doctor')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Find out why a channel does not play',
    description:
      'Walks the way of the bytes for every source (name, engine, limit, start, bytes, tables, picture, codecs, rate) and says where it ends and what to do. Takes up to two minutes. What plays for a viewer is reported from his stream and not opened again. The report holds no credentials.',
  })
  @ApiOkResponse({ type: DoctorReportDto, description: 'The report, also as one page of text.' })
  @BadInput()
  @NotFound('channel')
  examine(@Param('id', IdPipe) id: number): Promise<DoctorReportDto> {
    return this.health.examine(id);
  }
}
