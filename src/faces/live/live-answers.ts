import type { PlaybackFailure } from '../../playback/playback.service.js';
import type { Answer } from '../shared/answer.js';
import { corsHeaders } from '../shared/cors.js';
import type { PlayerCall } from '../shared/player-call.js';
import type { Admission } from '../shared/player-gate.js';

const DEFAULT_RETRY_SECONDS = 10;

/** What every player of a transport stream is told first. */
export function streamHeaders(call: PlayerCall): Record<string, string> {
  return {
    'content-type': 'video/mp2t',
    'cache-control': 'no-store',
    // A live stream has no parts: a Range request gets the whole, with 200.
    'accept-ranges': 'none',
    vary: 'Origin',
    ...corsHeaders(call.headers),
  };
}

export function playlistHeaders(call: PlayerCall): Record<string, string> {
  return {
    'content-type': 'application/vnd.apple.mpegurl',
    'cache-control': 'no-store',
    vary: 'Origin',
    ...corsHeaders(call.headers),
  };
}

/** The answer to HEAD: Kodi and Jellyfin ask so before each GET and must not start anything by it. */
export function headAnswer(call: PlayerCall, output: 'ts' | 'm3u8'): Answer {
  const headers = output === 'ts' ? streamHeaders(call) : playlistHeaders(call);
  return { status: 200, headers, body: null };
}

/** Errors where a picture was expected have no body: players show none, and some try to decode it. */
export function mediaError(
  call: PlayerCall,
  status: number,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const shared = { 'cache-control': 'no-store', vary: 'Origin', ...corsHeaders(call.headers) };
  return { status, headers: { ...shared, ...headers }, body: '' };
}

export function admissionError(call: PlayerCall, admission: Exclude<Admission, { kind: 'ok' }>): Answer {
  switch (admission.kind) {
    case 'refused':
      return mediaError(call, 401);
    case 'inactive':
      return mediaError(call, 403);
    case 'throttled':
      return mediaError(call, 429, { 'retry-after': String(admission.retryAfterSeconds) });
  }
}

export function failureAnswer(call: PlayerCall, failure: PlaybackFailure): Answer {
  const reason = { 'x-stream-error': failure.kind };
  const retryAfter = String(failure.retryAfterSeconds ?? DEFAULT_RETRY_SECONDS);
  switch (failure.kind) {
    case 'not-found':
      return mediaError(call, 404, reason);
    case 'unavailable':
      return mediaError(call, 503, { ...reason, 'retry-after': retryAfter });
    case 'no-peers':
    case 'timeout':
      return mediaError(call, 504, reason);
    case 'bad-media':
    case 'unsupported':
      return mediaError(call, 502, reason);
    case 'licence':
      return mediaError(call, 503, reason);
    case 'cancelled':
      // Nobody is there to read it.
      return mediaError(call, 503, reason);
  }
}
