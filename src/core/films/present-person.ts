import type { FilmCredit } from './film-credits.js';

/** What is told of a person who made a film or plays in one. */
export interface Person {
  id: number;
  name: string;
  biography: string;
  /** `YYYY-MM-DD` */
  birthday: string | null;
  deathday: string | null;
  place_of_birth: string | null;
  picture_url: string | null;
  /** The newest first. */
  films: {
    id: number;
    title: string;
    year: number | null;
    poster_url: string | null;
    roles: FilmCredit['role'][];
    character: string | null;
  }[];
  /** Whether TMDB told of the person, or the credits of our films alone. */
  source: 'tmdb' | 'preview';
}

/** What a database of films says of a person; texts may be empty. */
export interface PersonFacts {
  readonly name: string;
  readonly biography: string;
  readonly birthday: string;
  readonly deathday: string;
  readonly placeOfBirth: string;
}

/** A film in which the person has a part. */
export interface FilmOfPerson {
  readonly id: number;
  readonly title: string;
  readonly year: number | null;
  /** Address, or "". */
  readonly poster: string;
  /** Theirs alone. */
  readonly credits: readonly FilmCredit[];
}

const DATE = /^\d{4}-\d\d-\d\d$/;

/** `facts` null = nobody tells more than the credits do. `films` are never empty. */
export function presentPerson(
  id: number,
  facts: PersonFacts | null,
  picture: string,
  films: readonly FilmOfPerson[],
): Person {
  const newestFirst = [...films].sort((a, b) => (b.year ?? 0) - (a.year ?? 0) || a.id - b.id);
  return {
    id,
    name: facts?.name || (newestFirst[0]?.credits[0]?.name ?? ''),
    biography: facts?.biography ?? '',
    birthday: dateOf(facts?.birthday),
    deathday: dateOf(facts?.deathday),
    place_of_birth: facts?.placeOfBirth || null,
    picture_url: picture || null,
    films: newestFirst.map(({ credits, poster, ...film }) => ({
      ...{ id: film.id, title: film.title, year: film.year, poster_url: poster || null },
      roles: [...new Set(credits.map(({ role }) => role))],
      character: credits.find(({ character }) => character !== '')?.character ?? null,
    })),
    source: facts === null ? 'preview' : 'tmdb',
  };
}

function dateOf(text = ''): string | null {
  return DATE.test(text) ? text : null;
}
