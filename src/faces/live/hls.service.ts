import type { FastifyReply, FastifyRequest } from 'fastify';
import { masterPlaylist } from '../../core/hls/master-playlist.js';
import { mediaPlaylist } from '../../core/hls/playlist.js';
import type { Segment } from '../../core/hls/segmenter.js';
import { isRungName } from '../../core/transcode/ladder.js';
import type { Rung, RungName } from '../../core/transcode/ladder.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { HlsViewing } from '../../playback/hls-viewing.js';
import type { PlaybackService } from '../../playback/playback.service.js';
import { sendAnswer } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import { corsHeaders, preflightAnswer } from '../shared/cors.js';
import { hasBody } from '../shared/inbound-bounds.js';
import type { PlayerCall, PlayerCalls } from '../shared/player-call.js';
import { failureAnswer, headAnswer, mediaError, playlistHeaders } from './live-answers.js';
import { untilGone } from './live-sender.js';
import { sendParts } from './send-parts.js';

/** A player that takes nothing of a segment for so long holds its memory for nothing. */
const STUCK_MS = 30_000;
const TOKEN = /^[\w-]{10,64}$/;
/** A segment of the stream as it is has no name before its number. */
const FILE = /^(?:(\w{1,10})\.m3u8|(?:(\w{1,10})-)?(\d{1,10})\.ts)$/;

/** One file of a viewing: the playlist of a rung, or one segment of it. */
interface HlsFile {
  rung: RungName;
  sequence?: number;
}

/** Segments and playlists to players, by the token that stands in their addresses for name and password. */
export class HlsService {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly playback: PlaybackService,
    private readonly logger: Logger,
  ) {}

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const call = this.calls.read(request);
    const answer = await this.decide(request, call, reply);
    if (answer === 'sent') return;
    if (answer.status >= 400) this.logger.debug('segment refused', { status: answer.status });
    sendAnswer(reply, answer);
  }

  private async decide(
    request: FastifyRequest,
    call: PlayerCall,
    reply: FastifyReply,
  ): Promise<Answer | 'sent'> {
    if (call.method === 'OPTIONS') return preflightAnswer(call.headers);
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return mediaError(call, 405, { allow: 'GET, HEAD, OPTIONS' });
    }
    const token = call.parameter('token') ?? '';
    const file = fileOf(call.parameter('file') ?? '');
    if (!TOKEN.test(token) || !file) return mediaError(call, 404);
    const viewing = this.playback.findHls(token);
    if (!viewing) return mediaError(call, 403);
    const { rung, sequence } = file;
    if (sequence === undefined) return rungAnswer(call, viewing, rung, reply);
    const leave = viewing.enter();
    reply.raw.once('close', leave);
    const segment = viewing.take(sequence, rung);
    if (!segment) return mediaError(call, viewing.isOver ? 403 : 404);
    const headers = segmentHeaders(call, segment);
    if (call.method === 'HEAD') return { status: 200, headers, body: null };
    sendSegment(request, reply, headers, { segment, viewing });
    return 'sent';
  }
}

function fileOf(name: string): HlsFile | undefined {
  const [, list, rung = list ?? 'source', number] = FILE.exec(name) ?? [];
  if ((list === undefined && number === undefined) || !isRungName(rung)) return undefined;
  return { rung, ...(number === undefined ? {} : { sequence: Number(number) }) };
}

/** The playlist of a viewing, for a player that asked for it at `path`: its rungs, where it may choose. */
export function playlistAnswer(call: PlayerCall, viewing: HlsViewing, path: string): Answer {
  const folder = `${toRoot(path)}hlsr/${viewing.token}/`;
  const { ladder } = viewing;
  const body = ladder
    ? rungsIn(folder, ladder)
    : mediaPlaylist({
        segments: viewing.segments(),
        targetDuration: viewing.targetDuration,
        uriOf: (sequence) => `${folder}${sequence}.ts`,
      });
  return { status: 200, headers: playlistHeaders(call), body };
}

/** The same at an address that leads to this stream for a while only: the player goes on reading by its token. */
export function entryPlaylistAnswer(call: PlayerCall, viewing: HlsViewing, path: string): Answer {
  const folder = `${toRoot(path)}hlsr/${viewing.token}/`;
  const body = rungsIn(folder, viewing.ladder ?? [viewing.onlyRung]);
  return { status: 200, headers: playlistHeaders(call), body };
}

function rungsIn(folder: string, rungs: readonly Rung[]): string {
  return masterPlaylist(rungs.map((rung) => ({ ...rung, uri: `${folder}${rung.name}.m3u8` })));
}

/** The playlist of one rung, which this starts. */
async function rungAnswer(
  call: PlayerCall,
  viewing: HlsViewing,
  rung: RungName,
  reply: FastifyReply,
): Promise<Answer> {
  if (call.method === 'HEAD') return headAnswer(call, 'm3u8');
  const leave = viewing.enter();
  reply.raw.once('close', leave);
  const opened = await viewing.rung(rung, untilGone(reply));
  if (!opened) return mediaError(call, viewing.isOver ? 403 : 404);
  if (opened.kind === 'failed') return failureAnswer(call, opened.failure);
  const prefix = rung === 'source' ? '' : `${rung}-`;
  const body = mediaPlaylist({
    segments: opened.output.list(),
    // All rungs have to promise the same.
    targetDuration: Math.max(viewing.targetDuration, opened.output.targetDuration),
    uriOf: (sequence) => `${prefix}${sequence}.ts`,
  });
  return { status: 200, headers: playlistHeaders(call), body };
}

function segmentHeaders(call: PlayerCall, { bytes }: Segment): Record<string, string> {
  return {
    'content-type': 'video/mp2t',
    'content-length': String(bytes),
    // It never changes, and nobody but its viewer has its address.
    'cache-control': 'private, max-age=60',
    'accept-ranges': 'none',
    vary: 'Origin',
    ...corsHeaders(call.headers),
  };
}

function sendSegment(
  request: FastifyRequest,
  reply: FastifyReply,
  headers: Record<string, string>,
  { segment, viewing }: { segment: Segment; viewing: HlsViewing },
): void {
  const response = reply.raw;
  if (response.destroyed) return;
  reply.hijack();
  // A socket that breaks while we write is a viewer who left, nothing more.
  response.on('error', () => {});
  response.setTimeout(STUCK_MS, () => response.destroy());
  const isUnread = hasBody(request) && !request.raw.complete;
  response.writeHead(200, isUnread ? { ...headers, connection: 'close' } : headers);
  sendParts(response, segment.parts, (bytes) => viewing.noteSent(bytes));
}

/** From the folder of a path to the root: relative, so that it survives proxies that serve us below a path. */
export function toRoot(path: string): string {
  return '../'.repeat(Math.max(0, path.split('/').length - 2));
}
