import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortNumbersInSteps } from './sort-numbers-in-steps.js';

function sorted(numbers: readonly number[], keys: readonly number[]): { result: number[]; pauses: number } {
  const sorting = sortNumbersInSteps(Uint32Array.from(numbers), (a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
  for (let pauses = 0; ; pauses++) {
    const step = sorting.next();
    if (step.done) return { result: [...step.value], pauses };
  }
}

describe('numbers sorted by what they stand for', () => {
  it('are in the order of it, equal ones as they came', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 200 }), (keys) => {
        const numbers = keys.map((_, at) => at);
        const expected = [...numbers].sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
        expect(sorted(numbers, keys).result).toEqual(expected);
      }),
    );
  });

  it('lets others in between', () => {
    const keys = Array.from({ length: 50_000 }, (_, at) => (at * 7_919) % 50_000);
    const { result, pauses } = sorted(
      keys.map((_, at) => at),
      keys,
    );
    expect(result.slice(0, 3).map((at) => keys[at])).toEqual([0, 1, 2]);
    expect(pauses).toBeGreaterThan(50);
  });
});
