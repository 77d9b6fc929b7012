import type { SegmentWindow } from '../core/hls/segment-window.js';
import type { SegmenterOptions } from '../core/hls/segmenter.js';
import { StateMachine } from '../core/util/state-machine.js';
import type { Timer } from '../platform/clock.js';
import type { Logger } from '../platform/logging/logger.js';
import type { PacedLog } from '../platform/logging/paced-log.js';
import type { MediaPipeline } from './media-pipeline.js';
import type { PictureWatch, WatchedStream } from './picture/picture-watch.js';
import { Reader } from './reader.js';
import type { ReaderEnd, ReaderOptions, ReaderSink } from './reader.js';
import { SESSION_TABLE } from './session-states.js';
import type { SessionEvent, SessionState } from './session-states.js';
import type { StreamEnd } from './source-driver.js';
import { SourceFeed } from './source-feed.js';
import type { FeedContext, FeedOptions } from './source-feed.js';
import type { StreamFailure } from './stream-failure.js';
import type { StreamSource } from './stream-source.js';
import { StreamSegments } from './stream-segments.js';
import type { SegmentOutput } from './stream-segments.js';
import type { SessionStats } from './stream-stats.js';
import { SupplyWatch } from './supply-watch.js';
import type { SupplyOptions } from './supply-watch.js';

export interface SessionOptions extends FeedOptions, SupplyOptions, ReaderOptions {
  /** How long a stream is kept after its last viewer: zapping back costs nothing then. */
  lingerMs: number;
  /** The same for a stream that never showed a picture. */
  coldLingerMs: number;
  /** Silence after which a stream counts as dead. */
  stallMs: number;
  /** A broadcast that has not moved on for so long, while bytes come, runs in a circle. */
  liveStillMs: number;
  /** Silence after which viewers get null packets, and how often: their connections must not look dead. */
  keepAliveAfterMs: number;
  keepAliveEveryMs: number;
}

/** `idle`: nobody watches, so there is nothing to switch. */
export type SwitchOutcome = 'switched' | 'unknown-source' | 'same-source' | 'idle';

export interface SessionContext extends Omit<FeedContext, 'events' | 'options'> {
  /** Grows by one from session to session of a process. */
  id: number;
  key: string;
  /** What people call it. */
  title: string;
  options: SessionOptions;
  pipeline: MediaPipeline;
  logger: Logger;
  log: PacedLog;
  outcome: FeedContext['events']['outcome'];
  background: (name: string, work: Promise<unknown>) => void;
  /** For streams whose picture is watched. */
  watchPicture?: (stream: WatchedStream) => PictureWatch;
  /** Called at once when nobody can join any more. */
  onClosed: (session: LiveSession) => void;
}

export type JoinOutcome = { kind: 'ready'; seat: Seat } | { kind: 'failed'; failure: StreamFailure };

/** One viewer's right to a running stream, until he leaves. */
export interface Seat {
  /** Starts the flow into `sink`. Called at most once. */
  read(sink: ReaderSink, options?: Partial<ReaderOptions>): Reader;
  /** Of the session it belongs to. */
  readonly sessionId: number;
  /**
   * The stream as HLS, instead of `read`. `onEnd` is told when it is over before the seat is given back. `follow`: it is
   * the same content as another one that is cut already.
   */
  segments(onEnd: (reason: ReaderEnd) => void, follow?: SegmenterOptions['follow']): SegmentOutput;
  /** Gives the seat back. Idempotent; also ends the reader. */
  leave(): void;
}

interface Waiter {
  resolve: (outcome: JoinOutcome) => void;
}

/** The viewer was gone before there was anything to see. */
export const CANCELLED: JoinOutcome = {
  kind: 'failed',
  failure: { kind: 'cancelled', detail: 'the viewer left' },
};
/** Segments are at least a second long: numbers that grow by one a second are never overtaken. */
const NUMBERED_FROM = Date.UTC(2026, 0, 1);
/** So often a film made of pieces with clocks of their own does not show the same stretch. */
const LOOP_ROUNDS = 3;
/** Viewers served in one turn of the event loop. */
const WAKE_SLICE = 256;

/**
 * One stream and everybody who watches it. All who come while it starts wait for that one start; when the source
 * breaks they stay; when the last one leaves, it lingers and ends.
 */
export class LiveSession {
  readonly id: number;
  readonly key: string;
  private readonly machine: StateMachine<SessionState, SessionEvent>;
  private readonly feed: SourceFeed;
  private readonly waiters = new Set<Waiter>();
  private readonly seats = new Set<Seat>();
  private readonly readers = new Set<Reader>();
  private readonly segments: StreamSegments;
  private readonly startedAt: { wall: number; monotonic: number };
  private supply: SupplyWatch;
  private timers: Timer[] = [];
  private linger: Timer | undefined;
  private flush: Timer | undefined;
  private picture: PictureWatch | undefined;
  private ending: Promise<void> | undefined;
  private readyAt: number | undefined;
  private broken = false;
  private held = false;
  private waking = false;
  /** More came while the viewers were being served. */
  private stale = false;
  private drainingSince = 0;
  private knownKeyframes = 0;
  private knownChunks = 0;
  /** How often in a row the source has come with the same stretch. */
  private rounds = 0;
  private lastDataAt: number;
  private lastOutputAt: number;
  private counts = { breaks: 0, recoveries: 0, bytesIn: 0 };
  private problem: string | null = null;

  constructor(private readonly context: SessionContext) {
    const { clock, options } = context;
    this.id = context.id;
    this.key = context.key;
    this.startedAt = { wall: clock.now(), monotonic: clock.monotonic() };
    this.lastDataAt = this.lastOutputAt = clock.monotonic();
    this.supply = new SupplyWatch(options, clock.monotonic());
    this.segments = new StreamSegments((follow) => this.newSegments(follow));
    this.machine = new StateMachine(SESSION_TABLE, 'idle', (from, to, event) =>
      context.logger.debug('stream state', { stream: this.key, from, to, event }),
    );
    this.feed = new SourceFeed({
      ...context,
      events: {
        seam: () => this.onSeam(),
        data: (chunk) => this.onData(chunk),
        lost: (end) => this.onLost(end),
        failed: (failure) => this.onFailed(failure),
        outcome: (source, outcome) => {
          if (outcome.kind === 'failed') this.problem = outcome.failure.detail;
          context.outcome(source, outcome);
        },
      },
    });
  }

  get state(): SessionState {
    return this.machine.state;
  }

  get isClosed(): boolean {
    return this.machine.state === 'closed';
  }

  /** Since when nobody watches, monotonic ms; undefined while somebody does. */
  get idleSince(): number | undefined {
    return this.machine.state === 'draining' ? this.drainingSince : undefined;
  }

  /** What it holds or tries to open. */
  get source(): StreamSource | undefined {
    return this.feed.source;
  }

  get viewers(): number {
    return this.seats.size;
  }

  /** Resolves when there is a picture to start at, or when it is certain that there will be none. */
  join(signal: AbortSignal): Promise<JoinOutcome> {
    if (signal.aborted) return Promise.resolve(CANCELLED);
    this.enter();
    if (this.context.pipeline.canJoin) return Promise.resolve({ kind: 'ready', seat: this.newSeat() });
    return new Promise((resolve) => {
      const waiter: Waiter = {
        resolve: (outcome) => {
          signal.removeEventListener('abort', leave);
          this.waiters.delete(waiter);
          resolve(outcome);
        },
      };
      const leave = (): void => {
        waiter.resolve(CANCELLED);
        this.checkEmpty();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.waiters.add(waiter);
    });
  }

  /** Ends it now. Resolves when everything upstream is stopped. */
  close(reason: ReaderEnd): Promise<void> {
    if (this.machine.can('close')) this.machine.apply('close');
    return this.finish(reason, { kind: 'unavailable', detail: 'the stream was closed', blameless: true });
  }

  /** Goes over to the source of this number, or to the next one. Viewers stay. */
  switchSource(sourceId?: number): SwitchOutcome {
    const { sources } = this.context;
    const current = this.feed.source;
    if (this.seats.size === 0 && this.waiters.size === 0) return 'idle';
    const at = sources.findIndex((source) => source === current);
    const wanted =
      sourceId === undefined
        ? sources[(at + 1) % sources.length]
        : sources.find((source) => source.id === sourceId);
    if (!wanted) return 'unknown-source';
    if (wanted === current) return 'same-source';
    this.feed.choose(wanted);
    return 'switched';
  }

  stats(): SessionStats {
    const { clock, pipeline } = this.context;
    const now = clock.monotonic();
    return {
      id: this.id,
      key: this.key,
      title: this.context.title,
      state: this.state,
      sourceId: this.feed.source?.id ?? null,
      sourceIds: this.context.sources.map(({ id }) => id),
      source: this.feed.details() ?? null,
      startedAt: this.startedAt.wall,
      ttfbMs: this.readyAt === undefined ? null : this.readyAt - this.startedAt.monotonic,
      silentMs: now - this.lastDataAt,
      viewers: this.seats.size,
      waiting: this.waiters.size,
      hlsViewers: this.segments.viewers,
      bytesIn: this.counts.bytesIn,
      ...pipeline.stats(now),
      breaks: this.counts.breaks,
      recoveries: this.counts.recoveries,
      lastProblem: this.problem,
      picture: this.picture?.state ?? null,
      readers: [...this.readers].map((reader) => reader.stats()),
    };
  }

  private enter(): void {
    if (this.machine.state === 'idle') return this.begin();
    if (this.machine.state !== 'draining') return;
    this.linger?.cancel();
    const starting = this.readyAt === undefined;
    this.machine.apply(starting ? 'joined-starting' : this.broken ? 'joined-recovering' : 'joined-live');
  }

  private begin(): void {
    const { clock, options, background } = this.context;
    this.machine.apply('open');
    this.timers.push(clock.setRepeating(options.keepAliveEveryMs, () => this.housekeep()));
    background(`stream ${this.key}`, this.feed.start());
    this.picture = this.context.watchPicture?.(this.asWatched());
  }

  private newSeat(): Seat {
    let reader: Reader | undefined;
    const seat: Seat = {
      sessionId: this.id,
      read: (sink, options) => (reader = this.addReader(seat, sink, options)),
      segments: (onEnd, follow) => this.segments.attach(seat, onEnd, follow),
      leave: () => {
        if (!this.seats.delete(seat)) return;
        reader?.close();
        this.segments.detach(seat);
        this.checkEmpty();
      },
    };
    this.seats.add(seat);
    return seat;
  }

  private asWatched(): WatchedStream {
    const { sources, pipeline, log } = this.context;
    return {
      sources,
      showing: () =>
        this.machine.state === 'live' && !this.broken && this.seats.size > 0 ? this.feed.source : undefined,
      newCursor: () => pipeline.newCursor(),
      leave: (detail) => this.feed.condemn('dead-picture', detail),
      goTo: (source) => this.feed.choose(source),
      blame: (source, detail) => {
        this.problem = `dead-picture: ${detail}`;
        log.info(this.key, 'every source shows a dead picture', { stream: this.key, detail });
        this.context.outcome(source, { kind: 'broke', reason: 'dead-picture', detail });
      },
      onUnwatched: () =>
        log.info(this.key, 'the picture is not watched: that needs ffmpeg, which is not installed', {
          stream: this.key,
        }),
    };
  }

  /** Numbered by the clock: a player that comes back to a stream started anew must not see its numbers fall. */
  private newSegments(follow: SegmenterOptions['follow']): SegmentWindow {
    const { clock, pipeline } = this.context;
    const now = clock.now();
    return pipeline.newSegments({
      firstSequence: Math.max(0, Math.floor((now - NUMBERED_FROM) / 1000)),
      epochOffsetMs: now - clock.monotonic(),
      ...(follow ? { follow } : {}),
    });
  }

  private addReader(seat: Seat, sink: ReaderSink, options: Partial<ReaderOptions> = {}): Reader {
    const { clock, pipeline } = this.context;
    const reader = new Reader(
      pipeline.newCursor(() => sink.pendingBytes()),
      sink,
      clock,
      { ...this.context.options, ...options },
      (over) => {
        this.readers.delete(over);
        seat.leave();
      },
    );
    if (this.isClosed || !this.seats.has(seat)) {
      reader.end('closed');
      return reader;
    }
    this.readers.add(reader);
    reader.pump();
    return reader;
  }

  private checkEmpty(): void {
    if (this.waiters.size > 0 || this.seats.size > 0 || !this.machine.can('emptied')) return;
    const { clock, options } = this.context;
    const sound = this.machine.state === 'live';
    this.machine.apply('emptied');
    this.drainingSince = clock.monotonic();
    const lingerMs = sound ? options.lingerMs : options.coldLingerMs;
    this.linger = clock.setTimer(lingerMs, () => this.closeInBackground());
  }

  private onSeam(): void {
    const { clock, options } = this.context;
    this.breakOff();
    this.supply = new SupplyWatch(options, clock.monotonic());
    this.held = false;
    this.rounds = 0;
    this.lastDataAt = clock.monotonic();
  }

  /** What the old connection left half-finished is given out now: it must not be taken for news of the next one. */
  private breakOff(): void {
    const { clock, pipeline } = this.context;
    pipeline.seam(clock.monotonic());
    this.knownKeyframes = pipeline.keyframes;
    this.onReadable();
  }

  private onData(chunk: Buffer): void {
    const { clock, pipeline } = this.context;
    const now = clock.monotonic();
    this.lastDataAt = now;
    this.counts.bytesIn += chunk.length;
    const pushed = pipeline.push(chunk, now);
    if (pushed.verdict === 'not-ts') return this.feed.condemn('garbage', 'no MPEG transport stream');
    if (pushed.bytes > 0) this.lastOutputAt = now;
    this.rounds = pushed.rounds;
    this.supply.note(pushed.mediaMs, now);
    if (!this.held && this.supply.tooFarAhead) this.hold(true);
    this.onReadable();
  }

  /** Something may have become readable in the ring. */
  private onReadable(): void {
    const { pipeline } = this.context;
    if (pipeline.keyframes > this.knownKeyframes) this.onKeyframe();
    this.knownKeyframes = pipeline.keyframes;
    if (pipeline.canJoin) {
      for (const waiter of [...this.waiters]) waiter.resolve({ kind: 'ready', seat: this.newSeat() });
    }
    this.armFlush();
    if (pipeline.chunks === this.knownChunks) return;
    this.knownChunks = pipeline.chunks;
    this.segments.poll();
    this.wake();
  }

  /** A source that pauses leaves a chunk half full: viewers get it all the same. */
  private armFlush(): void {
    const { clock, pipeline } = this.context;
    const dueAt = pipeline.flushDueAt;
    if (this.flush || dueAt === undefined || this.isClosed) return;
    this.flush = clock.setTimer(Math.max(0, Math.ceil(dueAt - clock.monotonic())), () => {
      this.flush = undefined;
      pipeline.flush(clock.monotonic());
      this.onReadable();
    });
  }

  private onKeyframe(): void {
    this.feed.noteDelivered(this.context.pipeline.codec);
    if (!this.machine.can('ready')) return;
    if (this.broken) this.counts.recoveries++;
    this.broken = false;
    this.readyAt ??= this.context.clock.monotonic();
    this.machine.apply('ready');
  }

  private onLost(end: StreamEnd): void {
    this.breakOff();
    this.counts.breaks++;
    this.broken = true;
    this.problem = `${end.reason}: ${end.detail}`;
    this.context.log.info(this.key, 'stream broke', {
      stream: this.key,
      reason: end.reason,
      detail: end.detail,
    });
    if (!this.machine.can('lost')) return;
    if (this.machine.apply('lost') === 'closed') this.closeInBackground();
  }

  private onFailed(failure: StreamFailure): void {
    this.problem = failure.detail;
    this.context.log.info(this.key, 'stream failed', {
      stream: this.key,
      kind: failure.kind,
      detail: failure.detail,
    });
    if (!this.machine.can('failed')) return;
    this.machine.apply('failed');
    this.context.background(`end of stream ${this.key}`, this.finish('source-lost', failure));
  }

  private closeInBackground(): void {
    this.context.background(`end of stream ${this.key}`, this.close('closed'));
  }

  private finish(reason: ReaderEnd, failure: StreamFailure): Promise<void> {
    if (this.ending) return this.ending;
    this.ending = this.release();
    this.context.onClosed(this);
    this.picture?.close();
    for (const timer of [...this.timers, this.linger, this.flush]) timer?.cancel();
    for (const waiter of [...this.waiters]) waiter.resolve({ kind: 'failed', failure });
    for (const reader of [...this.readers]) reader.end(reason);
    this.segments.end(reason);
    this.seats.clear();
    return this.ending;
  }

  private async release(): Promise<void> {
    await this.feed.close();
    this.context.pipeline.close();
  }

  private hold(held: boolean): void {
    this.held = held;
    if (held) this.feed.pause();
    else this.feed.resume();
  }

  private housekeep(): void {
    const { clock, options, pipeline, sources } = this.context;
    const now = clock.monotonic();
    this.supply.note(0, now);
    if (this.held && this.supply.mayResume) this.hold(false);
    if (this.held) this.lastDataAt = now;
    if (!this.broken && this.readyAt !== undefined) {
      if (now - this.lastDataAt >= options.stallMs) this.feed.condemn('stall', 'silence');
      else if (this.supply.starved(now) && sources.length > 1) {
        this.feed.condemn('starved', 'fewer bytes than the picture needs');
      } else if (this.isLooping() && sources.length > 1) {
        this.feed.condemn('looping', 'the same pictures again and again');
      }
    }
    if (this.readers.size > 0 && now - this.lastOutputAt >= options.keepAliveAfterMs) {
      pipeline.keepAlive(now);
      this.onReadable();
    }
    for (const reader of [...this.readers]) reader.check();
  }

  private isLooping(): boolean {
    const { stillMs = 0 } = this.feed.details() ?? {};
    return this.rounds >= LOOP_ROUNDS || stillMs >= this.context.options.liveStillMs;
  }

  /** Serves all who wait for bytes, in slices, so that a thousand viewers do not hold everybody else up. */
  private wake(): void {
    this.stale = this.waking;
    if (!this.waking) this.wakeSlice([...this.readers], 0);
  }

  private wakeSlice(queue: readonly Reader[], from: number): void {
    const to = from + WAKE_SLICE;
    for (const reader of queue.slice(from, to)) reader.pump();
    this.waking = to < queue.length;
    if (this.waking) setImmediate(() => this.wakeSlice(queue, to));
    else if (this.stale) this.wake();
  }
}
