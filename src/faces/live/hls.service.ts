import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { mediaPlaylist } from '../../core/hls/playlist.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { HlsViewing } from '../../playback/hls-viewing.js';
import type { PlaybackService } from '../../playback/playback.service.js';
import { sendAnswer } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import { corsHeaders, preflightAnswer } from '../shared/cors.js';
import type { PlayerCall, PlayerCalls } from '../shared/player-call.js';
import { mediaError, playlistHeaders } from './live-answers.js';

/** A player that takes nothing of a segment for so long holds its memory for nothing. */
const STUCK_MS = 30_000;
const TOKEN = /^[\w-]{10,64}$/;
const SEGMENT_FILE = /^(\d{1,10})\.ts$/;

/** Segments to players, by the token that stands in their addresses for name and password. */
export class HlsService {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly playback: PlaybackService,
    private readonly logger: Logger,
  ) {}

  serve(request: FastifyRequest, reply: FastifyReply): void {
    const call = this.calls.read(request);
    const answer = this.decide(call, reply);
    if (answer.status >= 400) this.logger.debug('segment refused', { status: answer.status });
    sendAnswer(reply, answer);
  }

  private decide(call: PlayerCall, reply: FastifyReply): Answer {
    if (call.method === 'OPTIONS') return preflightAnswer(call.headers);
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return mediaError(call, 405, { allow: 'GET, HEAD, OPTIONS' });
    }
    const token = call.parameter('token') ?? '';
    const sequence = SEGMENT_FILE.exec(call.parameter('file') ?? '')?.[1];
    if (!TOKEN.test(token) || sequence === undefined) return mediaError(call, 404);
    const viewing = this.playback.findHls(token);
    return viewing ? segmentAnswer(call, viewing, Number(sequence), reply) : mediaError(call, 403);
  }
}

/** The playlist of a viewing, for a player that asked for it at `path`. */
export function playlistAnswer(call: PlayerCall, viewing: HlsViewing, path: string): Answer {
  const folder = `${toRoot(path)}hlsr/${viewing.token}/`;
  const body = mediaPlaylist({
    segments: viewing.segments(),
    targetDuration: viewing.targetDuration,
    uriOf: (sequence) => `${folder}${sequence}.ts`,
  });
  return { status: 200, headers: playlistHeaders(call), body };
}

function segmentAnswer(call: PlayerCall, viewing: HlsViewing, sequence: number, reply: FastifyReply): Answer {
  const leave = viewing.enter();
  const segment = viewing.take(sequence);
  reply.raw.once('close', leave);
  if (!segment) return mediaError(call, viewing.isOver ? 403 : 404);
  const headers = {
    'content-type': 'video/mp2t',
    'content-length': String(segment.bytes),
    // It never changes, and nobody but its viewer has its address.
    'cache-control': 'private, max-age=60',
    'accept-ranges': 'none',
    vary: 'Origin',
    ...corsHeaders(call.headers),
  };
  if (call.method === 'HEAD') return { status: 200, headers, body: null };
  reply.raw.setTimeout(STUCK_MS, () => reply.raw.destroy());
  return { status: 200, headers, body: Readable.from(counted(segment.parts, viewing)) };
}

function* counted(parts: readonly Buffer[], viewing: HlsViewing): Generator<Buffer> {
  for (const part of parts) {
    yield part;
    viewing.noteSent(part.length);
  }
}

/** From the folder of a path to the root: relative, so that it survives proxies that serve us below a path. */
export function toRoot(path: string): string {
  return '../'.repeat(Math.max(0, path.split('/').length - 2));
}
