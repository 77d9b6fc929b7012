import { describe, expect, it } from '@jest/globals';
import type { ShownFilm } from '../../vod/shown-films.repository.js';
import { isMadeOf, TextPool, toFilm } from './catalog-film.js';

const STORED: ShownFilm = {
  ...{ id: 7, title: ' Stalker\n', originalTitle: 'Сталкер', year: 1979, durationSeconds: 9_720 },
  ...{ description: 'A guide leads two men.', genres: ['Drama'], rating: 8.1, ageLimit: null },
  ...{ isAdult: false, guidePicture: 'http://a.test/g.jpg', posterUrl: '', backdropUrl: '', tmdbId: null },
  ...{ views: 0, addedAt: 1, updatedAt: 2, editedFields: '', tmdbDetails: null },
};

const WITH_CREDITS = JSON.stringify({
  directors: [{ id: 2, name: 'A' }, 'B'],
  cast: [{ id: 2, name: 'A' }, { id: 1, name: 'C' }, { id: 'x', name: 'D' }, { id: 9 }],
});

describe('a film in memory', () => {
  it.each([null, 'null', 'damaged', '{"title":"Stalker","year":1980,"genres":["Science Fiction"]}'])(
    'is the same while it is stored the same, with %s of TMDB',
    (tmdbDetails) => {
      const stored = { ...STORED, tmdbDetails };
      const film = toFilm(stored, new TextPool());
      expect(isMadeOf(film, { ...stored, genres: ['Drama'] })).toBe(true);
      for (const field of Object.keys(stored) as (keyof ShownFilm)[]) {
        const value = field === 'genres' ? ['Drama', 'War'] : 'another';
        expect([field, isMadeOf(film, { ...stored, [field]: value })]).toEqual([field, false]);
      }
    },
  );

  it('takes its best facts of TMDB, where it is known there', () => {
    const tmdbDetails = '{"title":"Stalker","year":1980,"genres":["Science Fiction"]}';
    expect(toFilm({ ...STORED, tmdbDetails }, new TextPool())).toMatchObject({
      ...{
        title: 'Stalker',
        isKnown: true,
        bestYear: 1980,
        bestRating: 8.1,
        bestGenres: ['Science Fiction'],
      },
    });
    expect(toFilm({ ...STORED, tmdbDetails: WITH_CREDITS }, new TextPool()).persons).toEqual([2, 1]);
    expect(toFilm(STORED, new TextPool())).toMatchObject({ isKnown: false, bestGenres: ['Drama'] });
  });
});
