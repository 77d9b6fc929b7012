import type { Clock } from '../platform/clock.js';
import type { SeenCodecs } from './seen-codecs.js';
import type {
  EndReason,
  OpenContext,
  OpenStream,
  SourceDriver,
  StreamDetails,
  StreamEnd,
} from './source-driver.js';
import { chosenAttempts, recoveryAttempts, startAttempts } from './source-ladder.js';
import type { Attempt } from './source-ladder.js';
import type { SourceOutcome } from './source-outcome.js';
import type { StreamFailure } from './stream-failure.js';
import { mostHopeful } from './stream-failure.js';
import type { SourceKind, StreamSource } from './stream-source.js';

export interface FeedOptions {
  /** First byte of the only source, ms. */
  firstByteMs: number;
  /** First byte while further sources wait behind, ms. */
  failoverFirstByteMs: number;
  /** From the first byte to the first picture a viewer can start at, ms. */
  keyframeMs: number;
  /** All attempts of the first start together, ms. */
  startBudgetMs: number;
  /** How long a broken stream is tried to be brought back, ms. */
  giveUpMs: number;
  backoffMs: readonly number[];
  /** A stream that holds this long counts as sound again. */
  stableMs: number;
}

export interface FeedEvents {
  /** What follows does not continue what came before. */
  seam(): void;
  data(chunk: Buffer): void;
  /** A stream that had delivered pictures broke; the feed tries to bring it back. */
  lost(end: StreamEnd): void;
  /** The feed has ended: nothing could be opened, or nothing came back. */
  failed(failure: StreamFailure): void;
  /** What became of a source; for its reputation. */
  outcome(source: StreamSource, outcome: SourceOutcome): void;
}

export interface FeedContext {
  sources: readonly StreamSource[];
  driverFor(kind: SourceKind): SourceDriver | undefined;
  makeRoom: OpenContext['makeRoom'];
  seenCodecs: SeenCodecs;
  clock: Clock;
  options: FeedOptions;
  events: FeedEvents;
}

interface Playing {
  source: StreamSource;
  stream: OpenStream;
  end: (end: StreamEnd) => void;
  /** When its opening began, monotonic ms; null where the same upstream session goes on. */
  openedAt: number | null;
  delivered: boolean;
  deliveredAt: number;
}

/** What became of a stream between its (re)opening and its end. */
interface Round {
  end: StreamEnd;
  delivered: boolean;
}

/** A stream that had delivered and broke. */
interface Broke {
  kind: 'broke';
  end: StreamEnd;
  place: string;
}
interface NotOpened {
  kind: 'not-opened';
  failure: StreamFailure;
}

/** Keeps one flow of bytes going out of a list of sources: opens, notices breaks, brings back, gives up. */
export class SourceFeed {
  private readonly controller = new AbortController();
  private playing: Playing | undefined;
  private trying: StreamSource | undefined;
  private running: Promise<void> | undefined;
  /** When the present start or recovery ends without success; monotonic ms. */
  private until = 0;
  /** Somebody chose this one: what plays or is being opened makes way for it. */
  private chosen: StreamSource | undefined;
  /** Aborts the opening that is under way. */
  private opening = new AbortController();
  /** Breaks in a row, each soon after the stream had come back. */
  private flaps = 0;

  constructor(private readonly context: FeedContext) {}

  start(): Promise<void> {
    this.running ??= this.run();
    return this.running;
  }

  /** The one that flows, or that is being opened. */
  get source(): StreamSource | undefined {
    return this.trying;
  }

  details(): StreamDetails | undefined {
    return this.playing?.stream.details();
  }

  /** The receiver found a picture of this codec in what came: the attempt counts as a success. */
  noteDelivered(codec: string | undefined): void {
    const { playing } = this;
    if (!playing || playing.delivered) return;
    if (codec !== undefined) this.context.seenCodecs.note(playing.source.id, codec);
    playing.delivered = true;
    playing.deliveredAt = this.context.clock.monotonic();
    if (playing.openedAt === null) return;
    const afterMs = playing.deliveredAt - playing.openedAt;
    this.context.events.outcome(playing.source, { kind: 'picture', afterMs });
  }

  /** The receiver judges the stream dead although its connection is open. */
  condemn(reason: EndReason, detail: string): void {
    this.playing?.end({ reason, detail });
  }

  /** Goes over to another source, whatever the feed does at the moment. */
  choose(source: StreamSource): void {
    const { clock, options } = this.context;
    this.chosen = source;
    this.flaps = 0;
    this.until = clock.monotonic() + options.giveUpMs;
    this.opening.abort(new Error('another source was chosen'));
    this.playing?.end({ reason: 'eof', detail: 'another source was chosen' });
  }

  pause(): void {
    this.playing?.stream.pause();
  }

  resume(): void {
    this.playing?.stream.resume();
  }

  /** Resolves when everything upstream is stopped and its place is free. */
  async close(): Promise<void> {
    this.controller.abort(new Error('the stream was closed'));
    this.playing?.end({ reason: 'eof', detail: 'closed' });
    await this.running;
  }

  private isClosed(): boolean {
    return this.controller.signal.aborted;
  }

  /** Somebody chose another source. */
  private mustMakeWay(): boolean {
    return this.chosen !== undefined;
  }

  private async run(): Promise<void> {
    const { sources, clock, options, events } = this.context;
    let attempts: Iterator<Attempt> = startAttempts(sources)[Symbol.iterator]();
    this.until = clock.monotonic() + options.startBudgetMs;
    const failures: StreamFailure[] = [];
    for (;;) {
      const attempt = attempts.next();
      const late = clock.monotonic() >= this.until;
      if (attempt.done || late) return events.failed(verdict(failures, late));
      const outcome = await this.attempt(attempt.value);
      if (this.isClosed()) return;
      const { chosen } = this;
      if (chosen) {
        this.chosen = undefined;
        failures.length = 0;
        attempts = chosenAttempts(sources, chosen, options.backoffMs);
      } else if (outcome.kind === 'broke') {
        failures.length = 0;
        attempts = this.recovery(attempt.value.source, outcome);
      } else {
        failures.push(outcome.failure);
        events.outcome(attempt.value.source, { kind: 'failed', failure: outcome.failure });
      }
    }
  }

  private recovery(source: StreamSource, { end, place }: Broke): Iterator<Attempt> {
    const { sources, options } = this.context;
    const blamesSource = SOURCE_AT_FAULT.has(end.reason) || this.flaps >= FLAPS_UNTIL_BLAME;
    return recoveryAttempts({
      sources,
      broken: { source, place, reason: end.reason },
      blamesSource,
      // A stream that keeps breaking soon after it came back is asked ever more rarely.
      backoffMs: options.backoffMs.slice(Math.min(Math.max(0, this.flaps - 1), options.backoffMs.length - 1)),
      places: (candidate) => this.placesOf(candidate),
      codecOf: (candidate) => this.context.seenCodecs.of(candidate.id),
    });
  }

  private placesOf(source: StreamSource): number {
    return this.context.driverFor(source.kind)?.places ?? 0;
  }

  /** One source at one place, until it fails to open or breaks after having delivered. */
  private async attempt({ source, delayMs, prefer, avoid }: Attempt): Promise<Broke | NotOpened> {
    const { clock } = this.context;
    this.opening = new AbortController();
    const signal = AbortSignal.any([this.controller.signal, this.opening.signal]);
    if (delayMs > 0) await clock.sleep(delayMs, signal).catch(() => undefined);
    if (this.mustMakeWay()) return notOpened({ kind: 'cancelled', detail: 'another source was chosen' });
    this.trying = source;
    const driver = this.context.driverFor(source.kind);
    if (!driver) return notOpened({ kind: 'unsupported', detail: `${source.kind} sources are not played` });
    for (let tries = 1; ; tries++) {
      const openedAt = clock.monotonic();
      const opened = await driver.open(source, this.openContext(source, signal, prefer, avoid));
      if (opened.kind === 'failed') return notOpened(opened.failure);
      const { place } = opened.stream.details();
      const { end, delivered } = await this.play(source, opened.stream, openedAt);
      if (delivered) return { kind: 'broke', end, place };
      // Cut off before its first picture: that happens to the best, once.
      const limit = end.reason === 'moved' ? MAX_MOVES : CUT_OFF.has(end.reason) ? 1 : 0;
      const again = tries <= limit && !this.mustMakeWay() && clock.monotonic() < this.until;
      if (!again || this.isClosed()) return notOpened(endAsFailure(end));
    }
  }

  private openContext(
    source: StreamSource,
    signal: AbortSignal,
    prefer: string | undefined,
    avoid: ReadonlySet<string>,
  ): OpenContext {
    const { clock, options, sources } = this.context;
    const patience = sources.at(-1) === source ? options.firstByteMs : options.failoverFirstByteMs;
    return {
      signal,
      firstByteMs: Math.min(Math.max(0, this.until - clock.monotonic()), patience),
      avoid,
      makeRoom: this.context.makeRoom,
      ...(prefer === undefined ? {} : { prefer }),
    };
  }

  /** Lets a stream flow until it breaks for good; the same upstream session may be asked for more after a cut. */
  private async play(source: StreamSource, stream: OpenStream, openedAt: number): Promise<Round> {
    try {
      const first = await this.playRound(source, stream, openedAt, () => {
        stream.read(this.sinkOf(stream));
        return Promise.resolve(true);
      });
      let last = first;
      while (
        !this.isClosed() &&
        !this.mustMakeWay() &&
        last.delivered &&
        this.flaps <= 1 &&
        REOPENABLE.has(last.end.reason)
      ) {
        last = await this.playRound(source, stream, null, () => stream.reopen(this.controller.signal));
      }
      return { end: last.end, delivered: first.delivered };
    } finally {
      this.playing = undefined;
      await stream.close();
    }
  }

  private async playRound(
    source: StreamSource,
    stream: OpenStream,
    openedAt: number | null,
    begin: () => Promise<boolean>,
  ): Promise<Round> {
    const { clock, options, events } = this.context;
    let over: (end: StreamEnd) => void = () => {};
    const ended = new Promise<StreamEnd>((resolve) => (over = resolve));
    const playing: Playing = { source, stream, end: over, openedAt, delivered: false, deliveredAt: 0 };
    this.playing = playing;
    events.seam();
    if (!(await begin())) over({ reason: 'session-lost', detail: 'the engine gives no more of it' });
    if (this.isClosed() || this.mustMakeWay()) over({ reason: 'eof', detail: 'closed' });
    const keyframeTimer = clock.setTimer(options.keyframeMs, () => {
      if (!playing.delivered) over({ reason: 'no-keyframe', detail: 'no picture to start at' });
    });
    const end = await ended;
    keyframeTimer.cancel();
    if (playing.delivered && !this.isClosed()) this.noteBreak(playing, end);
    return { end, delivered: playing.delivered };
  }

  private noteBreak({ source, deliveredAt }: Playing, end: StreamEnd): void {
    const { clock, options, events } = this.context;
    const now = clock.monotonic();
    if (this.mustMakeWay() || now - deliveredAt >= options.stableMs) this.flaps = 0;
    else if (end.reason !== 'moved') this.flaps++;
    this.until = now + options.giveUpMs;
    if (!this.mustMakeWay()) events.outcome(source, { kind: 'broke', ...end });
    events.lost(end);
  }

  /** Bound to its stream: what an old one still says after its end reaches nobody. */
  private sinkOf(stream: OpenStream): Parameters<OpenStream['read']>[0] {
    return {
      data: (chunk) => {
        if (this.playing?.stream === stream && !this.isClosed()) this.context.events.data(chunk);
      },
      seam: () => {
        if (this.playing?.stream === stream && !this.isClosed()) this.context.events.seam();
      },
      end: (end) => {
        if (this.playing?.stream === stream) this.playing.end(end);
      },
    };
  }
}

function notOpened(failure: StreamFailure): NotOpened {
  return { kind: 'not-opened', failure };
}

function verdict(failures: readonly StreamFailure[], late: boolean): StreamFailure {
  if (failures.length === 0 && late) return { kind: 'timeout', detail: 'no source answered in time' };
  return mostHopeful(failures);
}

/** Breaks that speak against the source itself: another one first. */
const SOURCE_AT_FAULT: ReadonlySet<EndReason> = new Set([
  'garbage',
  'no-keyframe',
  'starved',
  'looping',
  'dead-picture',
]);
const FLAPS_UNTIL_BLAME = 2;
const CUT_OFF: ReadonlySet<EndReason> = new Set(['eof', 'reset', 'session-lost', 'superseded']);
/** Another channel has started the same content anew: what it reads is found there. */
const MAX_MOVES = 3;
const REOPENABLE: ReadonlySet<EndReason> = new Set(['eof', 'reset', 'stall']);

/** A stream that never showed a picture counts as one that could not be opened. */
function endAsFailure({ reason, detail }: StreamEnd): StreamFailure {
  switch (reason) {
    case 'garbage':
    case 'no-keyframe':
    case 'looping':
    case 'dead-picture':
      return { kind: 'bad-media', detail };
    case 'eof':
    case 'reset':
    case 'stall':
    case 'starved':
      return { kind: 'timeout', detail };
    case 'superseded':
    case 'moved':
    case 'session-lost':
    case 'engine-down':
      return { kind: 'unavailable', detail, blameless: true };
  }
}
