import type { Database } from '../../src/platform/database/database.js';
import { identityOf } from '../../src/core/films/film-index.js';
import { Film } from '../../src/vod/film.entity.js';

/** Puts a film as the search in guides makes it; answers its id. */
export async function storeFilm(
  database: Database,
  more: Partial<Film> & { title: string },
): Promise<number> {
  const { title, year = null, originalTitle = '' } = more;
  const film: Omit<Film, 'id'> = {
    identityKey: identityOf({ title, originalTitle, year, minutes: null }),
    state: 'film',
    originalTitle,
    year,
    durationSeconds: null,
    description: '',
    genres: [],
    rating: null,
    ageLimit: null,
    isAdult: false,
    guidePicture: '',
    posterUrl: '',
    backdropUrl: '',
    tmdbId: null,
    tmdbStatus: 'pending',
    tmdbScore: null,
    tmdbReasons: [],
    tmdbDetails: null,
    tmdbCheckedAt: null,
    views: 0,
    isHidden: false,
    editedFields: [],
    addedAt: 1,
    updatedAt: 1,
    retiredAt: null,
    ...more,
  };
  return database.write(
    'a film',
    async (manager) => (await manager.save(Film, manager.create(Film, film))).id,
  );
}
