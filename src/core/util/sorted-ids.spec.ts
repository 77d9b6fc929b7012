import { describe, expect, it } from '@jest/globals';
import { placeOfId } from './sorted-ids.js';

describe('ids in their order', () => {
  it('tell where one stands, and that it is not there', () => {
    const ids = Float64Array.of(3, 7, 500_000_001);
    expect([3, 7, 500_000_001].map((id) => placeOfId(ids, id))).toEqual([0, 1, 2]);
    expect([0, 4, 8, 500_000_002, NaN].map((id) => placeOfId(ids, id))).toEqual([-1, -1, -1, -1, -1]);
    expect(placeOfId(new Float64Array(0), 3)).toBe(-1);
  });
});
