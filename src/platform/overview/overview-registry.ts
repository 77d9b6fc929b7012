import { Inject, Injectable } from '@nestjs/common';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../clock.js';
import { describeError } from '../errors/app-error.js';
import type { Logger } from '../logging/logger.js';
import { CLOCK, LOGGER } from '../tokens.js';

export const HOST_STATES = ['ok', 'degraded', 'down', 'off', 'unknown'] as const;
/**
 * `degraded`: it fails now, and what it said before still serves. `down`: there is nothing of it, or only old things.
 * `off`: it is not used. `unknown`: nobody has asked it yet.
 */
export type HostState = (typeof HOST_STATES)[number];

/** A host somewhere else that this server depends on. */
export interface OverviewHost {
  /** "tmdb", "rutube", "list", "guide", "feed". */
  kind: string;
  /** Its name; never an address with credentials. */
  name: string;
  state: HostState;
  /** Epoch seconds of the last time it was well, or of the change to this state; null = not known. */
  since: number | null;
  /** In words, without secrets; null = none. */
  lastError: string | null;
  /** Epoch seconds; of hosts that are asked again and again. */
  lastSuccessAt?: number | null;
  lastFailureAt?: number | null;
  /** Share of failures among the last answers, 0 to 1. */
  errorRate?: number | null;
}

/** How fresh things of one kind are. Epoch seconds. */
export interface OverviewFreshness {
  /** "lists", "guides", "feeds", "films". */
  what: string;
  /** Those that are read by a schedule or have been asked for. */
  total: number;
  /** The oldest of their last successes; null = one never succeeded, or there are none. */
  oldestSuccessAt: number | null;
  newestSuccessAt: number | null;
  nextRunAt: number | null;
  /** Those whose last run failed. */
  stale: { id: number; name: string; lastSuccessAt: number | null; reason: string }[];
}

/** Since the start of this process. */
export interface OverviewCache {
  name: string;
  hits: number;
  misses: number;
  /** What is kept at this moment, and the bytes of it; absent = not counted. */
  entries?: number;
  bytes?: number;
}

/** What one room tells of itself. Each part is asked when somebody looks, and once a minute. */
export interface OverviewPart {
  /** Of the room, for the log. */
  name: string;
  freshness?: () => Promise<OverviewFreshness[]>;
  hosts?: () => Promise<OverviewHost[]> | OverviewHost[];
  /** How many there are of a thing, by its state or kind. */
  counts?: () => Promise<Record<string, Record<string, number>>>;
  caches?: () => OverviewCache[];
  /** Counted up since the start of this process, by name; kept by the hour. */
  totals?: () => Record<string, number>;
  /** What there is at this moment, by name; the most of each hour is kept. */
  levels?: () => Record<string, number>;
}

export interface OverviewNow {
  freshness: OverviewFreshness[];
  hosts: OverviewHost[];
  counts: Record<string, Record<string, number>>;
  caches: OverviewCache[];
  levels: Record<string, number>;
  /** Rooms that could not tell. */
  missing: string[];
}

/** What is told is good for so long: monitoring and dashboards ask again and again. */
const KEEP_MS = 5_000;

/** Rooms that tell how they are, registered by themselves and asked together. */
@Injectable()
export class OverviewRegistry {
  private readonly parts: OverviewPart[] = [];
  private readonly flight = new SingleFlight<'now', OverviewNow>();
  private kept: { until: number; now: OverviewNow } | undefined;

  constructor(
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  register(part: OverviewPart): void {
    this.parts.push(part);
  }

  /** As it is, or was some seconds ago. */
  async now(): Promise<OverviewNow> {
    const at = this.clock.monotonic();
    if (this.kept && this.kept.until > at) return this.kept.now;
    const now = await this.flight.run('now', () => this.askAll());
    this.kept = { until: at + KEEP_MS, now };
    return now;
  }

  /** Everything that is counted up, caches too: `hits <name>`, `misses <name>`. */
  totals(): Record<string, number> {
    const caches = this.parts.flatMap((part) => part.caches?.() ?? []);
    return Object.assign(
      {},
      ...this.parts.map((part) => part.totals?.() ?? {}),
      ...caches.map(({ name, hits, misses }) => ({ [`hits ${name}`]: hits, [`misses ${name}`]: misses })),
    ) as Record<string, number>;
  }

  levels(): Record<string, number> {
    return Object.assign({}, ...this.parts.map((part) => part.levels?.() ?? {})) as Record<string, number>;
  }

  private async askAll(): Promise<OverviewNow> {
    const now: OverviewNow = { freshness: [], hosts: [], counts: {}, caches: [], levels: {}, missing: [] };
    for (const part of this.parts) {
      try {
        now.freshness.push(...((await part.freshness?.()) ?? []));
        now.hosts.push(...((await part.hosts?.()) ?? []));
        Object.assign(now.counts, await part.counts?.());
        now.caches.push(...(part.caches?.() ?? []));
      } catch (error) {
        now.missing.push(part.name);
        this.logger.warn('a room cannot tell how it is', { room: part.name, error: describeError(error) });
      }
    }
    now.levels = this.levels();
    return now;
  }
}
