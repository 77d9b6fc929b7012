import type { Timer } from '../../../src/platform/clock.js';
import type { ActiveFault, FaultBook, FaultPlace } from '../faults/fault-book.js';
import { isMediaEvent } from '../faults/fault.js';
import type { MediaEvent } from '../faults/fault.js';
import type { TimerBook } from '../net/timer-book.js';
import type { Feed } from './feed.js';
import { Mangler } from './mangler.js';
import type { MediaUnit } from './media-source.js';
import { Pace } from './pace.js';
import type { PaceOptions } from './pace.js';

export type StreamEnd = 'fin' | 'rst' | 'truncated';

/** Where the bytes go: a socket, seen by the pump. */
export interface MediaSink {
  /** False when it is full; `MediaPump.start` is called when it has drained. */
  write(data: Buffer): boolean;
  end(how: StreamEnd): void;
}

export interface MediaPumpOptions {
  feed: Feed;
  /** Number of the first unit; default: the newest. */
  startAt?: number;
  sink: MediaSink;
  pace: PaceOptions;
  timers: TimerBook;
  random: () => number;
  faults: FaultBook;
  place: FaultPlace;
  /** How often new bytes are given out, ms. */
  tickMs: number;
  /** Bytes cut off at the very beginning: a stream may begin inside a packet. */
  startOffset?: number;
  /** From now; nothing comes after that, the connection stays. */
  deadAfterMs?: number | null;
  onBytes?: (count: number) => void;
}

const TURN_BYTES = 256 * 1024;
/** Sums of frame times miss the round number by a little. */
const ROUNDING = 1e-6;

/** Gives one reader its stream: paced, with the faults it was told to show, and never more than the reader takes. */
export class MediaPump {
  /** Bytes handed to the sink. */
  bytes = 0;
  private readonly startedAt: number;
  private readonly pace: Pace;
  private readonly mangler: Mangler;
  private readonly struck = new WeakSet<ActiveFault>();
  private readonly recent: MediaUnit[] = [];
  private loopIndex: number | undefined;
  private index: number;
  private granted = 0;
  private sent = 0;
  private lastAllowance = 0;
  private carry: Buffer | undefined;
  private skip: number;
  private tail: Buffer = Buffer.alloc(0);
  private stalledUntil = 0;
  private keyframesBackAt: number | undefined;
  private blocked = false;
  private stopped = false;
  private timer: Timer | undefined;

  constructor(private readonly options: MediaPumpOptions) {
    this.startedAt = this.now();
    this.index = options.startAt ?? options.feed.head;
    this.pace = new Pace(options.pace, options.random);
    this.mangler = new Mangler(options.faults, options.place, options.random);
    this.skip = options.startOffset ?? 0;
  }

  /** Number of the next unit this reader gets. */
  get position(): number {
    return this.index;
  }

  get isStalled(): boolean {
    return this.now() < this.stalledUntil;
  }

  get isDead(): boolean {
    const { deadAfterMs } = this.options;
    return typeof deadAfterMs === 'number' && this.now() - this.startedAt >= deadAfterMs;
  }

  /** Also to be called when the reader has drained. */
  start(): void {
    this.blocked = false;
    this.turn();
  }

  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    if (this.keyframesBackAt !== undefined) this.options.feed.source.suppressKeyframes = false;
  }

  private now(): number {
    return this.options.timers.clock.monotonic();
  }

  private turn(): void {
    const limit = this.bytes + TURN_BYTES;
    this.grant();
    while (!this.stopped && !this.blocked) {
      if (this.applyDueEvent()) continue;
      if (this.isStalled) return this.wait(Math.min(this.stalledUntil - this.now(), 2 ** 31 - 1));
      if (this.bytes >= limit) return this.yieldTurn();
      if (!this.carry && this.sent + ROUNDING >= this.granted) return this.wait(this.options.tickMs);
      this.give();
    }
  }

  /** What is at hand when the reader comes is given in full; only the supply after that can be low. */
  private grant(): void {
    const allowance = this.pace.allowance((this.now() - this.startedAt) / 1000);
    const low = this.options.faults.peek('rateBelow', this.options.place)?.ratio ?? 1;
    const ratio = this.lastAllowance === 0 ? 1 : low;
    if (!this.isDead) this.granted += (allowance - this.lastAllowance) * ratio;
    this.lastAllowance = allowance;
  }

  private wait(ms: number): void {
    this.timer?.cancel();
    this.timer = this.options.timers.after(ms, () => this.turn());
  }

  /** Lets sockets and other readers have their turn before more is made. */
  private yieldTurn(): void {
    setImmediate(() => this.turn());
  }

  private give(): void {
    const data = this.carry ?? this.nextBytes();
    this.carry = undefined;
    const cut = this.nextCut(data.length);
    if (cut === undefined) return this.write(data);
    this.carry = data.subarray(cut);
    this.write(data.subarray(0, cut));
  }

  private write(data: Buffer): void {
    const part = this.skip > 0 ? data.subarray(this.skip) : data;
    this.skip = Math.max(0, this.skip - data.length);
    if (part.length === 0) return;
    this.bytes += part.length;
    this.tail = part;
    this.options.onBytes?.(part.length);
    if (!this.options.sink.write(part)) this.blocked = true;
  }

  private nextBytes(): Buffer {
    const unit = this.nextUnit();
    this.sent += unit.seconds;
    if (this.keyframesBackAt !== undefined && this.sent >= this.keyframesBackAt) {
      this.keyframesBackAt = undefined;
      this.options.feed.source.suppressKeyframes = false;
    }
    return this.mangler.apply(unit.data);
  }

  private nextUnit(): MediaUnit {
    const looping = this.options.faults.peek('loopingContent', this.options.place);
    if (looping && this.recent.length > 0) return this.nextOfLoop(looping.seconds ?? 4);
    this.loopIndex = undefined;
    const { unit, next } = this.options.feed.read(this.index);
    this.index = next;
    this.recent.push(unit);
    if (this.recent.length > 250) this.recent.shift();
    return unit;
  }

  private nextOfLoop(seconds: number): MediaUnit {
    if (this.loopIndex === undefined) {
      let length = this.recent.reduce((sum, unit) => sum + unit.seconds, 0);
      while (this.recent.length > 1 && length > seconds) length -= this.recent.shift()?.seconds ?? 0;
    }
    this.loopIndex = ((this.loopIndex ?? -1) + 1) % this.recent.length;
    return this.recent[this.loopIndex] as MediaUnit;
  }

  /** Where in the next `length` bytes an event strikes. */
  private nextCut(length: number): number | undefined {
    let cut: number | undefined;
    this.options.faults.find(this.options.place, (entry) => {
      if (!isMediaEvent(entry.fault) || this.struck.has(entry)) return false;
      const at = entry.fault.atBytes;
      if (at === undefined || at - this.bytes >= length || at <= this.bytes) return false;
      cut = Math.min(cut ?? length, at - this.bytes);
      return false;
    });
    return cut;
  }

  private applyDueEvent(): boolean {
    const { faults, place } = this.options;
    if (faults.isEmpty) return false;
    const elapsed = this.now() - this.startedAt;
    const entry = faults.takeWhere(place, (candidate) => {
      if (!isMediaEvent(candidate.fault) || this.struck.has(candidate)) return false;
      const { atBytes = 0, atMs = 0 } = candidate.fault;
      return this.bytes >= atBytes && elapsed >= atMs;
    });
    if (!entry) return false;
    this.struck.add(entry);
    this.strike(entry.fault as MediaEvent);
    return true;
  }

  private strike(event: MediaEvent): void {
    switch (event.kind) {
      case 'stall':
        this.stalledUntil = this.now() + event.ms;
        return;
      case 'dropFin':
        return this.finish('fin');
      case 'dropRst':
        return this.finish('rst');
      case 'truncatedChunk':
        return this.finish('truncated');
      case 'garbage':
        return this.write(this.randomBytes(event.bytes));
      case 'misalign':
        this.skip += event.bytes;
        return;
      case 'duplicateBytes':
        return this.write(this.tail.subarray(-event.bytes));
      case 'textInStream':
        return this.write(Buffer.from(event.text ?? 'Internal error: download not found\r\n'));
      case 'ptsJump':
        return this.mangler.jump(event.seconds);
      case 'pcrWrap':
        return this.mangler.wrapAfter(event.inSeconds);
      case 'pmtChange':
        return this.mangler.changePmt(event.movePids ?? 0);
      case 'noKeyframe':
        this.options.feed.source.suppressKeyframes = true;
        this.keyframesBackAt = this.sent + event.seconds;
        return;
      case 'burstBlast':
        this.granted += event.mediaSeconds;
        return;
    }
  }

  private finish(how: StreamEnd): void {
    this.stop();
    this.options.sink.end(how);
  }

  private randomBytes(count: number): Buffer {
    const bytes = Buffer.alloc(count);
    for (let i = 0; i < count; i++) bytes[i] = Math.floor(this.options.random() * 256);
    return bytes;
  }
}
