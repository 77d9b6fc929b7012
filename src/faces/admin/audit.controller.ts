import { Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput } from './admin-controller.js';
import { AuditAdminService } from './audit-admin.service.js';
import { AuditPageDto, AuditQueryDto } from './dto/audit.dto.js';

@AdminController('audit', 'Audit')
export class AuditController {
  constructor(private readonly admin: AuditAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'Who changed what',
    description: 'Newest first. The log keeps a year, at most 50,000 changes.',
  })
  @ApiOkResponse({ type: AuditPageDto, description: 'One page of changes.' })
  @BadInput()
  page(@Query() query: AuditQueryDto): Promise<AuditPageDto> {
    return this.admin.page(query);
  }
}
