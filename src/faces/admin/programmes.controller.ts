import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, NotFound } from './admin-controller.js';
import {
  ChannelProgrammesDto,
  FoundProgrammesDto,
  ProgrammeDayQuery,
  ProgrammeGridDto,
  ProgrammeGridQuery,
  ProgrammeSearchQuery,
} from './dto/programmes.dto.js';
import { ProgrammesAdminService } from './programmes-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('guide', 'Guides')
export class ProgrammesController {
  constructor(private readonly admin: ProgrammesAdminService) {}

  @Get('grid')
  @ApiOperation({
    summary: 'See what is on',
    description: 'A page of channels, by number, with what runs within some hours: what players are told.',
  })
  @ApiOkResponse({ type: ProgrammeGridDto, description: 'The grid.' })
  @BadInput()
  grid(@Query() query: ProgrammeGridQuery): Promise<ProgrammeGridDto> {
    return this.admin.grid(query);
  }

  @Get('search')
  @ApiOperation({
    summary: 'Search in the programmes',
    description: 'Of all channels, of one or of a category; on one day, or from yesterday to the next weeks.',
  })
  @ApiOkResponse({ type: FoundProgrammesDto, description: 'What was found.' })
  @BadInput()
  search(@Query() query: ProgrammeSearchQuery): Promise<FoundProgrammesDto> {
    return this.admin.search(query);
  }

  @Get('channels/:id')
  @ApiOperation({ summary: 'See the day of a channel', description: 'Everything that runs on one day.' })
  @ApiOkResponse({ type: ChannelProgrammesDto, description: 'Its programmes.' })
  @BadInput()
  @NotFound('channel')
  day(@Param('id', IdPipe) id: number, @Query() query: ProgrammeDayQuery): Promise<ChannelProgrammesDto> {
    return this.admin.day(id, query.day);
  }
}
