import { touch, type Database } from '../../src/platform/database/database.js';
import { Episode } from '../../src/vod/episode.entity.js';
import { FilmAiring } from '../../src/vod/film-airing.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { Series } from '../../src/vod/series.entity.js';
import { VodWay } from '../../src/vod/vod-way.entity.js';

export const FILMS_NOW = 1_800_000_000;

export interface StoredFilm extends Partial<Omit<Film, 'id'>> {
  title: string;
  airings?: readonly (Pick<FilmAiring, 'channelId' | 'start' | 'stop'> & { title?: string })[];
  ways?: readonly Partial<VodWay>[];
}

/** Films as finding, enrichment and lists leave them. Returns their ids in their order. */
export function storeFilms(database: Database, films: readonly StoredFilm[]): Promise<number[]> {
  return database.write('store films', async (manager) => {
    const ids: number[] = [];
    for (const { airings = [], ways = [], ...film } of films) {
      const count = await manager.count(Film);
      const row = await manager.save(
        manager.create(Film, {
          ...{ identityKey: `${film.title} ${count}`, state: 'film', tmdbStatus: 'pending' },
          ...{ addedAt: FILMS_NOW, updatedAt: FILMS_NOW },
          ...film,
        }),
      );
      ids.push(row.id);
      for (const airing of airings) {
        await manager.insert(FilmAiring, { title: film.title, ...airing, filmId: row.id, details: {} });
      }
      for (const way of ways) await manager.save(manager.create(VodWay, { ...aWay(way), filmId: row.id }));
    }
    await touch(manager, 'films');
    return ids;
  });
}

/** A series with the episodes of its seasons: `[[1, 2], [1]]` are two in the first season and one in the second. */
export function storeSeries(
  database: Database,
  series: Partial<Series> & { title: string },
  seasons: readonly (readonly number[])[],
): Promise<number> {
  return database.write('store series', async (manager) => {
    const { id } = await manager.save(
      manager.create(Series, {
        ...{ identityKey: series.title, addedAt: FILMS_NOW, updatedAt: FILMS_NOW },
        ...series,
      }),
    );
    for (const [at, numbers] of seasons.entries()) {
      for (const number of numbers) {
        const place = { seriesId: id, season: at + 1, number, addedAt: FILMS_NOW };
        const episode = await manager.save(manager.create(Episode, { title: `Part ${number}`, ...place }));
        const way = aWay({ originKey: `${id} ${at} ${number}`, categoryId: series.categoryId ?? null });
        await manager.save(manager.create(VodWay, { ...way, episodeId: episode.id }));
      }
    }
    await touch(manager, 'films');
    return id;
  });
}

function aWay(changes: Partial<VodWay>): Partial<VodWay> {
  return {
    ...{ origin: 'list', originKey: changes.label ?? 'way', label: 'A list', container: 'mkv' },
    ...{ locator: 'http://user:s3cret@vod.test/film.mkv', addedAt: FILMS_NOW },
    ...changes,
  };
}
