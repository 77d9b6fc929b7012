import { isJson } from '../../core/util/read-json.js';
import type { TmdbFilmDetails } from './tmdb-types.js';

/** What a film row keeps of TMDB, and where and when it came from. */
export interface FilmFacts extends TmdbFilmDetails {
  source: 'tmdb';
  /** The preferred language at that time. */
  language: string;
  /** Epoch seconds. */
  fetchedAt: number;
}

const MAX_OTHER_TITLES = 30;
const SIZES = { poster: 'w780', backdrop: 'w1280', profile: 'h632' } as const;

export function factsOf(details: TmdbFilmDetails, language: string, fetchedAt: number): FilmFacts {
  const otherTitles = details.otherTitles.slice(0, MAX_OTHER_TITLES);
  return { ...details, otherTitles, source: 'tmdb', language, fetchedAt };
}

/** The column `tmdb_details` of a film, which nobody but `factsOf` fills; null = nothing is known. */
export function readFacts(column: unknown): FilmFacts | null {
  return isJson(column) && column.source === 'tmdb' ? (column as unknown as FilmFacts) : null;
}

/** Where TMDB keeps a picture; "" = it has none. Sizes that TMDB makes, wide enough for the widest that we make. */
export function pictureUrl(base: string, kind: keyof typeof SIZES, path: string): string {
  return path === '' ? '' : `${base}/${SIZES[kind]}${path}`;
}
