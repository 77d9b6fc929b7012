import type { MetricsRegistry, Sample } from '../../platform/metrics.js';
import type { OverviewNow } from '../../platform/overview/overview-registry.js';

const UP = { ok: 1, degraded: 0.5, down: 0 } as const;

/** The overview for Prometheus; hosts and kinds are names, never addresses. */
export function measureOverview(
  metrics: MetricsRegistry,
  read: () => Promise<OverviewNow>,
  nowSeconds: () => number,
): void {
  const each = (
    name: string,
    help: string,
    labelNames: readonly string[],
    pick: (now: OverviewNow) => Sample[],
  ): void => metrics.gauge({ name, help, labelNames }, async () => pick(await read()));
  const byCache = (pick: (cache: OverviewNow['caches'][number]) => number) => (now: OverviewNow) =>
    now.caches.map((cache) => ({ labels: { cache: cache.name }, value: pick(cache) }));
  each(
    'cache_hits',
    'Questions that a cache could answer since the start.',
    ['cache'],
    byCache(({ hits }) => hits),
  );
  each(
    'cache_misses',
    'Questions that a cache could not answer since the start.',
    ['cache'],
    byCache(({ misses }) => misses),
  );
  for (const what of ['entries', 'bytes'] as const) {
    const help = { entries: 'Answers that a cache keeps.', bytes: 'Bytes that a cache keeps.' }[what];
    each(`cache_${what}`, help, ['cache'], ({ caches }) =>
      caches.flatMap(({ name, [what]: value }) =>
        value === undefined ? [] : [{ labels: { cache: name }, value }],
      ),
    );
  }
  each('host_error_rate', 'Share of failures among the last answers.', ['kind', 'host'], ({ hosts }) =>
    hosts.flatMap(({ kind, name, errorRate }) =>
      typeof errorRate === 'number' ? [{ labels: { kind, host: name }, value: errorRate }] : [],
    ),
  );
  each('host_up', '1 = it is well, 0.5 = degraded, 0 = down.', ['kind', 'host'], ({ hosts }) =>
    hosts.flatMap(({ kind, name, state }) =>
      state in UP ? [{ labels: { kind, host: name }, value: UP[state as keyof typeof UP] }] : [],
    ),
  );
  each('freshness_seconds', 'Age of what was read longest ago.', ['what'], ({ freshness }) =>
    freshness.flatMap(({ what, oldestSuccessAt }) =>
      oldestSuccessAt === null ? [] : [{ labels: { what }, value: nowSeconds() - oldestSuccessAt }],
    ),
  );
  each('stale', 'Lists, guides and feeds whose last reading failed.', ['what'], ({ freshness }) =>
    freshness.map(({ what, stale }) => ({ labels: { what }, value: stale.length })),
  );
  each('items', 'What there is, by kind.', ['what', 'kind'], ({ counts }) =>
    Object.entries(counts).flatMap(([what, kinds]) =>
      Object.entries(kinds).map(([kind, value]) => ({ labels: { what, kind }, value })),
    ),
  );
}
