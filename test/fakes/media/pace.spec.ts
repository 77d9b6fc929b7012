import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../net/seeded-random.js';
import { FAST_PACE, MEASURED_PACE, Pace } from './pace.js';

describe('Pace', () => {
  it('gives the burst at once and then real time', () => {
    const pace = new Pace(FAST_PACE, seededRandom(1));
    expect([0, 1, 10].map((seconds) => pace.allowance(seconds))).toEqual([6, 7, 16]);
  });

  it('spreads a burst', () => {
    const pace = new Pace({ ...FAST_PACE, burstSeconds: 12, burstOverSeconds: 6 }, seededRandom(1));
    expect([0, 3, 6, 7].map((seconds) => pace.allowance(seconds))).toEqual([0, 9, 18, 19]);
  });

  it('as measured: never backwards, within the bounds of each window, and on time in the long run', () => {
    const { low, high, windowSeconds } = MEASURED_PACE.jitter ?? { low: 0, high: 0, windowSeconds: 1 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const pace = new Pace({ ...MEASURED_PACE, burstSeconds: 0 }, seededRandom(seed));
        for (let window = 0; window < 60; window++) {
          const gained =
            pace.allowance((window + 1) * windowSeconds) - pace.allowance(window * windowSeconds);
          expect(gained / windowSeconds).toBeGreaterThanOrEqual(low - 1e-9);
          expect(gained / windowSeconds).toBeLessThanOrEqual(high + 1e-9);
        }
        expect(Math.abs(pace.allowance(600) - 600)).toBeLessThan(2 * windowSeconds);
      }),
      { numRuns: 50 },
    );
  });

  it('swings as far as was measured', () => {
    const pace = new Pace({ ...MEASURED_PACE, burstSeconds: 0 }, seededRandom(3));
    const gains = Array.from(
      { length: 200 },
      (_, i) => pace.allowance((i + 1) * 10) - pace.allowance(i * 10),
    );
    expect(Math.min(...gains)).toBeLessThan(5.5);
    expect(Math.max(...gains)).toBeGreaterThan(17);
  });
});
