import type { Timer } from '../../../src/platform/clock.js';
import type { TimerBook } from '../net/timer-book.js';
import { LASTING } from './fault.js';
import type { Fault, FaultKind, FaultOf } from './fault.js';

export interface FaultScope {
  /** Content id, infohash or name; absent = everything this host serves. */
  content?: string;
  /** Only requests of this route, where the fault strikes requests. */
  route?: string;
  /** Strikes so many times. Default: once, or without limit for those that last or when `forMs` is given. */
  times?: number;
  /** Is over after this time. */
  forMs?: number;
  /** Begins after this time. */
  afterMs?: number;
}

export interface ActiveFault {
  readonly fault: Fault;
  readonly scope: FaultScope;
  readonly active: boolean;
  /** How often it has struck. */
  readonly struck: number;
  /** Ends it now. */
  remove(): void;
}

/** Where a fault could strike: a content (by any of its names), a route. */
export interface FaultPlace {
  contentKeys?: readonly string[];
  route?: string;
}

/** The faults that a host has been told to show, and how much of each is left. */
export class FaultBook {
  private readonly entries = new Set<Entry>();

  constructor(
    private readonly timers: TimerBook,
    /** Called when a fault begins and when it is over. */
    private readonly onChange: (fault: ActiveFault) => void = () => {},
  ) {}

  inject(fault: Fault, scope: FaultScope = {}): ActiveFault {
    const entry = new Entry(fault, scope, (e) => this.end(e));
    this.entries.add(entry);
    if (scope.afterMs) entry.timer = this.timers.after(scope.afterMs, () => this.begin(entry));
    else this.begin(entry);
    return entry;
  }

  /** The first active fault of this kind, without using it up. */
  peek<K extends FaultKind>(kind: K, place: FaultPlace = {}): FaultOf<K> | undefined {
    return this.find(place, ({ fault }) => fault.kind === kind)?.fault as FaultOf<K> | undefined;
  }

  /** Like `peek`, and counts as one strike. */
  take<K extends FaultKind>(kind: K, place: FaultPlace = {}): FaultOf<K> | undefined {
    return this.takeWhere(place, ({ fault }) => fault.kind === kind)?.fault as FaultOf<K> | undefined;
  }

  /** The first active fault here that satisfies the test, not used up. */
  find(place: FaultPlace, test: (entry: ActiveFault) => boolean): ActiveFault | undefined {
    return this.first(place, test);
  }

  takeWhere(place: FaultPlace, test: (entry: ActiveFault) => boolean): ActiveFault | undefined {
    const entry = this.first(place, test);
    if (entry) this.strike(entry);
    return entry;
  }

  list(): ActiveFault[] {
    return [...this.entries];
  }

  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  clear(): void {
    for (const entry of [...this.entries]) this.end(entry);
  }

  private first(place: FaultPlace, test: (entry: ActiveFault) => boolean): Entry | undefined {
    for (const entry of this.entries) {
      if (entry.active && entry.matches(place) && test(entry)) return entry;
    }
    return undefined;
  }

  private begin(entry: Entry): void {
    entry.active = true;
    const { forMs } = entry.scope;
    entry.timer = forMs === undefined ? undefined : this.timers.after(forMs, () => this.end(entry));
    this.onChange(entry);
  }

  private strike(entry: Entry): void {
    entry.struck++;
    entry.left--;
    if (entry.left <= 0) this.end(entry);
  }

  private end(entry: Entry): void {
    if (!this.entries.delete(entry)) return;
    const wasActive = entry.active;
    entry.active = false;
    entry.timer?.cancel();
    if (wasActive) this.onChange(entry);
  }
}

class Entry implements ActiveFault {
  active = false;
  struck = 0;
  left: number;
  timer: Timer | undefined;

  constructor(
    readonly fault: Fault,
    readonly scope: FaultScope,
    private readonly onRemove: (entry: Entry) => void,
  ) {
    const unlimited = LASTING.has(fault.kind) || scope.forMs !== undefined;
    this.left = scope.times ?? (unlimited ? Number.POSITIVE_INFINITY : 1);
  }

  matches(place: FaultPlace): boolean {
    const { content, route } = this.scope;
    if (route !== undefined && place.route !== route) return false;
    return content === undefined || (place.contentKeys?.includes(content) ?? false);
  }

  remove(): void {
    this.onRemove(this);
  }
}
