import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, describeError, type FieldProblem } from '../../platform/errors/app-error.js';
import { isDamage, isDiskFull } from '../../platform/database/sqlite-errors.js';
import type { ErrorCode } from '../../platform/errors/codes.js';
import type { Logger } from '../../platform/logging/logger.js';
import { LOGGER } from '../../platform/tokens.js';

/** The one form of every error answer of the API. */
export interface ErrorBody {
  error: { code: ErrorCode; message: string; details: readonly FieldProblem[]; requestId: string };
}

interface Known {
  status: number;
  code: ErrorCode;
  message: string;
  details: readonly FieldProblem[];
}

const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_input',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'not_found',
  408: 'request_timeout',
  409: 'conflict',
  413: 'request_too_large',
  414: 'invalid_input',
  415: 'unsupported_media_type',
  422: 'invalid_input',
  429: 'too_many_requests',
  431: 'request_too_large',
};
const MESSAGE_OF_STATUS: Readonly<Record<number, string>> = {
  404: 'there is nothing at this address',
  413: 'the request is larger than allowed',
  415: 'the body is not of the type that is read here',
};
const PLAIN_MESSAGES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  413: 'Payload Too Large',
  414: 'URI Too Long',
  415: 'Unsupported Media Type',
  503: 'Service Unavailable',
};
const DAMAGED: Known = {
  status: 503,
  code: 'database_damaged',
  message:
    'the database is damaged; restore a backup, here or with "rooftop restore FILE" after stopping Rooftop',
  details: [],
};
const FULL: Known = {
  status: 503,
  code: 'database_unavailable',
  message: 'the disk of the data folder is full: nothing can be changed until there is room again',
  details: [],
};
const INTERNAL = 'something went wrong inside Rooftop; the log has it under this request id';

/** Whether errors of this address are told in JSON: everything under /api, and the health probes. */
export function isApiPath(url: string): boolean {
  return /^\/+(?:api|healthz|readyz|metrics)(?:[/?]|$)/i.test(url);
}

/** What a thrown thing means to the caller; null for a surprise, which is told to the log alone. */
export function explain(thrown: unknown): Known | null {
  if (thrown instanceof AppError) {
    const { status, code, message, details } = thrown;
    if (status < 500 || code !== 'internal') return { status, code, message, details };
  }
  if (isDamage(thrown)) return DAMAGED;
  if (isDiskFull(thrown)) return FULL;
  const status = thrown instanceof AppError ? undefined : statusOf(thrown);
  if (status === undefined || status >= 500) return null;
  const code = CODE_OF_STATUS[status] ?? 'invalid_input';
  return { status, code, message: MESSAGE_OF_STATUS[status] ?? describeError(thrown), details: [] };
}

/** Turns whatever a handler throws into an answer: the uniform form for the API, a bare line for players. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    this.answer(thrown, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }

  /** Also for errors that the router meets before Nest does. */
  answer(thrown: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const known = explain(thrown);
    this.log(thrown, known, request);
    if (reply.raw.headersSent || reply.sent) {
      reply.raw.destroy();
      return;
    }
    const status = known?.status ?? 500;
    void reply.status(status);
    if (!isApiPath(request.originalUrl)) {
      void reply.type('text/plain; charset=utf-8').send(`${PLAIN_MESSAGES[status] ?? 'Error'}\n`);
      return;
    }
    if (status === 401 && !reply.hasHeader('www-authenticate')) {
      void reply.header('www-authenticate', 'Bearer');
    }
    const retryAfter = thrown instanceof AppError ? thrown.retryAfterSeconds : undefined;
    if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
    const { code, message, details } = known ?? {
      code: 'internal' as const,
      message: INTERNAL,
      details: [],
    };
    const body: ErrorBody = { error: { code, message, details, requestId: request.id } };
    void reply
      .header('cache-control', 'no-store')
      .header('x-request-id', request.id)
      .type('application/json; charset=utf-8')
      .send(JSON.stringify(body));
  }

  private log(thrown: unknown, known: Known | null, request: FastifyRequest): void {
    const fields = { requestId: request.id, method: request.method, url: request.originalUrl };
    if (known === null || known === DAMAGED) {
      const stack = thrown instanceof Error ? thrown.stack : undefined;
      this.logger.error('a request failed', { ...fields, error: describeError(thrown), stack });
    } else if (thrown instanceof AppError && known.status >= 500) {
      this.logger[thrown.level]('a request failed', { ...fields, code: known.code, error: known.message });
    } else if (known === FULL) {
      this.logger.error('a request failed', { ...fields, code: known.code, error: known.message });
    }
  }
}

/** Of Nest's exceptions and of Fastify's errors, which carry it under another name. */
function statusOf(thrown: unknown): number | undefined {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (typeof thrown !== 'object' || thrown === null || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}
