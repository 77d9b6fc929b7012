import type { Clock } from '../../platform/clock.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { AceId } from '../engine/ace-id.js';
import { otherNamespace, parseAceLocator } from '../engine/ace-id.js';
import { AceMemory } from '../engine/ace-memory.js';
import { AceUpstream } from '../engine/ace-upstream.js';
import type { UpstreamSeat } from '../engine/ace-upstream.js';
import type { EngineSession, StartOutcome } from '../engine/engine-client.js';
import type { EngineLease } from '../engine/engine.js';
import type { EngineRegistry, LeaseOutcome } from '../engine/engine-registry.js';
import type { AceFormat, EngineError, EngineErrorKind } from '../engine/engine-replies.js';
import type { OpenContext, OpenResult, SourceDriver } from '../source-driver.js';
import type { StreamFailure } from '../stream-failure.js';
import type { StreamSource } from '../stream-source.js';
import { KeyedTurns } from '../keyed-turns.js';

export interface AceTsDriverOptions {
  registry: EngineRegistry;
  clock: Clock;
  logger: Logger;
  background: (name: string, work: Promise<unknown>) => void;
}

type Failed = Extract<OpenResult, { kind: 'failed' }>;
interface Seated {
  kind: 'seated';
  upstream: AceUpstream;
  seat: UpstreamSeat;
}

interface Refused {
  error: EngineError;
}

/** Refusals of a transport stream after which some engines still give HLS. */
const WORTH_HLS: ReadonlySet<EngineErrorKind> = new Set(['licence', 'bad-reply']);
/** Refusals that may be the engine's own: another one may give the same content. */
const WORTH_ANOTHER_ENGINE: ReadonlySet<EngineErrorKind> = new Set([
  'engine-down',
  'no-answer',
  'bad-reply',
  'engine-network',
]);
/** Channels that start one content in turn, each in the belief that it is theirs alone, must not do so for ever. */
const MAX_MOVES = 3;
const RETRY_AFTER_SECONDS = 10;
const CANCELLED: Failed = { kind: 'failed', failure: { kind: 'cancelled', detail: 'nobody waits' } };

/** Plays AceStream contents through the engines, as a transport stream or as HLS. One engine session per content, whoever asks. */
export class AceTsDriver implements SourceDriver {
  readonly kinds = ['acestream'] as const;
  private readonly memory: AceMemory;
  private readonly upstreams = new Map<string, AceUpstream>();
  private readonly turns = new KeyedTurns();

  constructor(private readonly options: AceTsDriverOptions) {
    this.memory = new AceMemory(() => options.clock.monotonic());
  }

  get places(): number {
    return this.options.registry.engines.length;
  }

  async open(source: StreamSource, context: OpenContext): Promise<OpenResult> {
    const asked = parseAceLocator(source.locator);
    if (!asked) return failed({ kind: 'unsupported', detail: 'not an AceStream address' });
    const infohash = await this.findInfohash(asked, context.signal);
    const key = infohash ?? asked.hex;
    for (let tries = 0; ; tries++) {
      const seated = await this.turns.run(key, () => this.takeSeat(asked, context));
      if (seated.kind === 'failed') return seated;
      const { upstream, seat } = seated;
      const result = await this.awaitBytes(seated, context);
      if (result.kind === 'failed') {
        // Another channel started the content anew meanwhile: what that one reads is for this one, too.
        if (!upstream.isRetired || context.signal.aborted || tries >= MAX_MOVES) return result;
        continue;
      }
      if (await upstream.reopen()) return result;
      // The stream of another channel, found dead only now: this one opens its own.
      await seat.close();
      if (tries > 0) return failed(startFailure({ kind: 'session-lost', text: 'lost while it was shared' }));
    }
  }

  /** The infohash if it is known, or if another content is being played that this might be an alias of. */
  private async findInfohash(asked: AceId, signal: AbortSignal): Promise<string | undefined> {
    const known = this.memory.recall(asked);
    if (known) return known.infohash;
    if (this.upstreams.size === 0) return undefined;
    // Lists give either as the other: it may be an infohash that plays, and else be a content id, whatever they say.
    if (this.upstreams.has(asked.hex)) return asked.hex;
    const engine = this.options.registry.engines.find((candidate) => candidate.usable);
    return engine?.client.resolve({ namespace: 'id', hex: asked.hex }, signal);
  }

  private async takeSeat(asked: AceId, context: OpenContext): Promise<Seated | Failed> {
    const present = await this.findPresent(asked, context);
    if (present && isGood(present, context)) return seatOn(present);
    if (present) await present.retire('moved', 'opened anew for another channel');
    const avoid = new Set(context.avoid);
    let refusal: EngineError | undefined;
    for (;;) {
      const place = await this.takePlace({ ...context, avoid });
      if (context.signal.aborted && place.kind === 'leased') this.giveBack(place.lease);
      if (context.signal.aborted) return CANCELLED;
      if (place.kind !== 'leased') {
        return failed(refusal ? startFailure(refusal) : placeFailure(place, avoid.size > context.avoid.size));
      }
      const { lease } = place;
      avoid.add(lease.engine.name);
      if (this.isContested(lease, asked)) {
        this.giveBack(lease);
        continue;
      }
      const taken = await lease.engine.gate.run(context.signal, () => this.start(lease, asked, context));
      if (!taken) this.giveBack(lease);
      if (!taken) return CANCELLED;
      if ('kind' in taken) return taken;
      if (!WORTH_ANOTHER_ENGINE.has(taken.error.kind)) return failed(startFailure(taken.error));
      // What an engine said tells more than that another one is silent.
      if (!isSilence(taken.error)) refusal = taken.error;
    }
  }

  /** What is already being read of this content, as far as can be known. */
  private async findPresent(asked: AceId, { signal }: OpenContext): Promise<AceUpstream | undefined> {
    const infohash = await this.findInfohash(asked, signal);
    return infohash === undefined ? undefined : this.upstreams.get(infohash);
  }

  private isContested({ engine }: EngineLease, asked: AceId): boolean {
    const known = this.memory.recall(asked);
    return known !== undefined && this.memory.isContested(engine.name, known.infohash);
  }

  /** A place that was not used. */
  private giveBack(lease: EngineLease): void {
    lease.engine.noteNothing();
    lease.release();
  }

  private async takePlace(context: OpenContext): Promise<LeaseOutcome> {
    for (;;) {
      const outcome = this.options.registry.lease(context);
      if (outcome.kind !== 'no-slot' || context.signal.aborted) return outcome;
      if (!(await context.makeRoom('acestream'))) return this.options.registry.lease(context);
    }
  }

  /**
   * Runs when it is this start's turn on its engine. Another channel may have started the same content under another
   * id in the meantime: a second session would end the first.
   */
  private async start(
    lease: EngineLease,
    asked: AceId,
    context: OpenContext,
  ): Promise<Seated | Failed | Refused> {
    const twin = await this.findPresent(asked, context);
    if (twin && isGood(twin, context)) {
      this.giveBack(lease);
      return seatOn(twin);
    }
    const outcome = await this.startEitherForm(lease, asked);
    lease.engine.noteStart(outcome.ok ? undefined : outcome.error.kind, asked.hex);
    if (outcome.ok) return this.enter(lease, outcome.session, context);
    lease.release();
    if (outcome.error.kind === 'engine-down') this.memory.forgive(lease.engine.name);
    return { error: outcome.error };
  }

  /** As a transport stream, or as HLS where that is known or found to be the only form. */
  private async startEitherForm(lease: EngineLease, asked: AceId): Promise<StartOutcome> {
    const format = this.memory.formatOf(asked);
    const outcome = await this.startEitherWay(lease, asked, format);
    if (format === 'hls') return outcome;
    if (outcome.ok) {
      if (!outcome.session.isEncrypted) return outcome;
      // An engine deciphers for its HLS output only.
      await lease.engine.client.stop(outcome.session);
      this.memory.preferHls(outcome.session.infohash);
      return this.startEitherWay(lease, asked, 'hls');
    }
    if (!WORTH_HLS.has(outcome.error.kind)) return outcome;
    const second = await this.startEitherWay(lease, asked, 'hls');
    if (second.ok) this.memory.preferHls(second.session.infohash);
    return second.ok ? second : outcome;
  }

  /** Under the asked reading and, where that is unknown to the network, once under the other. */
  private async startEitherWay(
    { engine }: EngineLease,
    asked: AceId,
    format: AceFormat,
  ): Promise<StartOutcome> {
    const known = this.memory.recall(asked);
    const first = known ? { namespace: known.namespace, hex: asked.hex } : asked;
    let { namespace } = first;
    let outcome = await engine.client.start(first, format, known?.infohash);
    if (!outcome.ok && outcome.error.kind === 'not-found' && !known) {
      const second = otherNamespace(first);
      const retried = await engine.client.start(second, format);
      if (retried.ok || retried.error.kind !== 'not-found') outcome = retried;
      ({ namespace } = second);
    }
    if (outcome.ok) this.memory.learn(asked, { namespace, infohash: outcome.session.infohash });
    return outcome;
  }

  /** The engine has a session for us: from here on it is stopped exactly once, whatever happens. */
  private async enter(
    lease: EngineLease,
    session: EngineSession,
    context: OpenContext,
  ): Promise<Seated | Failed> {
    const twin = this.upstreams.get(session.infohash);
    const upstream = new AceUpstream({
      lease,
      session,
      clock: this.options.clock,
      background: this.options.background,
      onClosed: (closed) => this.remove(closed),
      onLost: (lost) => this.memory.noteLoss(lost.place, lost.infohash),
    });
    if (twin?.usable && twin.place !== upstream.place) {
      await upstream.close();
      return seatOn(twin);
    }
    this.upstreams.set(session.infohash, upstream);
    if (twin) await twin.retire('moved', 'the same content was started under another id');
    const seated = seatOn(upstream);
    upstream.open(context.firstByteMs);
    return seated;
  }

  private async awaitBytes({ upstream, seat }: Seated, { signal }: OpenContext): Promise<OpenResult> {
    const error = await untilAborted(upstream.opened, signal);
    if (error === undefined && !signal.aborted) return { kind: 'open', stream: seat };
    const failure = error && !signal.aborted ? await mediaFailure(error, upstream) : undefined;
    // Peers are there and no byte comes: some engines give such a content as HLS only.
    if (failure?.kind === 'timeout') this.memory.preferHls(upstream.infohash);
    await seat.close();
    return failure ? failed(failure) : CANCELLED;
  }

  private remove(upstream: AceUpstream): void {
    if (this.upstreams.get(upstream.infohash) === upstream) this.upstreams.delete(upstream.infohash);
  }
}

function isGood(upstream: AceUpstream, { avoid }: OpenContext): boolean {
  return upstream.usable && !avoid.has(upstream.place);
}

function seatOn(upstream: AceUpstream): Seated {
  return { kind: 'seated', upstream, seat: upstream.subscribe() };
}

function failed(failure: StreamFailure): Failed {
  return { kind: 'failed', failure };
}

function placeFailure(outcome: Exclude<LeaseOutcome, { kind: 'leased' }>, tried: boolean): StreamFailure {
  const details = {
    'none-configured': 'no engine is configured',
    'engine-down': tried ? 'no engine could start it' : 'no engine answers',
    'no-slot': 'every place on the engines is taken',
  };
  const retryAfterSeconds = RETRY_AFTER_SECONDS;
  const cause = { why: PLACE_CAUSES[outcome.kind] };
  return { kind: 'unavailable', detail: details[outcome.kind], cause, retryAfterSeconds, blameless: true };
}

const PLACE_CAUSES = {
  'none-configured': 'no-engine',
  'engine-down': 'engine-down',
  'no-slot': 'no-place',
} as const;

function isSilence({ kind }: EngineError): boolean {
  return kind === 'engine-down' || kind === 'no-answer';
}

function startFailure(error: EngineError): StreamFailure {
  switch (error.kind) {
    case 'not-found':
      return { kind: 'not-found', detail: error.text };
    case 'licence':
      return { kind: 'licence', detail: error.text };
    case 'warming':
      return { kind: 'no-peers', detail: error.text };
    case 'superseded':
    case 'session-lost':
    case 'engine-network':
    case 'engine-down':
    case 'no-answer':
    case 'bad-reply':
      return {
        kind: 'unavailable',
        detail: error.text,
        ...(error.kind === 'engine-network' ? { cause: { why: 'engine-network' as const } } : {}),
        retryAfterSeconds: RETRY_AFTER_SECONDS,
        blameless: true,
      };
  }
}

async function mediaFailure(error: EngineError, upstream: AceUpstream): Promise<StreamFailure> {
  if (error.kind !== 'warming' && error.kind !== 'no-answer') return startFailure(error);
  return (await upstream.askPeers()) === 0
    ? { kind: 'no-peers', detail: 'nobody shares it at the moment' }
    : { kind: 'timeout', detail: 'no byte in time' };
}

/** What `work` yields, or undefined as soon as `signal` aborts. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  if (signal.aborted) return undefined;
  let stop = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    stop = (): void => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
