import { pictureUrl } from './film-facts.js';
import { pathIn } from './parse-film.js';
import { idIn, isJson, objectsIn, textIn } from '../../core/util/read-json.js';
import type { TmdbGenre, TmdbPerson } from './tmdb-types.js';

const MAX_GENRES = 100;
const MAX_NAME = 120;

/** null = this is no list of genres. */
export function parseGenres(answer: unknown): TmdbGenre[] | null {
  if (!isJson(answer) || !Array.isArray(answer.genres)) return null;
  return objectsIn(answer, 'genres', MAX_GENRES).flatMap((each) => {
    const id = idIn(each, 'id');
    const name = textIn(each, 'name', MAX_NAME);
    return id === null || name === '' ? [] : [{ id, name }];
  });
}

/** null = this is no person. `pictures` is where TMDB keeps its pictures. */
export function parsePerson(answer: unknown, pictures: string): TmdbPerson | null {
  if (!isJson(answer)) return null;
  const id = idIn(answer, 'id');
  const name = textIn(answer, 'name', MAX_NAME);
  if (id === null || name === '') return null;
  return {
    id,
    name,
    biography: textIn(answer, 'biography'),
    birthday: textIn(answer, 'birthday', 10),
    deathday: textIn(answer, 'deathday', 10),
    placeOfBirth: textIn(answer, 'place_of_birth', MAX_NAME),
    pictureUrl: pictureUrl(pictures, 'profile', pathIn(answer, 'profile_path')),
    imdbId: textIn(answer, 'imdb_id', 20),
  };
}
