import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { joinHeaders, type WholeAnswer } from '../shared/answer.js';
import { apiHeaders } from '../shared/api-headers.js';
import { Door } from '../shared/door.js';
import { MoviesGate, OPEN_HEADERS } from './movies-gate.js';
import { MoviesService } from './movies.service.js';
import { readSearch, readWish } from './movies-wish.js';

/**
 * Answers at the door what was answered before while it is true, word for word the same question, and lists that are
 * asked for plainly. Who may ask, and how often, is decided each time.
 */
@Injectable()
export class MoviesDoor implements OnModuleInit {
  constructor(
    private readonly door: Door,
    private readonly movies: MoviesService,
    private readonly gate: MoviesGate,
  ) {}

  onModuleInit(): void {
    this.open('/api/movies', readWish);
    this.open('/api/movies/search', readSearch);
    for (const route of ['/api/movies/:id', '/api/persons/:id', '/api/genres']) this.open(route);
  }

  private open(route: string, readList?: (query: string) => MovieWish | undefined): void {
    this.door.open(route, (request) => this.answer(request, readList));
  }

  private answer(
    request: IncomingMessage,
    readList: ((query: string) => MovieWish | undefined) | undefined,
  ): WholeAnswer | undefined | Promise<WholeAnswer | undefined> {
    const answer = this.movies.atOnce(request, readList);
    if (!answer) return undefined;
    const entering = this.gate.enter(request);
    const told = entering ? entering.then(answer) : answer();
    return told instanceof Promise ? told.then(withHeaders) : withHeaders(told);
  }
}

function withHeaders(answer: WholeAnswer): WholeAnswer {
  return { ...answer, headers: joinHeaders(apiHeaders(randomUUID()), OPEN_HEADERS, answer.headers) };
}
