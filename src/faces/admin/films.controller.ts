import { Body, Get, HttpCode, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, JsonBody, NotFound } from './admin-controller.js';
import {
  ChangeFilmDto,
  FilmCandidatesDto,
  FilmDetailDto,
  FilmJobsDto,
  FilmsPageDto,
  FilmsQueryDto,
  MatchFilmDto,
  ResetFilmDto,
  TmdbListDto,
  TmdbListQueryDto,
} from './dto/films.dto.js';
import { FilmsAdminService } from './films-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('films', 'Found films')
export class FilmsController {
  constructor(private readonly admin: FilmsAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'List films',
    description:
      'Candidates, rejected and hidden ones too. Those that wait for a person: tmdbStatus=ambiguous.',
  })
  @ApiOkResponse({ type: FilmsPageDto, description: 'A page of films.' })
  @BadInput()
  list(@Query() query: FilmsQueryDto): Promise<FilmsPageDto> {
    return this.admin.page(query);
  }

  @Get('jobs')
  @ApiOperation({
    summary: 'Get the state of the jobs',
    description: 'Looking for films in the guides, and asking TMDB. They survive a restart.',
  })
  @ApiOkResponse({ type: FilmJobsDto, description: 'The jobs.' })
  jobs(): Promise<FilmJobsDto> {
    return this.admin.jobStates();
  }

  @Get('tmdb')
  @ApiOperation({
    summary: 'Get a list of TMDB',
    description: 'What is popular or trending, and which of it can be watched here.',
  })
  @ApiOkResponse({ type: TmdbListDto, description: 'The list.' })
  @BadInput()
  tmdb(@Query() { list }: TmdbListQueryDto): Promise<TmdbListDto> {
    return this.admin.tmdbList(list);
  }

  @Post('find')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Look for films',
    description: 'In the guides, soon; the server does it by itself too.',
  })
  @ApiAcceptedResponse({ type: FilmJobsDto, description: 'The jobs.' })
  find(): Promise<FilmJobsDto> {
    return this.admin.beginFind();
  }

  @Post('enrich')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Ask TMDB',
    description: 'About the films that it has not been asked about for long.',
  })
  @ApiAcceptedResponse({ type: FilmJobsDto, description: 'The jobs.' })
  enrich(): Promise<FilmJobsDto> {
    return this.admin.beginEnrich();
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a film', description: 'With airings, ways to watch and what was decided.' })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film.' })
  @BadInput()
  @NotFound('film')
  get(@Param('id', IdPipe) id: number): Promise<FilmDetailDto> {
    return this.admin.get(id);
  }

  @Get(':id/candidates')
  @ApiOperation({
    summary: 'List what TMDB offers for a film',
    description: 'With scores and reasons, best first. TMDB is asked where its answers are not kept.',
  })
  @ApiOkResponse({ type: FilmCandidatesDto, description: 'The films of TMDB.' })
  @BadInput()
  @NotFound('film')
  candidates(@Param('id', IdPipe) id: number): Promise<FilmCandidatesDto> {
    return this.admin.candidates(id);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a film',
    description: 'What is not named stays. No run touches what is set here.',
  })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film as it is now.' })
  @JsonBody()
  @NotFound('film')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeFilmDto): Promise<FilmDetailDto> {
    return this.admin.change(id, input);
  }

  @Post(':id/reset')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give fields back',
    description: 'To guides and lists, as they told them before they were edited.',
  })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film as it is now.' })
  @JsonBody()
  @NotFound('film')
  reset(@Param('id', IdPipe) id: number, @Body() { fields }: ResetFilmDto): Promise<FilmDetailDto> {
    return this.admin.reset(id, fields);
  }

  @Post(':id/match')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Choose the film of TMDB',
    description: 'It stands above every later run. What TMDB says follows in a moment.',
  })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film as it is now.' })
  @JsonBody()
  @NotFound('film')
  match(@Param('id', IdPipe) id: number, @Body() { tmdbId }: MatchFilmDto): Promise<FilmDetailDto> {
    return this.admin.match(id, tmdbId);
  }

  @Post(':id/reject')
  @HttpCode(200)
  @ApiOperation({ summary: 'Say that it is no film', description: 'It stands above every later run.' })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film as it is now.' })
  @BadInput()
  @NotFound('film')
  reject(@Param('id', IdPipe) id: number): Promise<FilmDetailDto> {
    return this.admin.reject(id);
  }

  @Post(':id/undo')
  @HttpCode(200)
  @ApiOperation({ summary: 'Take back a decision', description: 'The film is looked for again.' })
  @ApiOkResponse({ type: FilmDetailDto, description: 'The film as it is now.' })
  @BadInput()
  @NotFound('film')
  undo(@Param('id', IdPipe) id: number): Promise<FilmDetailDto> {
    return this.admin.undo(id);
  }
}
