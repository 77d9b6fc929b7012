import type { Timer } from '../../../src/platform/clock.js';
import type { TimerBook } from '../net/timer-book.js';
import type { Content } from './catalogue.js';

export type SessionFormat = 'ts' | 'hls';
export type SessionEnd = 'stopped' | 'superseded' | 'expired' | 'failed' | 'lost';
export type SessionState = 'prebuf' | 'dl' | SessionEnd;

/** From the first line of a state only the states behind it can be reached. */
export const TRANSITIONS: Record<SessionState, readonly SessionState[]> = {
  prebuf: ['dl', 'stopped', 'superseded', 'expired', 'failed', 'lost'],
  dl: ['stopped', 'superseded', 'expired', 'failed', 'lost'],
  stopped: [],
  superseded: [],
  expired: [],
  failed: [],
  lost: [],
};

export interface SessionEvent {
  name: 'download_stopped' | 'live_changed' | 'segmenter_failed';
  params: Readonly<Record<string, string | number>>;
}

export interface SessionOptions {
  id: string;
  token: string;
  pid: string;
  content: Content;
  format: SessionFormat;
  /** Infinity = it never gets there. */
  prebufMs: number;
  idleExpiryMs: number;
  timers: TimerBook;
  onExpired: (session: EngineSession) => void;
}

/** A reader of the progressive form. */
export interface SessionReader {
  /** False when it takes nothing at the moment. */
  readonly flowing: boolean;
  readonly stalled: boolean;
  readonly position: number;
  close(): void;
}

/** One playback session of the engine: prebuf → dl → one of the ends. */
export class EngineSession {
  state: SessionState = 'prebuf';
  readonly startedAt: number;
  readonly startedWall: number;
  readonly readers = new Set<SessionReader>();
  bytes = 0;
  /** Most readers at one time, those turned away included. */
  maxReaders = 0;
  /** A stop has come, whatever became of it. */
  stopRequested = false;
  /** It is being stopped, or was. */
  stopping = false;
  /** Ended because nobody used it for too long. */
  idledOut = false;
  /** Its caller got the answer, so somebody can stop it. */
  reachable = true;
  private lastActivity: number;
  private readonly watchers = new Set<() => void>();
  private readonly events: SessionEvent[] = [];
  private readyTimer: Timer | undefined;
  private idleTimer: Timer | undefined;
  private idleMs: number;

  constructor(private readonly options: SessionOptions) {
    const { clock } = options.timers;
    this.startedAt = clock.monotonic();
    this.startedWall = clock.now();
    this.lastActivity = this.startedAt;
    this.idleMs = options.idleExpiryMs;
    if (options.prebufMs <= 0) this.state = 'dl';
    else if (Number.isFinite(options.prebufMs)) {
      this.readyTimer = options.timers.after(options.prebufMs, () => this.move('dl'));
    }
    this.armIdle();
  }

  get id(): string {
    return this.options.id;
  }

  get token(): string {
    return this.options.token;
  }

  get pid(): string {
    return this.options.pid;
  }

  get content(): Content {
    return this.options.content;
  }

  get format(): SessionFormat {
    return this.options.format;
  }

  get isOpen(): boolean {
    return TRANSITIONS[this.state].length > 0;
  }

  get ageMs(): number {
    return this.options.timers.clock.monotonic() - this.startedAt;
  }

  /** 0..100 */
  get progress(): number {
    if (this.state !== 'prebuf') return 100;
    return Math.min(99, Math.floor((100 * this.ageMs) / this.options.prebufMs));
  }

  get neverStarts(): boolean {
    return this.options.prebufMs === Number.POSITIVE_INFINITY;
  }

  get isDead(): boolean {
    const { deadAfterMs } = this.content;
    return deadAfterMs !== null && this.ageMs >= deadAfterMs;
  }

  /** Somebody uses the session: it does not expire. */
  touch(): void {
    this.lastActivity = this.options.timers.clock.monotonic();
  }

  setIdleTimeout(ms: number): void {
    this.idleMs = ms;
    this.armIdle();
  }

  move(to: SessionState): boolean {
    if (!TRANSITIONS[this.state].includes(to)) return false;
    this.state = to;
    if (!this.isOpen) this.release();
    this.notify();
    return true;
  }

  push(event: SessionEvent): void {
    this.events.push(event);
    this.notify();
  }

  takeEvent(): SessionEvent | undefined {
    return this.events.shift();
  }

  /** Calls back at every change of state and every event until the returned function is called. */
  watch(callback: () => void): () => void {
    this.watchers.add(callback);
    return () => this.watchers.delete(callback);
  }

  private notify(): void {
    for (const callback of [...this.watchers]) callback();
  }

  private release(): void {
    this.readyTimer?.cancel();
    this.idleTimer?.cancel();
    for (const reader of [...this.readers]) reader.close();
    this.readers.clear();
  }

  private armIdle(): void {
    this.idleTimer?.cancel();
    if (!this.isOpen || !Number.isFinite(this.idleMs)) return;
    const now = this.options.timers.clock.monotonic();
    if ([...this.readers].some((reader) => reader.flowing)) this.touch();
    const left = this.lastActivity + this.idleMs - now;
    this.idleTimer = this.options.timers.after(Math.max(left, 1), () => {
      if ([...this.readers].some((reader) => reader.flowing)) this.touch();
      if (this.options.timers.clock.monotonic() - this.lastActivity < this.idleMs) return this.armIdle();
      this.options.onExpired(this);
    });
  }
}
