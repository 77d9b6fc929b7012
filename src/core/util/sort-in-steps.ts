const RUN = 512;
const MOVES_A_STEP = 4096;

/**
 * Sorts a copy, and pauses now and then so that the caller can let others in: a long array in one go holds up
 * everything. Stable.
 */
export function* sortInSteps<T>(items: readonly T[], compare: (a: T, b: T) => number): Generator<void, T[]> {
  let from: T[] = [];
  for (let start = 0; start < items.length; start += RUN) {
    from.push(...items.slice(start, start + RUN).sort(compare));
    yield;
  }
  let into = new Array<T>(from.length);
  for (let width = RUN; width < from.length; width *= 2) {
    for (let start = 0; start < from.length; start += 2 * width) {
      yield* merge(from, into, start, width, compare);
    }
    [from, into] = [into, from];
  }
  return from;
}

/** Two sorted runs of `from`, the first at `start`, become one of `into`. */
function* merge<T>(
  from: readonly T[],
  into: T[],
  start: number,
  width: number,
  compare: (a: T, b: T) => number,
): Generator<void> {
  const middle = Math.min(start + width, from.length);
  const end = Math.min(start + 2 * width, from.length);
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takesLeft = right >= end || (left < middle && compare(from[left] as T, from[right] as T) <= 0);
    into[at] = from[takesLeft ? left++ : right++] as T;
    if (at % MOVES_A_STEP === MOVES_A_STEP - 1) yield;
  }
}
