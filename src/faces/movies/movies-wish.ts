import { parse } from 'fast-querystring';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { MAX_PER_PAGE } from '../shared/common.dto.js';
import {
  FIRST_YEAR,
  LAST_YEAR,
  MAX_GENRE,
  MAX_PAGE,
  MAX_RATING,
  MAX_SEARCH,
  MOVIE_SORTS,
  MOVIE_SOURCES,
  PER_PAGE,
  type MovieSearchQuery,
  type MoviesQuery,
} from './movies.dto.js';

type Draft = { -readonly [name in keyof MovieWish]: MovieWish[name] };
/** Puts a value into the wish; false = it is not plainly sound. */
type Reader = (wish: Draft, text: string) => boolean;

/** What no rule of a text in `movies.dto.ts` can refuse, but for its length. */
const PLAIN_TEXT = /^[^\ufe00-\ufe0f\p{Cc}\p{Cs}\u2028\u2029]+$/u;

const READERS = new Map<string, Reader>([
  ['page', whole(1, MAX_PAGE, (wish, page) => (wish.page = page))],
  ['per_page', whole(1, MAX_PER_PAGE, (wish, perPage) => (wish.perPage = perPage))],
  ['year', whole(FIRST_YEAR, LAST_YEAR, (wish, year) => (wish.year = year))],
  ['genre', plainText(MAX_GENRE, (wish, genre) => (wish.genre = genre))],
  ['q', plainText(MAX_SEARCH, (wish, q) => (wish.q = q))],
  ['source', oneOf(MOVIE_SOURCES, (wish, source) => (wish.source = source))],
  ['sort', oneOf(MOVIE_SORTS, (wish, sort) => (wish.sort = sort))],
  ['rating_gte', rating],
]);

/**
 * The wish in a query that is plainly sound, as `movies.dto.ts` reads it in many times the time; undefined = that has
 * to look at it. Whatever is doubtful is left to it, and so is every refusal.
 */
export function readWish(query: string): MovieWish | undefined {
  const wish: Draft = { page: 1, perPage: PER_PAGE };
  const values = parse(query) as Record<string, unknown>;
  for (const name in values) {
    const value = values[name];
    if (typeof value !== 'string' || !READERS.get(name)?.(wish, value)) return undefined;
  }
  return wish;
}

/** The same for what must have words to look for. */
export function readSearch(query: string): MovieWish | undefined {
  const wish = readWish(query);
  return wish?.q === undefined ? undefined : wish;
}

function whole(min: number, max: number, put: (wish: Draft, value: number) => void): Reader {
  return (wish, text) => {
    if (!/^\d{1,15}$/.test(text)) return false;
    const value = Number(text);
    put(wish, value);
    return value >= min && value <= max;
  };
}

function plainText(max: number, put: (wish: Draft, value: string) => void): Reader {
  return (wish, text) => {
    put(wish, text);
    return text.length <= max && PLAIN_TEXT.test(text);
  };
}

function oneOf<T extends string>(values: readonly T[], put: (wish: Draft, value: T) => void): Reader {
  return (wish, text) => {
    const value = values.find((one) => one === text);
    if (value !== undefined) put(wish, value);
    return value !== undefined;
  };
}

function rating(wish: Draft, text: string): boolean {
  if (!/^\d{1,3}(?:\.\d{1,6})?$/.test(text)) return false;
  wish.ratingGte = Number(text);
  return wish.ratingGte <= MAX_RATING;
}

/** The wish in a query that was checked. */
export function wishOf({
  page,
  per_page,
  genre,
  year,
  rating_gte,
  source,
  q,
  sort,
}: MoviesQuery | MovieSearchQuery): MovieWish {
  return {
    page,
    perPage: per_page,
    ...(genre === undefined ? {} : { genre }),
    ...(year === undefined ? {} : { year }),
    ...(rating_gte === undefined ? {} : { ratingGte: rating_gte }),
    ...(source === undefined ? {} : { source }),
    ...(q === undefined ? {} : { q }),
    ...(sort === undefined ? {} : { sort }),
  };
}
