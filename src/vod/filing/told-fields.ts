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

/** Whether a run may write a field: a person did not set it, and nobody filled it since the films were read. */
export function isOpen(
  row: Pick<Film, 'state' | 'editedFields' | (typeof TOLD_FIELDS)[number]>,
  field: string,
): boolean {
  if (row.editedFields.includes(field) || (field === 'state' && row.state === 'rejected')) return false;
  return !isTold(field) || isEmpty(row[field]);
}

function isTold(field: string): field is (typeof TOLD_FIELDS)[number] {
  return (TOLD_FIELDS as readonly string[]).includes(field);
}
