import {
  applyDecorators,
  Controller,
  Get,
  Options,
  Param,
  Query,
  Req,
  Res,
  UseGuards,
  UsePipes,
} from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiExcludeEndpoint,
  ApiForbiddenResponse,
  ApiInternalServerErrorResponse,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiServiceUnavailableResponse,
  ApiTags,
  ApiTooManyRequestsResponse,
  ApiUnauthorizedResponse,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendAnswer } from '../shared/answer.js';
import { ErrorDto } from '../shared/common.dto.js';
import { preflightAnswer } from '../shared/cors.js';
import { AdminValidation, IdPipe } from '../shared/validation.js';
import { MoviesGuard } from './movies-guard.js';
import {
  GenresDto,
  MovieSearchQuery,
  MoviesDto,
  MoviesQuery,
  MovieWithCreditsDto,
  PersonDto,
} from './movies.dto.js';
import { MoviesService } from './movies.service.js';

const type = ErrorDto;
const badInput = { type, description: 'A parameter breaks a rule.' } as const;

/** Open to everybody unless the operator wants a login. */
function OpenApi(): ClassDecorator {
  return applyDecorators(
    Controller('api'),
    ApiTags('Films'),
    UsePipes(AdminValidation),
    ApiUnauthorizedResponse({ type, description: 'This server wants a login, and there is none.' }),
    ApiForbiddenResponse({ type, description: 'This server wants a login; the account is not active.' }),
    ApiTooManyRequestsResponse({ type, description: 'Too often; Retry-After says how long to wait.' }),
    ApiInternalServerErrorResponse({
      type,
      description: 'A failure of Rooftop; its log has the request id.',
    }),
    ApiServiceUnavailableResponse({ type, description: 'The films are still being read.' }),
  );
}

@OpenApi()
export class MoviesController {
  constructor(private readonly movies: MoviesService) {}

  @Get('movies')
  @UseGuards(MoviesGuard)
  @ApiOperation({
    summary: 'List films',
    description: 'Films that run, come, or can be watched at any time; those for adults are left out.',
    security: [],
  })
  @ApiOkResponse({ type: MoviesDto, description: 'A page of films.' })
  @ApiBadRequestResponse(badInput)
  async list(
    @Query() query: MoviesQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.movies.list(query, request, reply);
  }

  @Get('movies/search')
  @UseGuards(MoviesGuard)
  @ApiOperation({
    summary: 'Search films',
    description: 'By their titles in the guide and at TMDB, best fit first unless an order is named.',
    security: [],
  })
  @ApiOkResponse({ type: MoviesDto, description: 'A page of films.' })
  @ApiBadRequestResponse(badInput)
  async search(
    @Query() query: MovieSearchQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.movies.list(query, request, reply);
  }

  @Get('movies/:id')
  @UseGuards(MoviesGuard)
  @ApiOperation({
    summary: 'Show a film',
    description: 'With all its showings and who made it.',
    security: [],
  })
  @ApiOkResponse({ type: MovieWithCreditsDto, description: 'The film.' })
  @ApiBadRequestResponse(badInput)
  @ApiNotFoundResponse({ type, description: 'There is no such film.' })
  async film(
    @Param('id', IdPipe) id: number,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.movies.film(id, request, reply);
  }

  @Get('persons/:id')
  @UseGuards(MoviesGuard)
  @ApiOperation({
    summary: 'Show a person',
    description:
      'Who made a film that is listed here, or plays in one. TMDB is asked once a week; until it answers, the credits alone are told.',
    security: [],
  })
  @ApiOkResponse({ type: PersonDto, description: 'The person.' })
  @ApiBadRequestResponse(badInput)
  @ApiNotFoundResponse({ type, description: 'No film listed here names such a person.' })
  async person(
    @Param('id', IdPipe) id: number,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.movies.person(id, request, reply);
  }

  @Get('genres')
  @UseGuards(MoviesGuard)
  @ApiOperation({ summary: 'List genres', description: 'Those of the films listed here.', security: [] })
  @ApiOkResponse({ type: GenresDto, description: 'The genres.' })
  async genres(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.movies.genres(request, reply);
  }

  @Options(['movies', 'movies/:path', 'persons/:path', 'genres'])
  @ApiExcludeEndpoint()
  preflight(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): void {
    sendAnswer(reply, preflightAnswer(headers));
  }
}
