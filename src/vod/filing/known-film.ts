import { readFilmFacts } from '../../core/films/film-facts.js';
import type { FilmEdit } from '../film-edit.entity.js';
import type { Film } from '../film.entity.js';
import { isEmpty, TOLD_FIELDS } from './told-fields.js';

export type NewFilm = Omit<Film, 'id'>;

/** What a register needs to know of a film that is stored. */
export interface KnownFilmRow extends Pick<
  Film,
  | 'id'
  | 'identityKey'
  | 'state'
  | 'title'
  | 'originalTitle'
  | 'year'
  | 'durationSeconds'
  | 'isAdult'
  | 'views'
> {
  editedFields: string[];
  /** What guides and lists said of fields before a person edited them. */
  told: FilmEdit['told'];
  /** Fields of `TOLD_FIELDS` that hold nothing. */
  empty: string[];
  /** Where TMDB or a person is sure which film it is. */
  tmdbId: number | null;
  /** Told of films without a year of their own. */
  tmdbYear: number | null;
  tmdbMinutes: number | null;
}

const SURE = `film.tmdb_id IS NOT NULL AND film.tmdb_status IN ('match', 'manual')`;

/** Rows per read. */
export const KNOWN_FILMS_SLICE = 200;

/**
 * Films behind the id $1 in the order of their ids: whether the long columns are empty; what TMDB says only where it is
 * needed: it is long too.
 */
export const KNOWN_FILMS = `
  SELECT film.id AS id, edit.told AS told, film.identity_key AS "identityKey", film.state AS state, film.title AS title,
    film.original_title AS "originalTitle", film.year AS year, film.duration_seconds AS "durationSeconds",
    film.views AS views, film.rating AS rating, film.age_limit AS "ageLimit", film.edited_fields AS "editedFields",
    CASE WHEN film.is_adult THEN 1 ELSE 0 END AS "isAdult",
    CASE WHEN film.description = '' THEN '' ELSE 'told' END AS description,
    CASE WHEN film.genres = '[]' THEN '' ELSE 'told' END AS genres,
    CASE WHEN film.guide_picture = '' THEN '' ELSE 'told' END AS "guidePicture",
    CASE WHEN ${SURE} THEN film.tmdb_id END AS "tmdbId",
    CASE WHEN ${SURE} AND film.year IS NULL THEN film.tmdb_details END AS "tmdbDetails"
  FROM films film LEFT JOIN film_edits edit ON edit.film_id = film.id
  WHERE film.id > $1 ORDER BY film.id LIMIT ${KNOWN_FILMS_SLICE}`;

export function toKnownFilm(row: Record<string, unknown>): KnownFilmRow {
  const facts = typeof row.tmdbDetails === 'string' ? readFilmFacts(JSON.parse(row.tmdbDetails)) : null;
  const editedFields = String(row.editedFields);
  return {
    id: Number(row.id),
    identityKey: String(row.identityKey),
    state: row.state as Film['state'],
    title: String(row.title),
    originalTitle: String(row.originalTitle),
    year: numberOrNull(row.year),
    durationSeconds: numberOrNull(row.durationSeconds),
    isAdult: Number(row.isAdult) === 1,
    views: Number(row.views),
    editedFields: editedFields === '' ? [] : editedFields.split(','),
    told: typeof row.told === 'string' ? (JSON.parse(row.told) as KnownFilmRow['told']) : {},
    empty: TOLD_FIELDS.filter((field) => isEmpty(row[field])),
    tmdbId: numberOrNull(row.tmdbId),
    tmdbYear: facts?.year ?? null,
    tmdbMinutes: facts?.minutes ?? null,
  };
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
}
