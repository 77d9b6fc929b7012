import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { IdTable } from './id-table.js';

it('holds what a map holds, of any whole numbers', () => {
  const id = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer({ min: -2_100, max: 2_100 }), fc.integer());
  const step = fc.record({ id, value: fc.option(fc.string(), { nil: null }) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.array(id), (steps, asked) => {
      const table = new IdTable<string>();
      const model = new Map<number, string>();
      for (const { id, value } of steps) {
        if (value === null) {
          table.delete(id);
          model.delete(id);
        } else {
          table.set(id, value);
          model.set(id, value);
        }
      }
      expect(table.size).toBe(model.size);
      for (const id of [...asked, ...steps.map((step) => step.id)]) expect(table.get(id)).toBe(model.get(id));
    }),
  );
});
