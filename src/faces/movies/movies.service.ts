import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Representation } from '../../catalog/catalog-edition.js';
import { MovieAnswers, type MovieAnswer } from '../../catalog/films/movie-answers.js';
import type { MoviePage, MovieQuestion } from '../../catalog/films/movie-pages.js';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { AppError } from '../../platform/errors/app-error.js';
import { encodingHeader, joinHeaders, JSON_TYPE, sendAnswer, type WholeAnswer } from '../shared/answer.js';
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

  /** The answer to a question that was answered before, word for word; undefined = it has to be read and answered. */
  answerAgain(request: IncomingMessage): WholeAnswer | undefined {
    const page = this.movies.ready(this.questionOf(request));
    return page && pageAnswer(request.headers, page);
  }

  async list(
    query: MoviesQuery | MovieSearchQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    send(reply, request, await this.movies.list(wishOf(query), this.questionOf(request.raw)));
  }

  async film(id: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    send(reply, request, await this.movies.film(id, this.questionOf(request.raw)));
  }

  async person(id: number, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    send(reply, request, await this.movies.person(id, this.questionOf(request.raw)), 'person');
  }

  async genres(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    send(reply, request, await this.movies.genres(this.questionOf(request.raw)));
  }

  private questionOf(request: IncomingMessage): MovieQuestion {
    const { base, encoding } = this.calls.readAtDoor(request);
    return { url: request.url ?? '', base: base.url, encoding };
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

function send(reply: FastifyReply, request: FastifyRequest, answer: MovieAnswer, what = 'film'): void {
  switch (answer.kind) {
    case 'loading':
      throw new AppError('database_unavailable', 'the films are still being read', {
        status: 503,
        level: 'info',
        retryAfterSeconds: 2,
      });
    case 'unknown':
      throw new AppError('not_found', `there is no such ${what}`, { status: 404 });
    case 'ready':
      sendPage(reply, request, answer.page);
  }
}

function sendPage(reply: FastifyReply, { headers }: FastifyRequest, page: MoviePage): void {
  const answer = pageAnswer(headers, page);
  // Only then the system has taken all of it, or nobody is there to be sent the rest.
  if (answer.body !== null && page.giveBack) reply.raw.once('close', page.giveBack);
  else page.giveBack?.();
  sendAnswer(reply, answer);
}

function pageAnswer(headers: IncomingHttpHeaders, { bytes, encoding, etag }: Representation): WholeAnswer {
  const shared = { 'cache-control': 'public, no-cache', etag: `"${etag}"` };
  if (matchesEtag(headers['if-none-match'], etag)) return { status: 304, headers: shared, body: null };
  return { status: 200, headers: joinHeaders(JSON_TYPE, shared, encodingHeader(encoding)), body: bytes };
}
