import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRange } from '../../core/hls/read-playlist.js';
import type { ReferenceKind } from '../../core/hls/rewrite-playlist.js';
import { parseRange } from '../../core/util/http-ranges.js';
import type { FilmPlayback } from '../../playback/film-playback.js';
import type { PieceOutcome } from '../../playback/film-hls-viewing.js';
import { sendAnswer } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import { corsHeaders, preflightAnswer } from '../shared/cors.js';
import type { PlayerCall, PlayerCalls } from '../shared/player-call.js';
import { failureAnswer, mediaError } from './live-answers.js';
import { untilGone } from './live-sender.js';

/** A player that takes nothing of a segment for so long holds a connection for nothing. */
const STUCK_MS = 60_000;
const TOKEN = /^[\w-]{10,64}$/;
const PIECE_FILE = /^(\d{1,7})\.(?:ts|m4s|mp4|key)$/;
const TYPES: Readonly<Record<ReferenceKind, string>> = {
  playlist: 'application/vnd.apple.mpegurl',
  segment: 'video/mp2t',
  fragment: 'video/iso.segment',
  init: 'video/mp4',
  key: 'application/octet-stream',
};

/** Segments of films, by the token that stands in their addresses for name and password. */
export class FilmSegmentsService {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly films: FilmPlayback,
  ) {}

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    sendAnswer(reply, await this.decide(this.calls.read(request), reply));
  }

  private async decide(call: PlayerCall, reply: FastifyReply): Promise<Answer> {
    if (call.method === 'OPTIONS') return preflightAnswer(call.headers);
    if (call.method !== 'GET') return mediaError(call, 405, { allow: 'GET, OPTIONS' });
    const token = call.parameter('token') ?? '';
    const number = PIECE_FILE.exec(call.parameter('file') ?? '')?.[1];
    if (!TOKEN.test(token) || number === undefined) return mediaError(call, 404);
    const viewing = this.films.findSegmented(token);
    if (!viewing) return mediaError(call, 403);
    const range = rangeOf(call);
    const outcome = await viewing.open(Number(number), range, untilGone(reply));
    if (outcome.kind === 'open') reply.raw.setTimeout(STUCK_MS, () => reply.raw.destroy());
    return pieceAnswer(call, outcome, range);
  }
}

function pieceAnswer(call: PlayerCall, outcome: PieceOutcome, range: ByteRange | null): Answer {
  switch (outcome.kind) {
    case 'unknown':
      return mediaError(call, 404);
    case 'failed':
      return failureAnswer(call, outcome.failure);
    case 'open':
      return {
        status: range ? 206 : 200,
        headers: {
          'content-type': TYPES[outcome.piece.kind],
          'cache-control': 'private, no-store',
          ...(range ? { 'content-range': `bytes ${range.offset}-${range.offset + range.length - 1}/*` } : {}),
          vary: 'Origin',
          ...corsHeaders(call.headers),
        },
        body: outcome.body,
      };
  }
}

/** Only what EXT-X-BYTERANGE makes players ask for; other ranges get the whole. */
function rangeOf(call: PlayerCall): ByteRange | null {
  const asked = parseRange(call.headers.range);
  if (asked?.kind !== 'from' || asked.last === null) return null;
  return { offset: asked.first, length: asked.last - asked.first + 1 };
}
