import type { HostState, OverviewFreshness, OverviewHost } from './overview-registry.js';

/** Something that is read from elsewhere again and again. Times in epoch seconds. */
export interface ScheduledSource {
  id: number;
  name: string;
  url: string;
  isEnabled: boolean;
  lastRunAt: number | null;
  lastSuccessAt: number | null;
  nextRunAt: number | null;
  /** Why the last run failed; null = it went well, or there was none. */
  reason: string | null;
}

const DAY = 86_400;
const MAX_STALE = 50;
const MAX_HOSTS = 100;

export function freshnessOf(what: string, sources: readonly ScheduledSource[]): OverviewFreshness {
  const enabled = sources.filter(({ isEnabled }) => isEnabled);
  const successes = enabled.flatMap(({ lastSuccessAt }) => (lastSuccessAt === null ? [] : [lastSuccessAt]));
  const runs = enabled.flatMap(({ nextRunAt }) => (nextRunAt === null ? [] : [nextRunAt]));
  const isAllKnown = enabled.length > 0 && successes.length === enabled.length;
  return {
    what,
    total: enabled.length,
    oldestSuccessAt: isAllKnown ? Math.min(...successes) : null,
    newestSuccessAt: successes.length > 0 ? Math.max(...successes) : null,
    nextRunAt: runs.length > 0 ? Math.min(...runs) : null,
    stale: enabled
      .filter(({ reason }) => reason !== null)
      .slice(0, MAX_STALE)
      .map(({ id, name, lastSuccessAt, reason }) => ({ id, name, lastSuccessAt, reason: reason ?? '' })),
  };
}

/** One entry per host, as well as the worst of its sources. */
export function hostsOf(kind: string, sources: readonly ScheduledSource[], now: number): OverviewHost[] {
  const byHost = new Map<string, ScheduledSource[]>();
  for (const source of sources.filter(({ isEnabled }) => isEnabled)) {
    const name = hostOf(source.url);
    byHost.set(name, [...(byHost.get(name) ?? []), source]);
  }
  return [...byHost].slice(0, MAX_HOSTS).map(([name, those]) => {
    const failed = those.find(({ reason }) => reason !== null);
    const since = latest(those);
    return { kind, name, state: stateOf(those, since, now), since, lastError: failed?.reason ?? null };
  });
}

function stateOf(sources: readonly ScheduledSource[], since: number | null, now: number): HostState {
  const failed = sources.filter(({ reason }) => reason !== null);
  if (failed.length === 0) return since === null ? 'unknown' : 'ok';
  if (failed.length < sources.length) return 'degraded';
  return since === null || now - since > DAY ? 'down' : 'degraded';
}

function latest(sources: readonly ScheduledSource[]): number | null {
  const successes = sources.flatMap(({ lastSuccessAt }) => (lastSuccessAt === null ? [] : [lastSuccessAt]));
  return successes.length > 0 ? Math.max(...successes) : null;
}

/** Never credentials, never a path. */
function hostOf(url: string): string {
  if (!URL.canParse(url)) return 'unknown';
  const { protocol, hostname } = new URL(url);
  return protocol === 'file:' ? 'this machine' : hostname;
}
