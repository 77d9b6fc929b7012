import { expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseFilmDetails, parseFilms } from '../../src/vod/tmdb/parse-film.js';
import { parseGenres, parsePerson } from '../../src/vod/tmdb/parse-other.js';
import { describeWithService } from '../fakes/services.js';

const folder = path.resolve('..', 'shared', 'data', 'tmdb');
const english = { languages: ['en-US'], region: 'US' };

function read(name: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as unknown;
}

describeWithService('shared-data', 'answers that TMDB really gave', () => {
  const files = readdirSync(folder).filter((name) => name !== 'manifest.json' && name.endsWith('.json'));

  it('reads every film with details', () => {
    const films = files
      .filter((name) => /^movie_\d+(_\d)?(__.*)?\.json$/.test(name) && !name.startsWith('movie_0'))
      .map((name) => ({ name, details: parseFilmDetails(read(name), english) }));
    expect(films.length).toBeGreaterThan(12);
    expect(films.filter(({ details }) => details === null).map(({ name }) => name)).toEqual([]);
    const parts = films.find(({ name }) => name.startsWith('movie_550__'))?.details;
    expect(parts).toMatchObject({
      id: 550,
      title: 'Fight Club',
      year: 1999,
      minutes: 139,
      imdbId: 'tt0137523',
      directors: [{ id: 7467, name: 'David Fincher' }],
      certification: 'R',
      posterPath: '/jSziioSwPVrOy9Yow3XhWIBDjq1.jpg',
    });
    const many = films.find(({ name }) => name.startsWith('movie_120__'))?.details;
    expect(many).toMatchObject({ id: 120, directors: [{ id: 108, name: 'Peter Jackson' }] });
    expect(many?.otherTitles.length).toBeGreaterThan(10);
    expect(many?.trailer).not.toBe('');
  });

  it('reads every list of films, and takes an error for none', () => {
    const names = files.filter((name) =>
      /^(search_movie|discover_movie|trending_movie|movie_(popular|top_rated|upcoming|now_playing))/.test(
        name,
      ),
    );
    const lists = names.map((name) => ({ name, films: parseFilms(read(name)) }));
    expect(lists.length).toBeGreaterThan(15);
    expect(lists.filter(({ films }) => films === null).map(({ name }) => name)).toEqual([
      'search_movie__query=batman.json',
    ]);
    for (const { films } of lists) {
      for (const film of films ?? []) {
        expect(film).toMatchObject({ id: expect.any(Number), title: expect.any(String) });
      }
    }
    const found = parseFilms(read('find_tt1375666__external-source=imdb-id.json'), 'movie_results');
    expect(found).toMatchObject([{ id: 27205, year: 2010 }]);
  });

  it('reads genres and persons, and no film where there is none', () => {
    expect(parseGenres(read('genre_movie_list.json'))?.length).toBeGreaterThan(10);
    for (const name of files.filter((each) => /^person_\d+(_\d)?\.json$/.test(each))) {
      expect(parsePerson(read(name), 'https://pictures.test')).not.toBeNull();
    }
    const missing = files.find((name) => name.startsWith('movie_0__')) ?? '';
    expect(parseFilmDetails(read(missing), english)).toBeNull();
  });
});
