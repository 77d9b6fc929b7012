import type { NestFastifyApplication } from '@nestjs/platform-fastify';

/** Longest part of a path: a password of 256 characters, percent-encoded. */
const MAX_PARAM_LENGTH = 1_024;
const PLAYER_PATHS =
  /^\/+(player_api|panel_api|get|xmltv|playlist|epg|streaming|timeshift|live|movie|series)(\.php)?(\/|\?|$)/i;

/**
 * Router options for clients that append blindly: `//player_api.php`, `/Player_API.PHP` and `/get.php/` are what
 * they mean. Hand them to the Fastify adapter.
 */
export function playerFriendlyFastifyOptions(): {
  routerOptions: {
    ignoreDuplicateSlashes: boolean;
    ignoreTrailingSlash: boolean;
    caseSensitive: boolean;
    maxParamLength: number;
  };
} {
  return {
    routerOptions: {
      ignoreDuplicateSlashes: true,
      ignoreTrailingSlash: true,
      caseSensitive: false,
      maxParamLength: MAX_PARAM_LENGTH,
    },
  };
}

/**
 * Lets players post whatever they post. Call it once, before the application listens. On player addresses a
 * body of any declared type, sound or not, reaches the handler as bytes; other addresses keep refusing unknown
 * types with 415.
 */
export function preparePlayerHttp(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Fastify would refuse an empty JSON body, and a content type it cannot read.
    if (request.method === 'POST' && isPlayerPath(request.url)) delete request.raw.headers['content-type'];
    done();
  });
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    if (isPlayerPath(request.url)) done(null, body);
    else done(Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 }));
  });
}

export function isPlayerPath(url: string): boolean {
  return PLAYER_PATHS.test(url);
}
