const MOVES_A_STEP = 8_192;
/** Short runs are sorted where they are. */
const RUN = 16;

/**
 * Sorts whole numbers by what they stand for, in a copy outside of the heap, and pauses now and then so that the caller
 * can let others in. Stable.
 */
export function* sortNumbersInSteps(
  numbers: Uint32Array,
  compare: (a: number, b: number) => number,
): Generator<void, Uint32Array> {
  const { length } = numbers;
  let from = numbers.slice();
  let to = new Uint32Array(length);
  for (let start = 0; start < length; start += RUN) {
    insertionSort(from, start, Math.min(start + RUN, length), compare);
    if (start % (MOVES_A_STEP / 4) === 0) yield;
  }
  for (let width = RUN; width < length; width *= 2) {
    for (let start = 0; start < length; start += width * 2) {
      const middle = Math.min(start + width, length);
      const end = Math.min(start + width * 2, length);
      let left = start;
      let right = middle;
      for (let at = start; at < end; at++) {
        const isLeft = right >= end || (left < middle && compare(from[left] ?? 0, from[right] ?? 0) <= 0);
        to[at] = (isLeft ? from[left++] : from[right++]) ?? 0;
        if (at % MOVES_A_STEP === MOVES_A_STEP - 1) yield;
      }
    }
    [from, to] = [to, from];
  }
  return from;
}

function insertionSort(
  numbers: Uint32Array,
  start: number,
  end: number,
  compare: (a: number, b: number) => number,
): void {
  for (let next = start + 1; next < end; next++) {
    const number = numbers[next] ?? 0;
    let at = next;
    for (; at > start && compare(numbers[at - 1] ?? 0, number) > 0; at--) numbers[at] = numbers[at - 1] ?? 0;
    numbers[at] = number;
  }
}
