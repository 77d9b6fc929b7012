// What a guide entry says of being a film, and what is read from it.

/** Why a programme is taken for a film, or not. Shown to operators as words. */
export type FilmReason =
  /** The title says it: "Х/ф", "Film:". */
  | 'title-mark'
  /** A category says it: "Movie", "Фильм". */
  | 'category'
  /** The first line of the description says it: "Cine/Drama". */
  | 'description-mark'
  /** An id of a film in a database: dd_progid MV…, themoviedb.com movie/…. */
  | 'film-id'
  /** A genre of fiction, the year it was made and the length of a film. */
  | 'genre-and-year'
  /** "СССР, 1934, комедия": country, year and genre begin the description. */
  | 'country-and-year'
  /** Nothing but its length. */
  | 'length'
  | 'episode'
  | 'part'
  | 'series'
  | 'documentary'
  | 'sport'
  | 'other-programme'
  | 'too-short'
  | 'too-long'
  | 'has-episode-title';

/** `candidate`: may be a film, and needs somebody who knows films to say so. */
export type FilmKind = 'film' | 'candidate' | 'no';

export interface FilmVerdict {
  kind: FilmKind;
  /** How sure, 0–1. */
  score: number;
  /** Never empty. */
  reasons: FilmReason[];
}

/** What a guide entry says of the film it shows. */
export interface FilmRecord {
  /** As written on screen, without marks. */
  title: string;
  /** "" = not told. */
  originalTitle: string;
  year: number | null;
  /** Years. */
  ageLimit: number | null;
  /** 0–10. */
  rating: number | null;
  /** As the guide names them. */
  genres: string[];
  /** The guide knows the film's number at TMDB. */
  tmdbId: number | null;
}
