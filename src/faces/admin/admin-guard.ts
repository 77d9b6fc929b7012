import { createParamDecorator, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../platform/errors/app-error.js';
import { AdminAuthService, type Administrator } from '../../users/admin-auth.service.js';

const ADMINISTRATOR = Symbol('administrator');

type AdminRequest = FastifyRequest & { [ADMINISTRATOR]?: Administrator };

/** Lets administrators in by their bearer token. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(private readonly auth: AdminAuthService) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AdminRequest>();
    request[ADMINISTRATOR] = await this.auth.authenticate(bearerToken(request.headers.authorization));
    return true;
  }
}

/** Who the guard let in; undefined on routes without it. */
export function administratorOf(request: FastifyRequest): Administrator | undefined {
  return (request as AdminRequest)[ADMINISTRATOR];
}

/** The administrator who asks. */
export const CurrentAdministrator = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  administratorOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** Throws `unauthorized` where there is none. */
export function bearerToken(header: string | undefined): string {
  const token = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i.exec(header ?? '')?.[1];
  if (token === undefined || token.length > 4096) {
    throw new AppError('unauthorized', 'log in first: a bearer token is needed', { status: 401 });
  }
  return token;
}
