import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { FilmSourcesService } from '../../vod/feeds/film-sources.service.js';
import { AdminController, BadInput, JsonBody, NotFound } from './admin-controller.js';
import {
  AddFilmSourceDto,
  ChangeFilmSourceDto,
  FilmSourceDto,
  FilmSourcesDto,
  RefreshFilmSourceDto,
  RemovedFilmSourceDto,
} from './dto/film-sources.dto.js';
import { FilmSourcesAdminService } from './film-sources-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('film-sources', 'Film sources')
export class FilmSourcesController {
  constructor(
    private readonly admin: FilmSourcesAdminService,
    private readonly sources: FilmSourcesService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the sources of films',
    description: 'Every feed, tag, person, playlist and card of Rutube that is read, with its state.',
  })
  @ApiOkResponse({ type: FilmSourcesDto, description: 'All sources of films.' })
  list(): Promise<FilmSourcesDto> {
    return this.admin.list();
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a source of films',
    description: 'Its settings, its last report, and how far a running reading is.',
  })
  @ApiOkResponse({ type: FilmSourceDto, description: 'The source.' })
  @BadInput()
  @NotFound('film source')
  get(@Param('id', IdPipe) id: number): Promise<FilmSourceDto> {
    return this.admin.get(id);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a source of films',
    description: 'It is read some minutes later, or at once when you ask for it.',
  })
  @ApiCreatedResponse({ type: FilmSourceDto, description: 'The source.' })
  @JsonBody()
  add(@Body() input: AddFilmSourceDto): Promise<FilmSourceDto> {
    return this.admin.add(input);
  }

  @Patch(':id')
  @ApiOperation({ summary: 'Change a source of films', description: 'What is not named stays.' })
  @ApiOkResponse({ type: FilmSourceDto, description: 'The source as it is now.' })
  @JsonBody()
  @NotFound('film source')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeFilmSourceDto): Promise<FilmSourceDto> {
    return this.admin.change(id, input);
  }

  @Post(':id/refresh')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Read a source of films',
    description: 'Begins a reading, or joins the one that runs.',
  })
  @ApiAcceptedResponse({
    type: FilmSourceDto,
    description: 'Begun; "run" of the source tells how far it is.',
  })
  @JsonBody()
  @NotFound('film source')
  refresh(@Param('id', IdPipe) id: number, @Body() { force }: RefreshFilmSourceDto): Promise<FilmSourceDto> {
    return this.admin.refresh(id, force ?? false);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Remove a source of films',
    description:
      'Films that nothing else offers or shows leave the catalogue; their ids are kept for their return.',
  })
  @ApiOkResponse({ type: RemovedFilmSourceDto, description: 'Removed.' })
  @BadInput()
  @NotFound('film source')
  remove(@Param('id', IdPipe) id: number): Promise<RemovedFilmSourceDto> {
    return this.sources.remove(id);
  }
}
