import { ladderDelay } from '../core/util/backoff.js';
import type { EndReason } from './source-driver.js';
import type { StreamSource } from './stream-source.js';

export interface Attempt {
  source: StreamSource;
  /** Pause before it, ms. */
  delayMs: number;
  prefer?: string;
  avoid: ReadonlySet<string>;
}

/** Where and why a stream broke. */
export interface Break {
  source: StreamSource;
  place: string;
  reason: EndReason;
}

const NOWHERE: ReadonlySet<string> = new Set();
/** Breaks after which the same place has nothing to offer. */
const PLACE_AT_FAULT: ReadonlySet<EndReason> = new Set(['engine-down', 'superseded']);

/** The first start: every source once, in order. */
export function startAttempts(sources: readonly StreamSource[]): Attempt[] {
  return sources.map((source) => ({ source, delayMs: 0, avoid: NOWHERE }));
}

export interface RecoveryPlan {
  sources: readonly StreamSource[];
  broken: Break;
  /** The break speaks against the source: the others come first. */
  blamesSource: boolean;
  backoffMs: readonly number[];
  /** At how many places a source can be had. */
  places(source: StreamSource): number;
  /** What a source showed last; undefined = not known. */
  codecOf(source: StreamSource): string | undefined;
}

/** What to try when somebody chose a source: that one at once, then the others and round again. */
export function* chosenAttempts(
  sources: readonly StreamSource[],
  chosen: StreamSource,
  backoffMs: readonly number[],
): Generator<Attempt, never> {
  const at = sources.indexOf(chosen);
  const order = [chosen, ...sources.slice(at + 1), ...sources.slice(0, Math.max(0, at))];
  for (let step = 0; ; step++) {
    const source = order[step % order.length] ?? chosen;
    yield { source, delayMs: ladderDelay(backoffMs, step), avoid: NOWHERE };
  }
}

/**
 * What to try after a break, without end: a new session at the same place, the same source elsewhere, then the other
 * sources and round again, with growing pauses. Those that are known to show another codec come last.
 */
export function* recoveryAttempts(plan: RecoveryPlan): Generator<Attempt, never> {
  const { sources, broken, backoffMs } = plan;
  let step = 0;
  const delayed = (attempt: Omit<Attempt, 'delayMs'>): Attempt => ({
    ...attempt,
    delayMs: ladderDelay(backoffMs, step++),
  });
  const at = sources.indexOf(broken.source);
  const others = sameCodecFirst([...sources.slice(at + 1), ...sources.slice(0, Math.max(0, at))], plan);
  const startsElsewhere = plan.blamesSource && others.length > 0;
  if (!startsElsewhere && !PLACE_AT_FAULT.has(broken.reason)) {
    yield delayed({ source: broken.source, prefer: broken.place, avoid: NOWHERE });
  }
  if (!startsElsewhere && plan.places(broken.source) > 1) {
    yield delayed({ source: broken.source, avoid: new Set([broken.place]) });
  }
  for (;;) {
    for (const source of [...others, broken.source]) yield delayed({ source, avoid: NOWHERE });
  }
}

/** Otherwise they keep their order. */
function sameCodecFirst(others: readonly StreamSource[], plan: RecoveryPlan): StreamSource[] {
  const shown = plan.codecOf(plan.broken.source);
  const differs = (source: StreamSource): boolean => (plan.codecOf(source) ?? shown) !== shown;
  return [...others.filter((source) => !differs(source)), ...others.filter(differs)];
}
