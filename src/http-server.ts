import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import { prepareApiHttp } from './faces/admin/admin-http.js';
import type { ErrorFilter } from './faces/shared/error-filter.js';
import {
  boundConnections,
  boundedFastifyOptions,
  type ConnectionCounts,
  type InboundBounds,
} from './faces/shared/inbound-bounds.js';
import { playerFriendlyFastifyOptions, preparePlayerHttp } from './faces/shared/player-http.js';

export function makeHttpAdapter(bounds: InboundBounds, errors: ErrorFilter): FastifyAdapter {
  return new FastifyAdapter({
    forceCloseConnections: true,
    ...boundedFastifyOptions(bounds),
    genReqId: () => randomUUID(),
    // The router refuses malformed addresses before Nest sees them.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      errors.answer(error, request, reply),
    ...playerFriendlyFastifyOptions(),
  });
}

/** What every request meets before a handler does. Call it once, before the application listens. */
export function prepareHttp(
  app: NestFastifyApplication,
  bounds: InboundBounds,
  trustedProxies: readonly string[],
): ConnectionCounts {
  const counts = boundConnections(app, bounds, trustedProxies);
  preparePlayerHttp(app);
  prepareApiHttp(app);
  return counts;
}
