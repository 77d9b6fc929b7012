import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { personsIn, readFilmCredits } from './film-credits.js';

describe('credits of a film', () => {
  it('are read with the numbers of persons, and without them from older forms', () => {
    const stored = {
      directors: [{ id: 8452, name: 'Andrei Tarkovsky' }, 'Somebody'],
      cast: [
        { id: 8458, name: 'Alisa Freindlich', character: 'Wife' },
        { name: 'Nobody', character: 'Dog' },
      ],
    };
    expect(readFilmCredits(stored)).toEqual([
      { personId: 8452, name: 'Andrei Tarkovsky', role: 'director', character: '' },
      { personId: null, name: 'Somebody', role: 'director', character: '' },
      { personId: 8458, name: 'Alisa Freindlich', role: 'actor', character: 'Wife' },
      { personId: null, name: 'Nobody', role: 'actor', character: 'Dog' },
    ]);
  });

  it('name each person once', () => {
    const stored = {
      directors: [{ id: 1, name: 'A' }],
      cast: [{ id: 1, name: 'A' }, { id: 2, name: 'B' }, 'C'],
    };
    expect(personsIn(readFilmCredits(stored))).toEqual([1, 2]);
  });

  it('are bounded, and never hold what is no name or no number, whatever is stored', () => {
    const entry = fc.oneof(fc.anything(), fc.record({ id: fc.anything(), name: fc.string() }));
    const stored = fc.record({ directors: fc.anything(), cast: fc.array(entry, { maxLength: 60 }) });
    fc.assert(
      fc.property(fc.oneof(stored, fc.anything()), (anything) => {
        const credits = readFilmCredits(anything);
        expect(credits.length).toBeLessThanOrEqual(40);
        for (const { name, personId } of credits) {
          expect(name).not.toBe('');
          expect(personId === null || (Number.isInteger(personId) && personId > 0)).toBe(true);
        }
      }),
    );
  });
});
