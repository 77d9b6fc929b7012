/** Delay before attempt `attempt` (0-based), from a fixed ladder whose last step repeats. Milliseconds. */
export function ladderDelay(ladderMs: readonly number[], attempt: number): number {
  return ladderMs[Math.min(attempt, ladderMs.length - 1)] ?? 0;
}

/** Spreads `ms` by ± `share` so that many schedules do not meet. `random` yields [0, 1). */
export function withJitter(ms: number, share: number, random: () => number): number {
  return Math.round(ms * (1 - share + 2 * share * random()));
}
