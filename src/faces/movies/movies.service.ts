import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { MovieAnswers, type Asker, type MovieAnswer } from '../../catalog/films/movie-answers.js';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { AppError } from '../../platform/errors/app-error.js';
import { encodingHeader, JSON_TYPE, type Answer } from '../shared/answer.js';
import { matchesEtag } from '../shared/negotiation.js';
import { PlayerCalls } from '../shared/player-call.js';
import type { MovieSearchQuery, MoviesQuery } from './movies.dto.js';

/** The films, as web pages and programs of others are told. */
@Injectable()
export class MoviesService {
  constructor(
    private readonly movies: MovieAnswers,
    private readonly calls: PlayerCalls,
  ) {}

  async list(query: MoviesQuery | MovieSearchQuery, request: FastifyRequest): Promise<Answer> {
    return toAnswer(await this.movies.list(wishOf(query), this.askerOf(request)), request);
  }

  async film(id: number, request: FastifyRequest): Promise<Answer> {
    return toAnswer(await this.movies.film(id, this.askerOf(request)), request);
  }

  async genres(request: FastifyRequest): Promise<Answer> {
    return toAnswer(await this.movies.genres(this.askerOf(request)), request);
  }

  private askerOf(request: FastifyRequest): Asker {
    const { base, encoding } = this.calls.read(request);
    return { base: base.url, encoding };
  }
}

function wishOf({
  page,
  per_page,
  genre,
  year,
  rating_gte,
  source,
  q,
  sort,
}: MoviesQuery | MovieSearchQuery): MovieWish {
  return {
    page,
    perPage: per_page,
    ...(genre === undefined ? {} : { genre }),
    ...(year === undefined ? {} : { year }),
    ...(rating_gte === undefined ? {} : { ratingGte: rating_gte }),
    ...(source === undefined ? {} : { source }),
    ...(q === undefined ? {} : { q }),
    ...(sort === undefined ? {} : { sort }),
  };
}

function toAnswer(answer: MovieAnswer, { headers }: FastifyRequest): Answer {
  switch (answer.kind) {
    case 'loading':
      throw new AppError('database_unavailable', 'the films are still being read', {
        status: 503,
        level: 'info',
        retryAfterSeconds: 2,
      });
    case 'unknown':
      throw new AppError('not_found', 'there is no such film', { status: 404 });
    case 'ready': {
      const { bytes, encoding, etag } = answer.representation;
      const shared = { 'cache-control': 'public, no-cache', etag: `"${etag}"` };
      if (matchesEtag(headers['if-none-match'], etag)) return { status: 304, headers: shared, body: null };
      return {
        status: 200,
        headers: { ...JSON_TYPE, ...shared, ...encodingHeader(encoding) },
        body: bytes,
      };
    }
  }
}
