// What TMDB says, as far as Rooftop uses it. Texts may be empty; lists are bounded.

/** A film in a list of search results, popular or trending ones. */
export interface TmdbFilm {
  id: number;
  title: string;
  originalTitle: string;
  /** Two letters; "" = not told. */
  originalLanguage: string;
  /** "YYYY-MM-DD", or "". */
  releaseDate: string;
  year: number | null;
  overview: string;
  /** "/name.jpg", or "". */
  posterPath: string;
  backdropPath: string;
  genreIds: number[];
  isAdult: boolean;
  popularity: number;
  /** 0–10; null = nobody voted. */
  rating: number | null;
  votes: number;
}

export interface TmdbCredit {
  /** Of the person; null = not told. */
  id: number | null;
  name: string;
}

export interface TmdbCastMember extends TmdbCredit {
  character: string;
}

export interface TmdbFilmDetails extends Omit<TmdbFilm, 'genreIds'> {
  /** Of the work; null = not known. */
  minutes: number | null;
  tagline: string;
  genres: string[];
  /** Two letters each. */
  countries: string[];
  /** "tt0137523", or "". */
  imdbId: string;
  directors: TmdbCredit[];
  cast: TmdbCastMember[];
  /** Bare id of a video at YouTube, or "". */
  trailer: string;
  /** As the country writes it: "FSK 16" is "16", "PG-13"; "" = not known. */
  certification: string;
  /** Titles in other languages and countries. */
  otherTitles: string[];
}

export interface TmdbGenre {
  id: number;
  name: string;
}

export interface TmdbPerson {
  id: number;
  name: string;
  biography: string;
  /** "YYYY-MM-DD", or "". */
  birthday: string;
  deathday: string;
  placeOfBirth: string;
  /** Address of the picture, or "". */
  pictureUrl: string;
  imdbId: string;
}

export const TMDB_LISTS = ['popular', 'trending'] as const;
export type TmdbList = (typeof TMDB_LISTS)[number];

/**
 * Not found: TMDB does not have it. Unavailable: nobody can tell now, so nothing may be concluded. Off: no key is set.
 * Bad key: TMDB refuses ours.
 */
export type TmdbFailure =
  | { kind: 'not-found' }
  | { kind: 'off' }
  | { kind: 'bad-key'; retryAfterSeconds: number }
  | { kind: 'unavailable'; reason: string; retryAfterSeconds: number };

export type TmdbOutcome<T> = { kind: 'found'; value: T } | TmdbFailure;
