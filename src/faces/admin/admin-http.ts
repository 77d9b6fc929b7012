import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { isApiPath } from '../shared/error-filter.js';
import { hasBody } from '../shared/inbound-bounds.js';

/**
 * What holds for every request under /api before a handler sees it: an id, no caching, and bodies in JSON alone –
 * which also keeps forms of foreign web pages out. Call it once, before the application listens.
 */
export function prepareApiHttp(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, reply, done) => {
    if (!isApiPath(request.url)) return done();
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    if (/^\/+api\/+admin/i.test(request.url)) void reply.header('cache-control', 'no-store');
    if (hasBody(request) && !isJson(request.headers['content-type'])) {
      return done(Object.assign(new Error('the body must be application/json'), { statusCode: 415 }));
    }
    done();
  });
}

function isJson(contentType: string | undefined): boolean {
  return /^application\/json\s*(?:;|$)/i.test(contentType ?? '');
}
