import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BitSet } from '../../core/util/bit-set.js';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { Slicer } from '../slicer.js';
import { TextPool, toFilm } from './catalog-film.js';
import { MovieIndex } from './movie-index.js';

interface Told {
  rating: number | null;
  genres: string[];
}

function indexOf(films: readonly Told[]): Promise<MovieIndex> {
  const pool = new TextPool();
  const stored = films.map(({ rating, genres }, at) => ({
    ...{
      id: at + 1,
      title: `Film ${at}`,
      originalTitle: '',
      year: 1979,
      durationSeconds: null,
      description: '',
    },
    ...{ genres, rating, ageLimit: null, isAdult: false, guidePicture: '', posterUrl: '', backdropUrl: '' },
    ...{ tmdbId: null, views: 0, addedAt: 1, updatedAt: 1, editedFields: '', tmdbDetails: null },
  }));
  return MovieIndex.over(
    stored.map((film) => toFilm(film, pool)),
    new Slicer(new FakeClock(), 5),
  );
}

const ratings = fc.oneof(
  fc.constantFrom(null, 0, 4.999999, 5, 5.000001, 10),
  fc.double({ min: 0, max: 10, noNaN: true }),
);
const leasts = fc.oneof(
  fc.constantFrom(0, 5, 10),
  fc.integer({ min: 0, max: 10_000_000 }).map((n) => n / 1e6),
);

describe('the index of the film API', () => {
  it('leaves the films that are rated at least so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ratings, { maxLength: 150 }), leasts, async (rated, least) => {
        const index = await indexOf(rated.map((rating) => ({ rating, genres: [] })));
        const all = new BitSet(rated.length);
        all.addAll(Uint32Array.from(rated, (_, at) => at).filter((at) => at % 7 !== 3));
        const left = [...index.keepRated(all, least).members()];
        const fits = (rating: number | null | undefined): boolean =>
          typeof rating === 'number' && Math.round(rating * 1e6) / 1e6 >= least;
        expect(left).toEqual([...rated.keys()].filter((at) => at % 7 !== 3 && fits(rated[at])));
      }),
    );
  });

  it('knows the films of a genre as a list, and of one with many as bits, too', async () => {
    const films = Array.from({ length: 100 }, (_, at) => ({
      rating: null,
      genres: [at === 7 ? 'Noir' : 'Drama'],
    }));
    const index = await indexOf(films);
    expect(index.ofGenre('noir')).toEqual({ films: Uint32Array.of(7), bits: undefined });
    const drama = index.ofGenre('DRAMA');
    expect(drama?.films).toHaveLength(99);
    expect([...(drama?.bits?.members() ?? [])]).toEqual([...(drama?.films ?? [])]);
    expect(index.ofGenre('opera')).toBeUndefined();
  });
});
