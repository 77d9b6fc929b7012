import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from '../util/bit-set.js';
import { PrefixIndexBuilder, type PrefixIndex } from './prefix-index.js';

function indexOf(texts: readonly (readonly string[])[]): PrefixIndex {
  const builder = new PrefixIndexBuilder();
  texts.forEach((own, index) => new Set(own).forEach((text) => builder.add(text, index)));
  const building = builder.build();
  for (;;) {
    const { done, value } = building.next();
    if (done) return value;
  }
}

describe('texts by their beginnings', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'ё', '~', '漢', '😀'), maxLength: 4 });

  it('finds what begins so, and what is so', () => {
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 20 }), word, (texts, asked) => {
        const index = indexOf(texts);
        const beginning = new BitSet(texts.length);
        index.beginning(asked, beginning);
        const equal = new BitSet(texts.length);
        index.equal(asked, equal);
        const where = (fits: (text: string) => boolean): number[] =>
          texts.flatMap((own, at) => (own.some(fits) ? [at] : []));
        expect([...beginning.members()]).toEqual(where((text) => text.startsWith(asked)));
        expect([...equal.members()]).toEqual(where((text) => text === asked));
      }),
    );
  });
});
