import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyRequest } from 'fastify';
import { apiHeaders } from '../shared/api-headers.js';
import { isApiPath } from '../shared/error-filter.js';
import { hasBody } from '../shared/inbound-bounds.js';

/**
 * What holds for every request under /api before a handler sees it: an id, no caching, and bodies in JSON alone –
 * which also keeps forms of foreign web pages out – except for a backup, which a handler reads as it comes. Call it once, before the application listens.
 */
export function prepareApiHttp(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isApiPath(request.url)) return done();
    void reply.headers(apiHeaders(request.id));
    if (/^\/+api\/+admin/i.test(request.url)) void reply.header('cache-control', 'no-store');
    if (hasBody(request) && !isReadable(request)) {
      return done(Object.assign(new Error('the body is of another type'), { statusCode: 415 }));
    }
    done();
  });
  fastify.addContentTypeParser('application/gzip', (_request, payload, done) => done(null, payload));
}

function isReadable({ url, headers }: FastifyRequest): boolean {
  const isUpload = /^\/+api\/+admin\/+backups\/+upload\/*(?:\?|$)/i.test(url);
  const wanted = isUpload ? /^application\/gzip\s*(?:;|$)/i : /^application\/json\s*(?:;|$)/i;
  return wanted.test(headers['content-type'] ?? '');
}
