import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { MovieAnswers, type MovieAnswer } from '../../catalog/films/movie-answers.js';
import type { MoviePage, MovieQuestion } from '../../catalog/films/movie-pages.js';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { AppError } from '../../platform/errors/app-error.js';
import { encodingHeader, joinHeaders, JSON_TYPE, sendAnswer, type WholeAnswer } from '../shared/answer.js';
import { matchesEtag } from '../shared/negotiation.js';
import { PlayerCalls } from '../shared/player-call.js';
import { wishOf } from './movies-wish.js';
import type { MovieSearchQuery, MoviesQuery } from './movies.dto.js';

/** The films, as web pages and programs of others are told. */
@Injectable()
export class MoviesService {
  constructor(
    private readonly movies: MovieAnswers,
    private readonly calls: PlayerCalls,
  ) {}

  /** What answers a question that was answered before, word for word, or one for a list that `readList` can read. */
  atOnce(
    request: IncomingMessage,
    readList: ((query: string) => MovieWish | undefined) | undefined,
  ): (() => WholeAnswer | Promise<WholeAnswer>) | undefined {
    const question = this.questionOf(request);
    const { headers } = request;
    const page = this.movies.ready(question);
    if (page) return () => pageAnswer(headers, page);
    const wish = readList?.(queryOf(question.url));
    const write = wish && this.movies.listAtOnce(wish, question);
    if (!write) return undefined;
    return () => {
      const written = write();
      if (!(written instanceof Promise)) return pageAnswer(headers, written);
      return written.then((made) => pageAnswer(headers, made));
    };
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
  if (answer.giveBack) reply.raw.once('close', answer.giveBack);
  sendAnswer(reply, answer);
}

function pageAnswer(
  headers: IncomingHttpHeaders,
  { bytes, encoding, etag, giveBack }: MoviePage,
): WholeAnswer {
  const shared = { 'cache-control': 'public, no-cache', etag: `"${etag}"` };
  if (matchesEtag(headers['if-none-match'], etag)) {
    giveBack?.();
    return { status: 304, headers: shared, body: null };
  }
  const told = joinHeaders(JSON_TYPE, shared, encodingHeader(encoding));
  return { status: 200, headers: told, body: bytes, ...(giveBack ? { giveBack } : {}) };
}

function queryOf(url: string): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}
