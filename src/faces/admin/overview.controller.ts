import { Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController } from './admin-controller.js';
import { OverviewDto } from './dto/overview.dto.js';
import { OverviewAdminService } from './overview-admin.service.js';

@AdminController('overview', 'Overview')
export class OverviewController {
  constructor(private readonly admin: OverviewAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'Get the overview',
    description:
      'Freshness, hosts, counts, caches and traffic, each with the last 24 hours. What it tells is some seconds old at most; the hours lack the last minute.',
  })
  @ApiOkResponse({ type: OverviewDto, description: 'The overview.' })
  get(): Promise<OverviewDto> {
    return this.admin.get();
  }
}
