import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { Slicer } from '../slicer.js';
import { TextPool, toFilm } from './catalog-film.js';
import { FilmSearch } from './film-search.js';

async function searchOver(titles: readonly string[]): Promise<(text: string) => string[]> {
  const pool = new TextPool();
  const films = titles.map((title, at) =>
    toFilm(
      {
        ...{ id: at + 1, title, originalTitle: '', year: 1979, durationSeconds: null, description: '' },
        ...{ genres: [], rating: null, ageLimit: null, isAdult: false, guidePicture: '', posterUrl: '' },
        ...{ backdropUrl: '', tmdbId: null, views: 0, addedAt: 1, updatedAt: 1, editedFields: '' },
        tmdbDetails: null,
      },
      pool,
    ),
  );
  const search = await FilmSearch.over(films, undefined, new Slicer(new FakeClock(), 5));
  return (text) => [...(search.find(text)?.all.members() ?? [])].map((at) => titles[at] ?? '');
}

describe('the search for films', () => {
  it('finds words by their beginning, in another script, too', async () => {
    const find = await searchOver(['Сталкер', 'Stalag 17', 'Ёлки 2']);
    expect([find('stal'), find('stalker'), find('елк')]).toEqual([
      ['Сталкер', 'Stalag 17'],
      ['Сталкер'],
      ['Ёлки 2'],
    ]);
  });

  it('takes numbers as they are written, not by their sound', async () => {
    const find = await searchOver(['Дом 10', 'Дом 100', 'Дом 1']);
    expect([find('дом 100'), find('дом 11'), find('dom 1')]).toEqual([
      ['Дом 100'],
      [],
      ['Дом 10', 'Дом 100', 'Дом 1'],
    ]);
  });
});
