import { isWholeNumber, type FieldProblem } from '../../platform/errors/app-error.js';
import type { Film } from '../film.entity.js';
import type { Series } from '../series.entity.js';

/** What a person may set of a film; no run touches it then. */
export const EDITABLE_FIELDS = [
  'title',
  'originalTitle',
  'year',
  'description',
  'genres',
  'rating',
  'ageLimit',
  'isAdult',
] as const satisfies readonly (keyof Film)[];
export type EditableField = (typeof EDITABLE_FIELDS)[number];
export type EditableFilm = Pick<Film, EditableField>;

/** Absent = as it is. `isHidden` belongs to people alone, so it is never "edited". */
export type FilmInput = Partial<EditableFilm & Pick<Film, 'isHidden'>>;

export const SERIES_FIELDS = [
  'title',
  'year',
  'description',
  'genres',
  'isAdult',
] as const satisfies readonly (keyof Series)[];
export type SeriesInput = Partial<Pick<Series, (typeof SERIES_FIELDS)[number] | 'isHidden'>>;

/** Nobody filmed before, and nobody announces further ahead. */
export const FILM_YEARS = { first: 1870, last: 2200 } as const;
export const MAX_TITLE = 300;
const MAX_DESCRIPTION = 5_000;
const MAX_GENRES = 20;

/** Every rule that these fields break. */
export function filmProblems(input: FilmInput & SeriesInput): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const need = (field: string, isRight: boolean, rule: string): void => {
    if (!isRight) problems.push({ field, rule });
  };
  const { title, originalTitle, year, description, genres, rating, ageLimit } = input;
  const isLine = (text: string, min: number): boolean =>
    text.trim().length >= min && text.length <= MAX_TITLE && !/\p{Cc}/u.test(text);
  if (title !== undefined) {
    need('title', isLine(title, 1), `must be 1 to ${MAX_TITLE} characters in one line`);
  }
  if (originalTitle !== undefined) {
    need('originalTitle', isLine(originalTitle, 0), `must be up to ${MAX_TITLE} characters in one line`);
  }
  if (year !== undefined && year !== null) {
    const { first, last } = FILM_YEARS;
    need('year', isWholeNumber(year, first, last), `must be from ${first} to ${last}, or null`);
  }
  if (description !== undefined) {
    need('description', description.length <= MAX_DESCRIPTION, `must be up to ${MAX_DESCRIPTION} characters`);
  }
  if (genres !== undefined) {
    const areRight = genres.length <= MAX_GENRES && genres.every((genre) => isLine(genre, 1));
    need('genres', areRight, `must be up to ${MAX_GENRES} names`);
  }
  if (rating !== undefined && rating !== null) {
    need('rating', rating >= 0 && rating <= 10, 'must be from 0 to 10, or null');
  }
  if (ageLimit !== undefined && ageLimit !== null) {
    need('ageLimit', isWholeNumber(ageLimit, 0, 99), 'must be from 0 to 99, or null');
  }
  return problems;
}
