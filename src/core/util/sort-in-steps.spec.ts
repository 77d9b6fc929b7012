import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { sortInSteps } from './sort-in-steps.js';

function run<T>(items: readonly T[], compare: (a: T, b: T) => number): { sorted: T[]; steps: number } {
  const sorting = sortInSteps(items, compare);
  for (let steps = 0; ; steps++) {
    const { done, value } = sorting.next();
    if (done) return { sorted: value, steps };
  }
}

describe('sorting in steps', () => {
  it('is the same as sorting, equal ones in their order', () => {
    const entries = fc.array(fc.tuple(fc.nat(50), fc.nat()), { maxLength: 3_000, size: 'max' });
    fc.assert(
      fc.property(entries, (items) => {
        const compare = (a: [number, number], b: [number, number]): number => a[0] - b[0];
        expect(run(items, compare).sorted).toEqual([...items].sort(compare));
      }),
      { numRuns: 30 },
    );
  });

  it('pauses often', () => {
    const items = Array.from({ length: 50_000 }, (_, index) => (index * 7_919) % 50_000);
    const { sorted, steps } = run(items, (a, b) => a - b);
    expect([sorted[0], sorted[49_999], steps > 150]).toEqual([0, 49_999, true]);
  });
});
