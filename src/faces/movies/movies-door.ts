import { Injectable, type OnModuleInit } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { joinHeaders, type WholeAnswer } from '../shared/answer.js';
import { apiHeaders } from '../shared/api-headers.js';
import { Door } from '../shared/door.js';
import { MoviesGate, OPEN_HEADERS } from './movies-gate.js';
import { MoviesService } from './movies.service.js';

/**
 * Answers at the door what was answered before while it is true, word for word the same question, before its parameters
 * are read and checked once more. Who may ask, and how often, is decided each time.
 */
@Injectable()
export class MoviesDoor implements OnModuleInit {
  constructor(
    private readonly door: Door,
    private readonly movies: MoviesService,
    private readonly gate: MoviesGate,
  ) {}

  onModuleInit(): void {
    const routes = [
      '/api/movies',
      '/api/movies/search',
      '/api/movies/:id',
      '/api/persons/:id',
      '/api/genres',
    ];
    for (const route of routes) this.door.open(route, (request) => this.answer(request));
  }

  private answer(request: IncomingMessage): WholeAnswer | undefined | Promise<WholeAnswer | undefined> {
    const answer = this.movies.answerAgain(request);
    if (!answer) return undefined;
    const { status, body } = answer;
    const headers = joinHeaders(apiHeaders(randomUUID()), OPEN_HEADERS, answer.headers);
    const told = { status, headers, body };
    const entering = this.gate.enter(request);
    return entering ? entering.then(() => told) : told;
  }
}
