import type { Clock } from '../clock.js';
import type { Resolver } from './ssrf-guard.js';

const KEPT_MS = 5 * 60_000;
const MAX_NAMES = 100;

/** Remembers the addresses of a few names for some minutes, for a client that talks to the same host all the time. */
export function cachedResolver(clock: Clock, resolve: Resolver): Resolver {
  const known = new Map<string, { at: number; answer: ReturnType<Resolver> }>();
  return (hostname) => {
    const now = clock.monotonic();
    const kept = known.get(hostname);
    if (kept && now - kept.at < KEPT_MS) return kept.answer;
    if (known.size >= MAX_NAMES) known.clear();
    const answer = resolve(hostname);
    known.set(hostname, { at: now, answer });
    answer.catch(() => known.delete(hostname));
    return answer;
  };
}
