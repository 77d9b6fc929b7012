import type { Clock, Timer } from '../platform/clock.js';

/** Who holds a stream open, as far as limits are concerned. */
export interface Holder {
  userId: number;
  address: string;
  userAgent: string;
  channelId: number;
}

/** Whose coming ends another stream. */
export interface Newcomer extends Holder {
  /** Monotonic ms. */
  openedAt: number;
}

export interface LimiterOptions {
  /** A stream counts after this time … */
  graceMs: number;
  /** … or after so many bytes: players probe a channel several times before they play it, and probes are free. */
  graceBytes: number;
}

export const LIMITER_DEFAULTS: LimiterOptions = { graceMs: 2_000, graceBytes: 512 * 1024 };

interface Entry {
  holder: Holder;
  maxConnections: number;
  openedAt: number;
  counts: boolean;
  timer: Timer;
  end: (by: Newcomer) => void;
}

/** One open stream in the eyes of the limiter. */
export interface Place {
  /** Tells how many bytes have gone out so far. */
  noteBytes(total: number): void;
  /** Idempotent. */
  release(): void;
}

/**
 * Keeps every account within its number of viewers. The newcomer is never refused: players open the next stream
 * before the old socket is gone, and whoever zaps wants the new channel. Instead an older viewer of the account has
 * to go. All is counted from what is open; nothing is kept by hand, and no step waits.
 */
export class ConnectionLimiter {
  private readonly entries = new Set<Entry>();

  constructor(
    private readonly clock: Clock,
    private readonly options: LimiterOptions = LIMITER_DEFAULTS,
  ) {}

  /** `end` is called when the stream has to make way for another one. 0 = no limit. */
  acquire(holder: Holder, maxConnections: number, end: (by: Newcomer) => void): Place {
    const { graceMs, graceBytes } = this.options;
    const entry: Entry = {
      holder,
      maxConnections,
      openedAt: this.clock.monotonic(),
      counts: false,
      timer: this.clock.setTimer(graceMs, () => this.count(entry)),
      end,
    };
    this.entries.add(entry);
    return {
      noteBytes: (total) => {
        if (total >= graceBytes) this.count(entry);
      },
      release: () => this.remove(entry),
    };
  }

  /** Viewers of this account that count; several sockets of one device on one channel are one viewer. */
  active(userId: number): number {
    return this.viewersOf(userId).size;
  }

  /** Whether this viewer fits in beside all who have a stream open, also those who do not count yet. */
  hasRoomFor(holder: Holder, maxConnections: number): boolean {
    if (maxConnections === 0) return true;
    const others = this.viewersOf(holder.userId, () => true);
    others.delete(viewerKey(holder));
    return others.size < maxConnections;
  }

  /**
   * Ends what would have to go if this newcomer counted already; false when nothing had to. For the case that the
   * newcomer cannot even start while the old stream holds the last place on an engine.
   */
  preempt(holder: Holder, maxConnections: number): boolean {
    if (maxConnections === 0) return false;
    const others = this.viewersOf(holder.userId);
    others.delete(viewerKey(holder));
    const newcomer = { ...holder, openedAt: this.clock.monotonic() };
    return this.endSurplus(others, newcomer, others.size + 1 - maxConnections);
  }

  private count(entry: Entry): void {
    if (entry.counts || !this.entries.has(entry)) return;
    entry.counts = true;
    entry.timer.cancel();
    if (entry.maxConnections === 0) return;
    const viewers = this.viewersOf(entry.holder.userId);
    const surplus = viewers.size - entry.maxConnections;
    viewers.delete(viewerKey(entry.holder));
    this.endSurplus(viewers, { ...entry.holder, openedAt: entry.openedAt }, surplus);
  }

  /** Ends `surplus` of the viewers: the same device first, then the same address, then the oldest. */
  private endSurplus(viewers: Map<string, Entry[]>, newcomer: Newcomer, surplus: number): boolean {
    const rank = ([first]: Entry[]): number => {
      if (first?.holder.address !== newcomer.address) return 2;
      return first.holder.userAgent === newcomer.userAgent ? 0 : 1;
    };
    const victims = [...viewers.values()]
      .sort((a, b) => rank(a) - rank(b) || startOf(a) - startOf(b))
      .slice(0, Math.max(0, surplus));
    for (const entry of victims.flat()) {
      this.remove(entry);
      entry.end(newcomer);
    }
    return victims.length > 0;
  }

  private viewersOf(userId: number, isMeant = ({ counts }: Entry): boolean => counts): Map<string, Entry[]> {
    const viewers = new Map<string, Entry[]>();
    for (const entry of this.entries) {
      if (entry.holder.userId !== userId || !isMeant(entry)) continue;
      const key = viewerKey(entry.holder);
      viewers.set(key, [...(viewers.get(key) ?? []), entry]);
    }
    return viewers;
  }

  private remove(entry: Entry): void {
    entry.timer.cancel();
    this.entries.delete(entry);
  }
}

function viewerKey({ address, userAgent, channelId }: Holder): string {
  return `${channelId}\n${address}\n${userAgent}`;
}

function startOf(entries: readonly Entry[]): number {
  return Math.min(...entries.map(({ openedAt }) => openedAt));
}
