import { describe, expect, it } from '@jest/globals';
import { soak } from './soak.js';

const seconds = Number(process.env['ROOFTOP_SOAK_SECONDS'] ?? 30);
const seed = Number(process.env['ROOFTOP_SOAK_SEED'] ?? 7);

describe(`viewers and faults for ${seconds} s, seed ${seed}`, () => {
  it(
    'leave nothing behind',
    async () => {
      const result = await soak({ seconds, seed });
      expect(result.viewings).toBeGreaterThan(seconds);
      expect(result.bytes).toBeGreaterThan(0);
      expect(result).toMatchObject({ unhandled: [], leftOver: [], leaked: 0, superseded: 0 });
      expect(result.readersPerSession).toBeLessThanOrEqual(1);
    },
    seconds * 1000 + 120_000,
  );
});
