import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { History, type HistoryHourFigures } from '../../platform/overview/history.js';
import {
  OverviewRegistry,
  type OverviewCache,
  OverviewHost,
  type OverviewFreshness,
} from '../../platform/overview/overview-registry.js';
import { CLOCK } from '../../platform/tokens.js';
import { isoTime } from './dto/common.dto.js';
import type { OverviewDto } from './dto/overview.dto.js';

const HOURS = 24;

/** Everything an operator looks at first, in one answer. */
@Injectable()
export class OverviewAdminService {
  constructor(
    private readonly registry: OverviewRegistry,
    private readonly history: History,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async get(): Promise<OverviewDto> {
    const now = await this.registry.now();
    const hours = await this.history.last(HOURS);
    const day = sumOf(hours);
    const seconds = Math.floor(this.clock.now() / 1000);
    return {
      at: isoTime(seconds),
      uptimeSeconds: Math.floor(this.clock.monotonic() / 1000),
      freshness: now.freshness.map((each) => toFreshness(each, seconds)),
      hosts: now.hosts.map(toHost),
      counts: now.counts,
      now: now.levels,
      caches: now.caches.map((cache) => toCache(cache, day)),
      day: toTraffic(day),
      hours: hours.map(({ hour, figures }) => ({
        at: isoTime(hour * 3600),
        traffic: toTraffic(figures),
        viewers: figures['most viewers'] ?? 0,
        figures,
      })),
      missing: now.missing,
    };
  }
}

type Figures = Record<string, number>;

function sumOf(hours: readonly HistoryHourFigures[]): Figures {
  const sum: Figures = {};
  for (const { figures } of hours) {
    for (const [name, value] of Object.entries(figures)) sum[name] = (sum[name] ?? 0) + value;
  }
  return sum;
}

function toTraffic(figures: Figures): OverviewDto['day'] {
  const { requests = 0, errors = 0 } = figures;
  const bytes = figures['answer bytes'] ?? 0;
  return { requests, errors, errorRate: share(errors, requests), bytes };
}

function toFreshness(freshness: OverviewFreshness, now: number): OverviewDto['freshness'][number] {
  const { what, total, oldestSuccessAt, newestSuccessAt, nextRunAt, stale } = freshness;
  return {
    ...{ what, total },
    oldestSuccessAt: isoTime(oldestSuccessAt),
    ageSeconds: oldestSuccessAt === null ? null : Math.max(0, now - oldestSuccessAt),
    newestSuccessAt: isoTime(newestSuccessAt),
    nextRunAt: isoTime(nextRunAt),
    stale: stale.map(({ lastSuccessAt, ...each }) => ({ ...each, lastSuccessAt: isoTime(lastSuccessAt) })),
  };
}

function toHost(host: OverviewHost): OverviewDto['hosts'][number] {
  const { kind, name, state, since, lastError, lastSuccessAt, lastFailureAt, errorRate } = host;
  return {
    ...{ kind, name, state, since: isoTime(since), lastError },
    lastSuccessAt: isoTime(lastSuccessAt ?? null),
    lastFailureAt: isoTime(lastFailureAt ?? null),
    errorRate: errorRate ?? null,
  };
}

function toCache(cache: OverviewCache, day: Figures): OverviewDto['caches'][number] {
  const { name, hits, misses, entries = null, bytes = null } = cache;
  const ofDay = { hits: day[`hits ${name}`] ?? 0, misses: day[`misses ${name}`] ?? 0 };
  return {
    ...{ name, hits, misses, entries, bytes },
    hitRate: share(hits, hits + misses),
    hitRateOfDay: share(ofDay.hits, ofDay.hits + ofDay.misses),
  };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
}
