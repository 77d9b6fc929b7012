import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from './bit-set.js';

const SIZE = 200;
const numbers = fc.uniqueArray(fc.nat(SIZE - 1));

function setOf(values: readonly number[]): BitSet {
  const set = new BitSet(SIZE);
  set.addAll(Uint32Array.from(values));
  return set;
}

const sorted = (values: Iterable<number>): number[] => [...values].sort((a, b) => a - b);

describe('a set of bits', () => {
  it('holds what was put in, counts it and tells it in order', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const set = setOf(values);
        expect([...set.members()]).toEqual(sorted(values));
        expect([...set.toNumbers(set.count)]).toEqual(sorted(values));
        expect(set.count).toBe(values.length);
        for (let index = 0; index < SIZE; index++) expect(set.has(index)).toBe(values.includes(index));
      }),
    );
  });

  it('is joined with others as sets are', () => {
    fc.assert(
      fc.property(numbers, numbers, (one, two) => {
        const both = one.filter((value) => two.includes(value));
        const rest = one.filter((value) => !two.includes(value));
        const first = setOf(one);
        expect([...first.clone().keepIn(setOf(two)).members()]).toEqual(sorted(both));
        expect([...first.clone().removeIn(setOf(two)).members()]).toEqual(sorted(rest));
        expect([...first.members()]).toEqual(sorted(one));
      }),
    );
  });
});
