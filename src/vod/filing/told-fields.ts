import type { Film } from '../film.entity.js';

/** What guides, lists and feeds tell of a film; taken over where the film has nothing yet. */
export const TOLD_FIELDS = [
  'originalTitle',
  'year',
  'durationSeconds',
  'description',
  'genres',
  'rating',
  'ageLimit',
  'guidePicture',
] as const;

export type ToldOfFilm = Pick<Film, 'title' | (typeof TOLD_FIELDS)[number]>;

export function isEmpty(value: unknown): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}
