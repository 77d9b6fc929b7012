import { describe, expect, it } from '@jest/globals';
import { parse } from 'fast-querystring';
import fc from 'fast-check';
import type { MovieWish } from '../../catalog/films/movie-query.js';
import { AdminValidation } from '../shared/validation.js';
import { MovieSearchQuery, MoviesQuery } from './movies.dto.js';
import { readSearch, readWish, wishOf } from './movies-wish.js';

const validation = new AdminValidation();

/** As the router and the rules of the API read it; undefined = refused. */
async function asChecked(
  query: string,
  metatype: typeof MoviesQuery | typeof MovieSearchQuery,
): Promise<MovieWish | undefined> {
  const checked = validation.transform(parse(query), { type: 'query', metatype }) as Promise<MoviesQuery>;
  return checked.then(wishOf, () => undefined);
}

const texts = fc.oneof(
  fc.constantFrom('', '0', '1', '007', '50', '200', '201', '-1', '1e2', '1.5', '10', '10.000001', '.5', '9.'),
  fc.constantFrom('1869', '1870', '2200', '2201', '1000000', '1000001', '9007199254740993'),
  fc.constantFrom(
    'tmdb',
    'preview',
    'TMDB',
    'airing',
    'rating',
    'added',
    'views',
    'сталкер',
    'a b',
    ' ',
    '%',
  ),
  fc.constantFrom(
    '\u0000',
    'a\tb',
    '\u2028',
    '\ufe0f',
    'a\ufe0fb',
    '\ud800',
    '😀'.repeat(100),
    'x'.repeat(201),
  ),
  fc.string({ unit: 'binary', maxLength: 210 }),
);
const names = fc.constantFrom(
  'page',
  'per_page',
  'genre',
  'year',
  'rating_gte',
  'source',
  'q',
  'sort',
  'Page',
);
const pairs = fc.array(
  fc.tuple(fc.oneof({ weight: 20, arbitrary: names }, fc.string({ maxLength: 5 })), texts),
  { maxLength: 4 },
);
const queries = fc.oneof(
  pairs.map((all) => all.map(([name, text]) => `${encodeURIComponent(name)}=${encoded(text)}`).join('&')),
  fc.string({ maxLength: 40 }),
);

/** Lone halves of a surrogate pair go as they are. */
function encoded(text: string): string {
  return /\p{Cs}/u.test(text) ? text : encodeURIComponent(text);
}

describe('a wish that is read in short', () => {
  it('is the one that the rules of the API read', async () => {
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const [short, searched] = [readWish(query), readSearch(query)];
        if (short) expect(await asChecked(query, MoviesQuery)).toEqual(short);
        if (searched) expect(await asChecked(query, MovieSearchQuery)).toEqual(searched);
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, MovieWish]>([
    ['', { page: 1, perPage: 50 }],
    ['page=007&per_page=200', { page: 7, perPage: 200 }],
    [
      'genre=Drama&year=1979&rating_gte=7.5&source=tmdb',
      { ...{ page: 1, perPage: 50, genre: 'Drama' }, year: 1979, ratingGte: 7.5, source: 'tmdb' },
    ],
    [
      'q=%D1%81%D1%82%D0%B0%D0%BB%D0%BA%D0%B5%D1%80+1&sort=views',
      { page: 1, perPage: 50, q: 'сталкер 1', sort: 'views' },
    ],
  ])('is what stands in a plain query: %s', async (query, wish) => {
    expect(readWish(query)).toEqual(wish);
    expect(await asChecked(query, MoviesQuery)).toEqual(wish);
  });

  it.each([
    'page=0',
    'page=',
    'page=1.0',
    'page=1000001',
    'per_page=201',
    'year=1869',
    'year=2201',
    'rating_gte=10.1',
    'rating_gte=1e1',
    'source=TMDB',
    'sort=',
    'genre=',
    `genre=${'x'.repeat(101)}`,
    `q=${'x'.repeat(201)}`,
    'q=%00',
    'q=%EF%B8%8F',
    'colour=red',
    '__proto__=1',
    'page=1&page=2',
  ])('is left to the rules of the API: %s', (query) => {
    expect(readWish(query)).toBeUndefined();
  });

  it('must have words where films are searched', () => {
    expect(readSearch('page=2')).toBeUndefined();
    expect(readSearch('q=a&page=2')).toEqual({ page: 2, perPage: 50, q: 'a' });
  });
});
