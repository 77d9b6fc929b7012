import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { MoviesGate, OPEN_HEADERS } from './movies-gate.js';

/** The gate for what goes the usual way. Nest makes guards of its own for each controller, so it keeps nothing itself. */
@Injectable()
export class MoviesGuard implements CanActivate {
  constructor(private readonly gate: MoviesGate) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    void reply.headers(OPEN_HEADERS);
    const entering = this.gate.enter(http.getRequest<FastifyRequest>().raw);
    if (!entering) return true;
    void reply.header('www-authenticate', 'Basic realm="Rooftop", charset="UTF-8"');
    await entering;
    void reply.removeHeader('www-authenticate');
    return true;
  }
}
