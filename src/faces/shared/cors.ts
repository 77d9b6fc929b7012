import type { IncomingHttpHeaders } from 'node:http';
import type { WholeAnswer } from './answer.js';

const MAX_HEADER_LENGTH = 512;

const NOT_PRINTABLE = /[^\u0021-\u007e]/;
const HEADER_NAMES = /^[A-Za-z0-9!#$%&'*+.^_`|~, -]+$/;
const USUAL_HEADERS = 'Content-Type, Range, Accept, If-None-Match';

/**
 * Web and television-browser players run on another origin. Panels echo it with credentials allowed; we do the
 * same, because no player address is protected by cookies: the credentials stand in the request itself.
 */
export function corsHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const origin = headers.origin;
  if (origin === undefined || origin.length > MAX_HEADER_LENGTH || NOT_PRINTABLE.test(origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Content-Length, Content-Range, ETag, Retry-After',
  };
}

/** The answer to OPTIONS, preflight or not. */
export function preflightAnswer(headers: IncomingHttpHeaders): WholeAnswer {
  const asked = headers['access-control-request-headers'];
  const isSound = asked !== undefined && asked.length <= MAX_HEADER_LENGTH && HEADER_NAMES.test(asked);
  return {
    status: 204,
    headers: {
      allow: 'GET, POST, HEAD, OPTIONS',
      vary: 'Origin',
      ...corsHeaders(headers),
      'access-control-allow-methods': 'GET, POST, HEAD, OPTIONS',
      'access-control-allow-headers': isSound ? asked : USUAL_HEADERS,
      'access-control-max-age': '86400',
      // A web player on the Internet may reach a server at home only with this (Chromium).
      ...(headers['access-control-request-private-network'] === 'true'
        ? { 'access-control-allow-private-network': 'true' }
        : {}),
    },
    body: null,
  };
}
