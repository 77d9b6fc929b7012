import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../platform/clock.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type { PlaybackService } from '../../playback/playback.service.js';
import type { Viewing } from '../../playback/viewing.js';
import type { PlayerCall } from '../shared/player-call.js';
import { streamHeaders } from './live-answers.js';
import { ResponseSink } from './response-sink.js';

/** A television that was switched off is noticed by TCP after this time. */
const KEEP_ALIVE_MS = 15_000;
const MAX_AGENT_LENGTH = 200;

/** Lets the bytes of a viewing flow to its player. */
export class LiveSender {
  constructor(
    private readonly playback: Pick<PlaybackService, 'note'>,
    private readonly clock: Clock,
  ) {}

  /** Headers go out only now: there is a picture to start with, and from here on nothing but bytes can be said. */
  send(request: FastifyRequest, reply: FastifyReply, call: PlayerCall, viewing: Viewing): void {
    const response = reply.raw;
    const { socket } = response;
    if (response.destroyed || !socket) return viewing.leave();
    reply.hijack();
    const sink = new ResponseSink(response, socket);
    const startedAt = this.clock.monotonic();
    response.once('close', () => {
      viewing.leave();
      this.logViewer(request, call, viewing, sink, this.clock.monotonic() - startedAt);
    });
    // A socket that breaks while we write is a viewer who left, nothing more.
    response.on('error', () => {});
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    // As the panels do: no chunks, the end of the connection is the end of the stream.
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { ...streamHeaders(call), connection: 'close' });
    response.flushHeaders();
    viewing.start(sink);
  }

  private logViewer(
    request: FastifyRequest,
    call: PlayerCall,
    viewing: Viewing,
    sink: ResponseSink,
    ms: number,
  ): void {
    const { userId, channelId, bytes, jumps } = viewing.record();
    this.playback.note(channelId, 'viewer left', {
      url: redactUrl(request.raw.url ?? ''),
      userId,
      channelId,
      address: call.address,
      agent: agentOf(call),
      seconds: Math.round(ms / 1000),
      bytes,
      jumps,
      reason: sink.ended ?? 'left',
    });
  }
}

export function agentOf({ headers }: PlayerCall): string {
  return (headers['user-agent'] ?? '').slice(0, MAX_AGENT_LENGTH);
}

/** The credentials of the address, wherever else the player put some. */
export function withCredentials(
  call: PlayerCall,
  { username, password }: { username: string; password: string },
): PlayerCall {
  const own: Record<string, string> = { username, password };
  return { ...call, parameter: (name) => own[name] ?? call.parameter(name) };
}

/** Aborts when the player goes away before there is an answer. */
export function untilGone(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  if (reply.raw.destroyed) controller.abort(new Error('the player left'));
  reply.raw.once('close', () => controller.abort(new Error('the player left')));
  return controller.signal;
}
