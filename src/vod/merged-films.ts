import type { Film, TmdbStatus } from './film.entity.js';

/** A film that retired because another one stands for it. */
export interface MergedFilm {
  id: number;
  standingId: number;
}

export type MergeTraits = Pick<Film, 'id' | 'tmdbId' | 'tmdbStatus' | 'state' | 'isHidden' | 'retiredAt'>;

/** TMDB or a person is sure which film it is. */
export const SURE: readonly TmdbStatus[] = ['match', 'manual'];

export function isSure({ tmdbStatus }: Pick<Film, 'tmdbStatus'>): boolean {
  return SURE.includes(tmdbStatus);
}

/**
 * Of films that are one film at TMDB the first living one stands for those that retired; what a person hid stays hidden.
 * All films of a number have to be among them.
 */
export function mergedAmong(films: readonly MergeTraits[]): MergedFilm[] {
  const seen = films
    .filter((film) => film.state === 'film' && !film.isHidden && isSure(film))
    .sort((a, b) => a.id - b.id);
  const standing = new Map<number | null, number>();
  for (const { id, tmdbId, retiredAt } of seen) {
    if (retiredAt === null && !standing.has(tmdbId)) standing.set(tmdbId, id);
  }
  return seen.flatMap(({ id, tmdbId, retiredAt }) => {
    const standingId = standing.get(tmdbId);
    return retiredAt === null || standingId === undefined ? [] : [{ id, standingId }];
  });
}
