import type { FastifyReply, FastifyRequest } from 'fastify';
import { fileType } from '../../core/xtream/file-types.js';
import { outputOf } from '../../core/xtream/route.js';
import type { FileRoute } from '../../core/xtream/route.js';
import { formatContentRange, parseRange } from '../../core/util/http-ranges.js';
import type { FileFacts, FilmHead, FilmOutcome, FilmPlayback } from '../../playback/film-playback.js';
import type { FilmHlsViewing } from '../../playback/film-hls-viewing.js';
import type { Viewing } from '../../playback/viewing.js';
import { sendAnswer } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import { corsHeaders, preflightAnswer } from '../shared/cors.js';
import type { PlayerCall } from '../shared/player-call.js';
import type { PlayerGate } from '../shared/player-gate.js';
import { entryPlaylistAnswer, toRoot } from './hls.service.js';
import { admissionError, failureAnswer, headAnswer, mediaError, playlistHeaders } from './live-answers.js';
import { agentOf, untilGone, withCredentials } from './live-sender.js';
import type { LiveSender } from './live-sender.js';

type Decision = { kind: 'answer'; answer: Answer } | { kind: 'live'; viewing: Viewing };

/** A paused player takes nothing; after so long it is gone, or asks again where it was. */
const STUCK_MS = 60 * 60_000;
/** The film may be moved in the guide meanwhile. */
const MAX_RETRY_SECONDS = 3_600;

/** Sends films and episodes to players. */
export class FilmService {
  constructor(
    private readonly gate: PlayerGate,
    private readonly films: FilmPlayback,
    private readonly sender: LiveSender,
  ) {}

  async serve(
    request: FastifyRequest,
    reply: FastifyReply,
    call: PlayerCall,
    route: FileRoute,
    path: string,
  ): Promise<void> {
    const decision = await this.decide(call, route, path, reply);
    if (decision.kind === 'live') return this.sender.send(request, reply, call, decision.viewing);
    sendAnswer(reply, decision.answer);
  }

  private async decide(
    call: PlayerCall,
    route: FileRoute,
    path: string,
    reply: FastifyReply,
  ): Promise<Decision> {
    const answer = (value: Answer): Decision => ({ kind: 'answer', answer: value });
    if (call.method === 'OPTIONS') return answer(preflightAnswer(call.headers));
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return answer(mediaError(call, 405, { allow: 'GET, HEAD, OPTIONS' }));
    }
    const admission = await this.gate.admit(withCredentials(call, route));
    if (admission.kind !== 'ok') return answer(admissionError(call, admission));
    const asked = {
      account: admission.account,
      kind: route.kind,
      id: route.id,
      client: { address: call.address, userAgent: agentOf(call) },
      wantsPlaylist: outputOf(route.extension) === 'm3u8',
      range: parseRange(call.headers.range),
      ifRange: ifRangeOf(call),
      signal: untilGone(reply),
    };
    if (call.method === 'HEAD') return answer(headOf(call, await this.films.head(asked)));
    const outcome = await this.films.open(asked);
    if (outcome.kind === 'live') return outcome;
    if (outcome.kind === 'playlist') return answer(filmPlaylist(call, outcome.viewing, path));
    // The film ends while the channel goes on: it is read by its token, not at this address.
    if (outcome.kind === 'live-playlist') return answer(entryPlaylistAnswer(call, outcome.viewing, path));
    if (outcome.kind !== 'file') return answer(refusal(call, outcome));
    reply.raw.setTimeout(STUCK_MS, () => reply.raw.destroy());
    return answer(fileAnswer(call, outcome.facts, outcome.viewing.body));
  }
}

function headOf(call: PlayerCall, head: FilmHead): Answer {
  if (head.kind === 'file') return fileAnswer(call, head.facts, null);
  if (head.kind === 'playlist' || head.kind === 'live-playlist') return headAnswer(call, 'm3u8');
  return head.kind === 'live' ? headAnswer(call, 'ts') : refusal(call, head);
}

/** A finished playlist: players seek in it as they like. */
function filmPlaylist(call: PlayerCall, viewing: FilmHlsViewing, path: string): Answer {
  const body = viewing.playlist(`${toRoot(path)}hlsf/${viewing.context.token}/`);
  return { status: 200, headers: playlistHeaders(call), body };
}

function fileAnswer(call: PlayerCall, facts: FileFacts, body: Answer['body']): Answer {
  const { range, length, isSeekable, container, contentType, etag, lastModified } = facts;
  const headers = {
    'content-type': fileType(container, contentType),
    'cache-control': 'private, no-store',
    // Without parts and a length some players take a film for a live stream.
    'accept-ranges': isSeekable ? 'bytes' : 'none',
    ...(range ? { 'content-range': formatContentRange(range) } : {}),
    ...(length === null ? {} : { 'content-length': String(length) }),
    ...(etag === null ? {} : { etag }),
    ...(lastModified === null ? {} : { 'last-modified': lastModified }),
    vary: 'Origin',
    ...corsHeaders(call.headers),
  };
  return { status: range ? 206 : 200, headers, body };
}

function refusal(
  call: PlayerCall,
  outcome: Exclude<
    FilmOutcome | FilmHead,
    { kind: 'file' } | { kind: 'playlist' } | { kind: 'live' } | { kind: 'live-playlist' }
  >,
): Answer {
  switch (outcome.kind) {
    case 'ended':
      return mediaError(call, 403);
    case 'unknown':
      return mediaError(call, 404);
    case 'not-begun':
      return mediaError(call, 425, {
        'x-stream-error': 'not-begun',
        'retry-after': String(Math.min(MAX_RETRY_SECONDS, outcome.inSeconds)),
      });
    case 'unsatisfiable':
      return mediaError(call, 416, { 'content-range': `bytes */${outcome.total ?? '*'}` });
    case 'failed':
      return failureAnswer(call, outcome.failure);
  }
}

function ifRangeOf({ headers }: PlayerCall): string | undefined {
  const value = headers['if-range'];
  return Array.isArray(value) ? value[0] : value;
}
