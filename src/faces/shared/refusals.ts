import type { WholeAnswer } from './answer.js';
import { textAnswer } from './answer.js';
import { corsHeaders, preflightAnswer } from './cors.js';
import type { PlayerCall } from './player-call.js';
import type { Admission } from './player-gate.js';

/** Seconds after which a player should ask again while the catalogue is read for the first time. */
export const LOADING_RETRY_SECONDS = '2';

/** OPTIONS and methods that no player needs; null for GET, POST and HEAD. */
export function answerByMethod(call: PlayerCall): WholeAnswer | null {
  switch (call.method) {
    case 'GET':
    case 'POST':
    case 'HEAD':
      return null;
    case 'OPTIONS':
      return preflightAnswer(call.headers);
    default:
      return textAnswer(405, 'Method not allowed\n', { allow: 'GET, POST, HEAD, OPTIONS' });
  }
}

/** Headers of every answer to a player: it may run on another origin, and may take gzip. */
export function commonHeaders(call: PlayerCall): Record<string, string> {
  return { vary: 'Accept-Encoding, Origin', ...corsHeaders(call.headers) };
}

/** Why somebody gets no file. */
export function refusal(call: PlayerCall, admission: Exclude<Admission, { kind: 'ok' }>): WholeAnswer {
  const headers = commonHeaders(call);
  switch (admission.kind) {
    case 'refused':
      return textAnswer(401, 'Wrong user name or password\n', headers);
    case 'inactive':
      return textAnswer(403, `Account ${admission.account.status.toLowerCase()}\n`, headers);
    case 'throttled':
      return textAnswer(429, 'Too many attempts\n', {
        ...headers,
        'retry-after': String(admission.retryAfterSeconds),
      });
  }
}

export function loadingAnswer(call: PlayerCall): WholeAnswer {
  return textAnswer(503, 'Still loading\n', { ...commonHeaders(call), 'retry-after': LOADING_RETRY_SECONDS });
}
