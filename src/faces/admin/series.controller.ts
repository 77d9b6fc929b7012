import { Body, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, JsonBody, NotFound } from './admin-controller.js';
import { ChangeSeriesDto, SeriesDetailDto, SeriesPageDto, SeriesQueryDto } from './dto/films.dto.js';
import { SeriesAdminService } from './series-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('series', 'Found films')
export class SeriesController {
  constructor(private readonly admin: SeriesAdminService) {}

  @Get()
  @ApiOperation({ summary: 'List series', description: 'Those that lists have, hidden ones too.' })
  @ApiOkResponse({ type: SeriesPageDto, description: 'A page of series.' })
  @BadInput()
  list(@Query() query: SeriesQueryDto): Promise<SeriesPageDto> {
    return this.admin.page(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a series', description: 'With its episodes.' })
  @ApiOkResponse({ type: SeriesDetailDto, description: 'The series.' })
  @BadInput()
  @NotFound('series')
  get(@Param('id', IdPipe) id: number): Promise<SeriesDetailDto> {
    return this.admin.get(id);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a series',
    description: 'What is not named stays. No run touches what is set here.',
  })
  @ApiOkResponse({ type: SeriesDetailDto, description: 'The series as it is now.' })
  @JsonBody()
  @NotFound('series')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeSeriesDto): Promise<SeriesDetailDto> {
    return this.admin.change(id, input);
  }
}
