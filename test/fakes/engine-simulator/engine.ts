import { createHash } from 'node:crypto';
import { FaultBook } from '../faults/fault-book.js';
import type { ActiveFault, FaultPlace } from '../faults/fault-book.js';
import { Feed } from '../media/feed.js';
import type { TimerBook } from '../net/timer-book.js';
import type { Catalogue, Content } from './catalogue.js';
import { HlsBroadcast } from '../media/hls-broadcast.js';
import { EngineSession } from './session.js';
import type { SessionEnd, SessionFormat } from './session.js';
import type { SimMetrics } from './sim-metrics.js';
import type { EngineHabits, SimTimings } from './sim-options.js';

export interface StartRequest {
  content: Content;
  pid: string;
  format: SessionFormat;
  /** False once the caller has hung up. */
  callerIsThere: () => boolean;
}

export type StartResult =
  | { kind: 'ok'; session: EngineSession }
  | { kind: 'error'; text: string; extraData?: Readonly<Record<string, string>> };

export type StopResult = 'ok' | 'unknown' | 'failed';

export interface EngineParts {
  catalogue: Catalogue;
  habits: EngineHabits;
  timings: SimTimings;
  timers: TimerBook;
  metrics: SimMetrics;
  random: () => number;
  /** Called for faults that strike the whole process. */
  onFault: (fault: ActiveFault) => void;
  /** The process dies and comes back after a while. */
  onCrash: (downMs: number) => void;
}

const ENDED_SESSIONS_KEPT = 2000;

/** What the engine does, without its wire: contents become sessions, and sessions push each other out. */
export class Engine {
  readonly faults: FaultBook;
  private readonly byToken = new Map<string, EngineSession>();
  private readonly history: EngineSession[] = [];
  private readonly loading = new Map<string, object>();
  private readonly feeds = new Map<string, Feed>();
  private readonly broadcasts = new Map<string, HlsBroadcast>();
  private readonly recentStarts: number[] = [];
  private readonly watchers = new Set<() => void>();
  private generation = 0;

  constructor(readonly parts: EngineParts) {
    this.faults = new FaultBook(parts.timers, (fault) => {
      parts.onFault(fault);
      this.changed();
    });
  }

  get sessions(): readonly EngineSession[] {
    return this.history;
  }

  openSessions(): EngineSession[] {
    return this.history.filter((session) => session.isOpen);
  }

  session(infohash: string, token: string): EngineSession | undefined {
    const session = this.byToken.get(token);
    return session?.content.infohash === infohash.toLowerCase() ? session : undefined;
  }

  /** Calls back after everything that happens, until the returned function is called. */
  watch(callback: () => void): () => void {
    this.watchers.add(callback);
    return () => this.watchers.delete(callback);
  }

  changed(): void {
    for (const callback of [...this.watchers]) callback();
  }

  /** Loads a content and opens a session; answers through `done`, after the engine's delay. */
  start(request: StartRequest, done: (result: StartResult) => void): void {
    const { metrics, timers } = this.parts;
    const { content } = request;
    const place = placeOf(content, 'start');
    metrics.count(metrics.starts, content.infohash);
    metrics.startsInFlight++;
    metrics.maxParallelStarts = Math.max(metrics.maxParallelStarts, metrics.startsInFlight);
    const load = {};
    this.loading.set(content.infohash, load);
    const generation = this.generation;
    const finish = (): void => {
      metrics.startsInFlight--;
      if (generation !== this.generation) return;
      const result = this.finishStart(request, load);
      if (result.kind === 'error') metrics.count(metrics.failedStarts, result.text);
      done(result);
      this.changed();
    };
    const delay = content.startDelayMs + (this.faults.take('slowStart', place)?.ms ?? 0);
    if (delay > 0) timers.after(delay, finish);
    else finish();
    this.changed();
  }

  stop(infohash: string, token: string, done: (result: StopResult) => void): void {
    const { metrics, timers } = this.parts;
    metrics.stopsReceived++;
    const session = this.session(infohash, token);
    if (!session?.isOpen || session.stopping) {
      if (session?.stopping) metrics.doubleStops++;
      else metrics.lateStops++;
      return done('unknown');
    }
    session.stopRequested = true;
    const place = placeOf(session.content, 'command');
    if (this.faults.take('stopFails', place)) return done('failed');
    session.stopping = true;
    const finish = (): void => {
      this.end(session, 'stopped');
      metrics.stopsDone++;
      done('ok');
      this.changed();
    };
    const delay = this.faults.take('slowStop', place)?.ms ?? 0;
    if (delay > 0) timers.after(delay, finish);
    else finish();
  }

  /** Somebody else's player asks for the same content (without one: for each): our session goes. */
  steal(content?: Content): void {
    for (const session of this.openOf(content)) {
      this.end(session, 'superseded', 'superseded');
      this.parts.metrics.supersededByOthers++;
    }
    this.changed();
  }

  /** Ends sessions without anybody having asked for it. */
  drop(end: SessionEnd, content?: Content): void {
    for (const session of this.openOf(content)) {
      this.end(session, end, end);
      if (end === 'lost') this.parts.metrics.lost++;
    }
    this.changed();
  }

  failSegmenter(content?: Content): void {
    for (const session of this.openOf(content)) {
      session.push({ name: 'segmenter_failed', params: {} });
      session.move('failed');
    }
    this.changed();
  }

  /** A restarted process knows no session and no load. */
  forget(): void {
    this.generation++;
    this.drop('lost');
    this.byToken.clear();
    this.loading.clear();
    this.recentStarts.length = 0;
  }

  feedOf(content: Content): Feed {
    const feed = this.feeds.get(content.infohash) ?? new Feed(content.media(content));
    this.feeds.set(content.infohash, feed);
    return feed;
  }

  broadcastOf(content: Content): HlsBroadcast {
    const { timings, timers } = this.parts;
    const broadcast =
      this.broadcasts.get(content.infohash) ??
      new HlsBroadcast({
        source: content.media(content),
        segmentSeconds: timings.hlsSegmentSeconds,
        firstSegments: timings.hlsFirstSegments,
        window: timings.hlsWindow,
        now: () => timers.clock.monotonic(),
      });
    this.broadcasts.set(content.infohash, broadcast);
    return broadcast;
  }

  private finishStart(request: StartRequest, load: object): StartResult {
    const { content } = request;
    const { habits } = this.parts;
    const place = placeOf(content, 'start');
    if (this.loading.get(content.infohash) === load) this.loading.delete(content.infohash);
    else if (habits.newerLoadWins) return { kind: 'error', text: 'got newer download' };
    const failure = startFailure(this.faults, place);
    if (failure) return failure;
    const reachable = request.callerIsThere();
    if (!reachable && habits.abortedStart === 'cancelled') {
      return { kind: 'error', text: 'the caller hung up' };
    }
    const session = this.open(request);
    session.reachable = reachable;
    if (!reachable) this.parts.metrics.unreachable++;
    this.feelPressure();
    return { kind: 'ok', session };
  }

  private open({ content, pid, format }: StartRequest): EngineSession {
    const { metrics, habits, timings, timers } = this.parts;
    for (const old of this.openOf(content)) {
      const { state, ageMs, readers, maxReaders, stopRequested, reachable } = old;
      const now = { state, ageMs, readers: readers.size, maxReaders, stopRequested, reachable };
      metrics.noteSupersession(JSON.stringify(now));
      this.end(old, 'superseded', 'superseded');
    }
    for (const old of this.openSessions().filter((session) => session.pid === pid)) {
      this.end(old, 'stopped', 'stopped');
      metrics.replacedByPid++;
    }
    const place = placeOf(content, 'start');
    const never = this.faults.take('neverStart', place) !== undefined;
    const slower = this.faults.take('slowPrebuf', place)?.ms ?? 0;
    const seed = habits.token === 'random' ? this.hex(16) : pid;
    const session: EngineSession = new EngineSession({
      id: this.hex(40),
      token: createHash('md5').update(`${seed}${content.infohash}`).digest('hex'),
      pid,
      content,
      format,
      prebufMs: never ? Number.POSITIVE_INFINITY : content.prebufMs + slower,
      idleExpiryMs: timings.idleExpiryMs,
      timers,
      onExpired: () => {
        metrics.expired++;
        session.idledOut = true;
        this.end(session, 'expired', 'expired');
        this.changed();
      },
    });
    session.watch(() => this.changed());
    this.byToken.set(session.token, session);
    this.remember(session);
    metrics.sessionsOpened++;
    metrics.maxOpenSessions = Math.max(metrics.maxOpenSessions, this.openSessions().length);
    return session;
  }

  private end(session: EngineSession, state: SessionEnd, reason?: string): void {
    if (reason !== undefined && session.isOpen && this.parts.habits.stopEvent) {
      session.push({ name: 'download_stopped', params: { reason } });
    }
    session.move(state);
  }

  private openOf(content?: Content): EngineSession[] {
    return this.openSessions().filter(
      (session) => content === undefined || session.content.infohash === content.infohash,
    );
  }

  private remember(session: EngineSession): void {
    this.history.push(session);
    if (this.history.length <= ENDED_SESSIONS_KEPT) return;
    const oldest = this.history.findIndex((candidate) => !candidate.isOpen);
    const [gone] = oldest < 0 ? [] : this.history.splice(oldest, 1);
    if (gone && this.byToken.get(gone.token) === gone) this.byToken.delete(gone.token);
  }

  private feelPressure(): void {
    const now = this.parts.timers.clock.monotonic();
    this.recentStarts.push(now);
    while (now - (this.recentStarts[0] ?? now) > 60_000) this.recentStarts.shift();
    const limits = this.faults.peek('memoryPressure');
    if (!limits) return;
    const { startsPerMinute = Infinity, parallelSessions = Infinity, downMs = 1000 } = limits;
    if (this.recentStarts.length <= startsPerMinute && this.openSessions().length <= parallelSessions) return;
    this.parts.onCrash(downMs);
  }

  private hex(digits: number): string {
    return Array.from({ length: digits }, () => Math.floor(this.parts.random() * 16).toString(16)).join('');
  }
}

export function placeOf(content: Content, route?: string): FaultPlace {
  return {
    contentKeys: [content.contentId, content.infohash, content.name],
    ...(route === undefined ? {} : { route }),
  };
}

function startFailure(faults: FaultBook, place: FaultPlace): StartResult | undefined {
  const licence = faults.take('licence', place);
  if (licence) {
    const extraData = { reason: 'missing_option', option: licence.option ?? 'proxyServer' };
    return { kind: 'error', text: 'missing option', extraData };
  }
  const error = faults.take('errorJson', place);
  if (!error) return undefined;
  return { kind: 'error', text: error.text, ...(error.extraData ? { extraData: error.extraData } : {}) };
}
