import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseStreamRoute } from '../../core/xtream/route.js';
import type { LiveRoute } from '../../core/xtream/route.js';
import { redactUrl } from '../../platform/logging/redact.js';
import type { HlsViewing } from '../../playback/hls-viewing.js';
import type { PlaybackRequest, PlaybackService } from '../../playback/playback.service.js';
import type { Viewing } from '../../playback/viewing.js';
import { sendAnswer } from '../shared/answer.js';
import type { Answer } from '../shared/answer.js';
import { preflightAnswer } from '../shared/cors.js';
import type { PlayerCall, PlayerCalls } from '../shared/player-call.js';
import type { PlayerGate } from '../shared/player-gate.js';
import type { Account } from '../shared/ports.js';
import { admissionError, failureAnswer, headAnswer, mediaError } from './live-answers.js';
import type { FilmService } from './film.service.js';
import { playlistAnswer } from './hls.service.js';
import { agentOf, untilGone, withCredentials } from './live-sender.js';
import type { LiveSender } from './live-sender.js';
import type { PlaylistPasses } from './playlist-passes.js';

type Decision = { kind: 'answer'; answer: Answer } | { kind: 'viewing'; viewing: Viewing };

/** Sends live channels to players, and passes on who asks for a film. */
export class LiveService {
  constructor(
    private readonly calls: PlayerCalls,
    private readonly gate: PlayerGate,
    private readonly playback: PlaybackService,
    private readonly sender: LiveSender,
    private readonly films: FilmService,
    private readonly passes: PlaylistPasses,
  ) {}

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const call = this.calls.read(request);
    const path = pathOf(request);
    const watching = this.passes.find(call, request.raw.url ?? '');
    if (watching) {
      watching.noteAsked();
      sendAnswer(reply, playlistAnswer(call, watching, path));
      return;
    }
    const route = parseStreamRoute(path, (name) => call.parameter(name));
    if (route?.kind === 'movie' || route?.kind === 'series') {
      return this.films.serve(request, reply, call, route, path);
    }
    if (route?.kind !== 'live') return reply.callNotFound();
    const outcome = await this.decide(request, call, route, path, reply);
    if (outcome.kind === 'viewing') return this.sender.send(request, reply, call, outcome.viewing);
    if (outcome.answer.status >= 400) this.logRefusal(request, call, route, outcome.answer);
    sendAnswer(reply, outcome.answer);
  }

  private async decide(
    request: FastifyRequest,
    call: PlayerCall,
    route: LiveRoute,
    path: string,
    reply: FastifyReply,
  ): Promise<Decision> {
    const answer = (value: Answer): Decision => ({ kind: 'answer', answer: value });
    if (call.method === 'OPTIONS') return answer(preflightAnswer(call.headers));
    if (call.method !== 'GET' && call.method !== 'HEAD') {
      return answer(mediaError(call, 405, { allow: 'GET, HEAD, OPTIONS' }));
    }
    const pass = this.passes.prepare(call, request.raw.url ?? '');
    const admission = await this.gate.admit(withCredentials(call, route));
    if (admission.kind !== 'ok') {
      const told =
        admission.kind === 'inactive' && (await this.slate(call, route, path, admission.account, reply));
      return told || answer(admissionError(call, admission));
    }
    const { account } = admission;
    // Players index into the list of formats and ask for what is in it; nothing else is served to them.
    if (!account.allowedOutputFormats.includes(route.output)) return answer(mediaError(call, 406));
    if (call.method === 'HEAD') {
      const known = await this.playback.mayOpen(account, route.id);
      return answer(known ? headAnswer(call, route.output) : mediaError(call, 404));
    }
    const asked = this.requestOf(call, route, account, reply);
    if (route.output === 'm3u8') return answer(await this.playlist(call, path, asked, pass));
    const opened = await this.playback.open(asked);
    if (opened.kind === 'ready') return { kind: 'viewing', viewing: opened.viewing };
    return answer(
      opened.kind === 'unknown-channel' ? mediaError(call, 404) : failureAnswer(call, opened.failure),
    );
  }

  /** For an account that may not watch: words instead of the error, where it wants them. */
  private async slate(
    call: PlayerCall,
    route: LiveRoute,
    path: string,
    account: Account,
    reply: FastifyReply,
  ): Promise<Decision | undefined> {
    if (call.method === 'HEAD') return undefined;
    const asked = this.requestOf(call, route, account, reply);
    if (route.output === 'ts') {
      const viewing = await this.playback.openInactive(asked);
      return viewing && { kind: 'viewing', viewing };
    }
    const viewing = await this.playback.openInactiveHls(asked);
    return viewing && { kind: 'answer', answer: playlistAnswer(call, viewing, path) };
  }

  private requestOf(
    call: PlayerCall,
    route: LiveRoute,
    account: Account,
    reply: FastifyReply,
  ): PlaybackRequest {
    const client = { address: call.address, userAgent: agentOf(call) };
    return { account, channelId: route.id, client, signal: untilGone(reply) };
  }

  private async playlist(
    call: PlayerCall,
    path: string,
    asked: PlaybackRequest,
    pass: (account: Account, viewing: HlsViewing) => void,
  ): Promise<Answer> {
    const opened = await this.playback.openHls(asked);
    switch (opened.kind) {
      case 'ready':
        pass(asked.account, opened.viewing);
        return playlistAnswer(call, opened.viewing, path);
      case 'unknown-channel':
        return mediaError(call, 404);
      case 'ended':
        return mediaError(call, 403);
      case 'failed':
        return failureAnswer(call, opened.failure);
    }
  }

  private logRefusal(
    request: FastifyRequest,
    call: PlayerCall,
    route: LiveRoute,
    { status, headers }: Answer,
  ): void {
    this.playback.note(route.id, 'viewer refused', {
      url: redactUrl(request.raw.url ?? ''),
      address: call.address,
      agent: agentOf(call),
      status,
      reason: headers['x-stream-error'] ?? null,
    });
  }
}

function pathOf({ raw }: FastifyRequest): string {
  return (raw.url ?? '').split('?', 1)[0] ?? '';
}
