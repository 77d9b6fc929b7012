import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Observable } from 'rxjs';
import { actAs } from '../../platform/actor.js';
import { administratorOf } from './admin-guard.js';

/** Everything a request changes is written down under the name of its administrator. */
@Injectable()
export class ActorInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const administrator = administratorOf(context.switchToHttp().getRequest<FastifyRequest>());
    if (!administrator) return next.handle();
    const actor = { userId: administrator.id, username: administrator.username };
    return new Observable((subscriber) => actAs(actor, () => next.handle().subscribe(subscriber)));
  }
}
