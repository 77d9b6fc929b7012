import type { Database } from '../../src/platform/database/database.js';
import { Episode } from '../../src/vod/episode.entity.js';
import { Series } from '../../src/vod/series.entity.js';
import { VodWay } from '../../src/vod/vod-way.entity.js';

/** Returns its id. */
export async function storeEpisode(
  database: Database,
  episode: Pick<Episode, 'season' | 'number'>,
  series: Partial<Series> & { title: string },
): Promise<number> {
  const owner = { identityKey: series.title, addedAt: 0, updatedAt: 0, ...series };
  const { id: seriesId } = await database.write('series', (manager) => manager.save(Series, owner));
  const stored = await database.write('episode', (manager) =>
    manager.save(Episode, { ...episode, seriesId, addedAt: 0 }),
  );
  return stored.id;
}

/** Of a list; returns its id. */
export async function storeWay(
  database: Database,
  way: Partial<Omit<VodWay, 'film' | 'episode' | 'filmSource'>> & { locator: string },
): Promise<number> {
  const row = { origin: 'list' as const, originKey: way.locator, addedAt: 0, ...way };
  const stored = await database.write('way', (manager) => manager.save(VodWay, row));
  return stored.id;
}
