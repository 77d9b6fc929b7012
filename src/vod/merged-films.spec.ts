import { describe, expect, it } from '@jest/globals';
import { mergedAmong, type MergeTraits } from './merged-films.js';

const film = (id: number, more: Partial<MergeTraits> = {}): MergeTraits => ({
  ...{ id, tmdbId: 1398, tmdbStatus: 'match', state: 'film', isHidden: false, retiredAt: null },
  ...more,
});

describe('merged films', () => {
  it('are led to the first living film of their number', () => {
    const films = [
      ...[film(9), film(5, { tmdbStatus: 'manual' }), film(1, { retiredAt: 3 }), film(7, { retiredAt: 3 })],
      ...[film(2, { tmdbId: 8 }), film(3, { tmdbId: 8, retiredAt: 3 })],
    ];
    expect(mergedAmong(films)).toEqual([
      { id: 1, standingId: 5 },
      { id: 3, standingId: 2 },
      { id: 7, standingId: 5 },
    ]);
  });

  it.each<[string, Partial<MergeTraits>, Partial<MergeTraits>]>([
    ['one that lives', {}, {}],
    ['one that a person hid', { retiredAt: 3, isHidden: true }, {}],
    ['no film', { retiredAt: 3, state: 'rejected' }, {}],
    ['one that nobody is sure of', { retiredAt: 3, tmdbStatus: 'pending' }, {}],
    ['into one that retired', { retiredAt: 3 }, { retiredAt: 3 }],
    ['into one that a person hid', { retiredAt: 3 }, { isHidden: true }],
    ['into no film', { retiredAt: 3 }, { state: 'rejected' }],
    ['into one that nobody is sure of', { retiredAt: 3 }, { tmdbStatus: 'ambiguous' }],
    ['into another number', { retiredAt: 3 }, { tmdbId: 2 }],
  ])('are not: %s', (_what, merged, standing) => {
    expect(mergedAmong([film(2, merged), film(1, standing)])).toEqual([]);
  });
});
