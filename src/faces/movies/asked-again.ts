import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { of, type Observable } from 'rxjs';
import { MoviesService } from './movies.service.js';

/**
 * Answers what was answered before while it is true, word for word the same question, before its parameters are read
 * and checked once more. Stands behind the gate: who may ask, and how often, is decided each time.
 */
@Injectable()
export class AskedAgain implements NestInterceptor {
  constructor(private readonly movies: MoviesService) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    const isAnswered = this.movies.answerAgain(
      http.getRequest<FastifyRequest>(),
      http.getResponse<FastifyReply>(),
    );
    return isAnswered ? of(undefined) : next.handle();
  }
}
