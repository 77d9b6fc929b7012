import type { Clock } from '../platform/clock.js';
import type { EndReason, OpenStream, SourceDriver, StreamDetails, StreamEnd } from './source-driver.js';
import { recoveryAttempts, startAttempts } from './source-ladder.js';
import type { Attempt } from './source-ladder.js';
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
}

export interface FeedEvents {
  /** What follows does not continue what came before. */
  seam(): void;
  data(chunk: Buffer): void;
  /** A stream that had delivered pictures broke; the feed tries to bring it back. */
  lost(end: StreamEnd): void;
  /** The feed has ended: nothing could be opened, or nothing came back. */
  failed(failure: StreamFailure): void;
  /** What became of an attempt to open a source; for its reputation. */
  outcome(source: StreamSource, failure: StreamFailure | undefined): void;
}

export interface FeedContext {
  sources: readonly StreamSource[];
  driverFor(kind: SourceKind): SourceDriver | undefined;
  makeRoom(kind: SourceKind): Promise<boolean>;
  clock: Clock;
  options: FeedOptions;
  events: FeedEvents;
}

interface Playing {
  source: StreamSource;
  stream: OpenStream;
  end: (end: StreamEnd) => void;
  delivered: boolean;
}

/** Keeps one flow of bytes going out of a list of sources: opens, notices breaks, brings back, gives up. */
export class SourceFeed {
  private readonly controller = new AbortController();
  private playing: Playing | undefined;
  private running: Promise<void> | undefined;

  constructor(private readonly context: FeedContext) {}

  start(): Promise<void> {
    this.running ??= this.run();
    return this.running;
  }

  get source(): StreamSource | undefined {
    return this.playing?.source;
  }

  details(): StreamDetails | undefined {
    return this.playing?.stream.details();
  }

  /** The receiver found a picture in what came: the attempt counts as a success. */
  noteDelivered(): void {
    if (!this.playing || this.playing.delivered) return;
    this.playing.delivered = true;
    this.context.events.outcome(this.playing.source, undefined);
  }

  /** The receiver judges the stream dead although its connection is open. */
  condemn(reason: EndReason, detail: string): void {
    this.playing?.end({ reason, detail });
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

  private get closed(): boolean {
    return this.controller.signal.aborted;
  }

  private async run(): Promise<void> {
    const { sources, clock, options, events } = this.context;
    let attempts: Iterator<Attempt> = startAttempts(sources)[Symbol.iterator]();
    let until = clock.monotonic() + options.startBudgetMs;
    const failures: StreamFailure[] = [];
    for (;;) {
      const attempt = attempts.next();
      const left = until - clock.monotonic();
      if (attempt.done || left <= 0) return this.giveUp(failures, left <= 0);
      const outcome = await this.attempt(attempt.value, left);
      if (this.closed) return;
      if ('kind' in outcome) {
        failures.push(outcome);
        if (outcome.kind !== 'cancelled') events.outcome(attempt.value.source, outcome);
        continue;
      }
      failures.length = 0;
      events.lost(outcome.end);
      if (this.closed) return;
      const broken = { source: attempt.value.source, place: outcome.place, reason: outcome.end.reason };
      attempts = recoveryAttempts(sources, broken, options.backoffMs, (source) => this.placesOf(source));
      until = clock.monotonic() + options.giveUpMs;
    }
  }

  private placesOf(source: StreamSource): number {
    return this.context.driverFor(source.kind)?.places ?? 0;
  }

  private giveUp(failures: readonly StreamFailure[], late: boolean): void {
    const timeout: StreamFailure = { kind: 'timeout', detail: 'no source answered in time' };
    this.context.events.failed(mostHopeful(late && failures.length === 0 ? [timeout] : failures));
  }

  /** One source at one place, until it fails to open or breaks after having delivered. */
  private async attempt(
    { source, delayMs, prefer, avoid }: Attempt,
    leftMs: number,
  ): Promise<StreamFailure | { end: StreamEnd; place: string }> {
    const { clock, options, makeRoom, driverFor } = this.context;
    const { signal } = this.controller;
    if (delayMs > 0) await clock.sleep(delayMs, signal).catch(() => undefined);
    if (this.closed) return { kind: 'cancelled', detail: 'closed' };
    const driver = driverFor(source.kind);
    if (!driver) return { kind: 'unsupported', detail: `${source.kind} sources are not played` };
    const last = this.context.sources.at(-1) === source;
    const patience = last ? options.firstByteMs : options.failoverFirstByteMs;
    const opened = await driver.open(source, {
      signal,
      firstByteMs: Math.min(leftMs, patience),
      avoid,
      makeRoom,
      ...(prefer === undefined ? {} : { prefer }),
    });
    if (opened.kind === 'failed') return opened.failure;
    const { place } = opened.stream.details();
    const { end, delivered } = await this.play(source, opened.stream);
    return delivered ? { end, place } : endAsFailure(end);
  }

  /** Lets a stream flow until it breaks for good; the same upstream session may be asked once for more. */
  private async play(
    source: StreamSource,
    stream: OpenStream,
  ): Promise<{ end: StreamEnd; delivered: boolean }> {
    try {
      let delivered = false;
      for (let first = true; ; first = false) {
        const round = await this.playOnce(source, stream, first);
        delivered ||= round.delivered;
        const mayReopen = round.delivered && !this.closed && REOPENABLE.has(round.end.reason);
        if (!mayReopen || !(await stream.reopen(this.controller.signal)))
          {return { end: round.end, delivered };}
      }
    } finally {
      this.playing = undefined;
      await stream.close();
    }
  }

  private async playOnce(
    source: StreamSource,
    stream: OpenStream,
    first: boolean,
  ): Promise<{ end: StreamEnd; delivered: boolean }> {
    const { clock, options, events } = this.context;
    let over: (end: StreamEnd) => void = () => {};
    const ended = new Promise<StreamEnd>((resolve) => (over = resolve));
    const playing: Playing = { source, stream, end: over, delivered: false };
    this.playing = playing;
    const keyframeTimer = clock.setTimer(options.keyframeMs, () => {
      if (!playing.delivered) over({ reason: 'no-keyframe', detail: 'no picture to start at' });
    });
    events.seam();
    if (first) stream.read(this.sinkOf(stream));
    if (this.closed) over({ reason: 'eof', detail: 'closed' });
    const end = await ended;
    keyframeTimer.cancel();
    return { end, delivered: playing.delivered };
  }

  /** Bound to its stream: what an old one still says after its end reaches nobody. */
  private sinkOf(stream: OpenStream): Parameters<OpenStream['read']>[0] {
    return {
      data: (chunk) => {
        if (this.playing?.stream === stream && !this.closed) this.context.events.data(chunk);
      },
      end: (end) => {
        if (this.playing?.stream === stream) this.playing.end(end);
      },
    };
  }
}

const REOPENABLE: ReadonlySet<EndReason> = new Set(['eof', 'reset', 'stall']);

/** A stream that never showed a picture counts as one that could not be opened. */
function endAsFailure({ reason, detail }: StreamEnd): StreamFailure {
  switch (reason) {
    case 'garbage':
    case 'no-keyframe':
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
