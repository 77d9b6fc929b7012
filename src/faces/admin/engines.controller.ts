import { Body, Get, Param, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, JsonBody, NotFound } from './admin-controller.js';
import { ChangeEngineDto, EngineDto, EnginesDto } from './dto/engines.dto.js';
import { EnginesAdminService } from './engines-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('engines', 'Engines')
export class EnginesController {
  constructor(private readonly admin: EnginesAdminService) {}

  @Get()
  @ApiOperation({ summary: 'List the AceStream engines', description: 'Their health and load as known now.' })
  @ApiOkResponse({ type: EnginesDto, description: 'The engines.' })
  list(): EnginesDto {
    return this.admin.list();
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Drain an engine, or use it again',
    description: 'A drained engine keeps its streams and gets no further one.',
  })
  @ApiOkResponse({ type: EngineDto, description: 'The engine as it is now.' })
  @JsonBody()
  @NotFound('engine')
  change(@Param('id', IdPipe) id: number, @Body() change: ChangeEngineDto): Promise<EngineDto> {
    return this.admin.change(id, change);
  }
}
