import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from '../../core/util/bit-set.js';
import { FilmOrder } from './film-order.js';

describe('an order of films', () => {
  it('cuts the pages that sorting would give, from few films and from many', () => {
    const film = fc.record({ key: fc.integer({ min: -5, max: 1e10 }), isIn: fc.boolean() });
    const films = fc.oneof(
      fc.array(film, { maxLength: 40 }),
      // Few of many.
      fc
        .array(film, { minLength: 100, maxLength: 200 })
        .map((all) => all.map((one, at) => ({ ...one, isIn: one.isIn && at % 29 === 0 }))),
    );
    fc.assert(
      fc.property(films, fc.nat(20), fc.nat(20), (all, skip, count) => {
        const among = new BitSet(all.length);
        const members = all.flatMap(({ isIn }, index) => (isIn ? [index] : []));
        among.addAll(Uint32Array.from(members));
        const keyOf = (index: number): number => Math.min(Math.max(0, all[index]?.key ?? 0), FilmOrder.last);
        const expected = [...members].sort((a, b) => keyOf(a) - keyOf(b) || a - b).slice(skip, skip + count);
        const order = FilmOrder.by(Float64Array.from(all, ({ key }) => key));
        expect(order.cut(among, members.length, skip, count)).toEqual(expected);
        expect([...order.of(among).subarray(skip, skip + count)]).toEqual(expected);
      }),
    );
  });
});
