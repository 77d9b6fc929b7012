// Programmes of one channel from several guides → one schedule without gaps filled twice and without overlaps.

interface Slot {
  start: number;
  stop: number;
}

export interface MergeOptions {
  /** A hole or a piece of a programme shorter than this is left, in seconds. */
  minSeconds?: number;
}

const MIN_SECONDS = 300;
/** What lies around a window decides what fills its edges: programmes this far away are to be looked at too. */
export const MERGE_MARGIN_SECONDS = 6 * 3600;

/**
 * `schedules` best first, each in any order; times in epoch seconds. The programmes of the best one stand as they are; a
 * programme of the next one is taken where at least half of it lies in a hole, cut to the hole. Of two of one guide that
 * overlap, the one that begins later cuts the earlier one short. The result is in order and no two overlap.
 */
export function mergeSchedules<P extends Slot>(
  schedules: readonly (readonly P[])[],
  options: MergeOptions = {},
): P[] {
  const minSeconds = options.minSeconds ?? MIN_SECONDS;
  const [first = [], ...rest] = schedules;
  let merged = withoutOverlaps(first);
  for (const schedule of rest) {
    const fillers = withoutOverlaps(schedule).flatMap((programme) => intoHole(programme, merged, minSeconds));
    if (fillers.length > 0) merged = [...merged, ...fillers].sort((a, b) => a.start - b.start);
  }
  return merged;
}

/** In order; of two that begin together the longer one. */
function withoutOverlaps<P extends Slot>(programmes: readonly P[]): P[] {
  const sorted = [...programmes].sort((a, b) => a.start - b.start || b.stop - a.stop);
  const kept: P[] = [];
  for (const programme of sorted) {
    const last = kept.at(-1);
    if (programme.stop <= programme.start || last?.start === programme.start) continue;
    if (last !== undefined && last.stop > programme.start) {
      kept[kept.length - 1] = { ...last, stop: programme.start };
    }
    kept.push(programme);
  }
  return kept;
}

/** The programme as far as it fits between those that are there; at most one piece of it. */
function intoHole<P extends Slot>(programme: P, taken: readonly P[], minSeconds: number): P[] {
  const half = (programme.stop - programme.start) / 2;
  for (let at = lastBefore(taken, programme.start); at <= taken.length; at++) {
    const start = Math.max(programme.start, taken[at - 1]?.stop ?? -Infinity);
    const stop = Math.min(programme.stop, taken[at]?.start ?? Infinity);
    if (start >= programme.stop) break;
    const length = stop - start;
    if (length >= half && length >= Math.min(minSeconds, 2 * half)) return [{ ...programme, start, stop }];
  }
  return [];
}

/** How many of the ordered slots begin at or before a moment. */
function lastBefore(slots: readonly Slot[], moment: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle]?.start ?? Infinity) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
