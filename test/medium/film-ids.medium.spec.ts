import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { kindOfId } from '../../src/core/util/ids.js';
import type { Database } from '../../src/platform/database/database.js';
import { Episode } from '../../src/vod/episode.entity.js';
import { Film } from '../../src/vod/film.entity.js';
import { Series } from '../../src/vod/series.entity.js';
import { describeOnEveryDialect } from '../contract/dialects.js';

const NOW = 1_800_000_000;

describeOnEveryDialect('ids of films and series', (store) => {
  let database: Database;
  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  it('begin where their ranges do, so that a bare number tells what it is', async () => {
    await database.write('one of each', async (manager) => {
      await manager.insert(Film, {
        identityKey: 'a',
        state: 'film',
        title: 'A',
        tmdbStatus: 'pending',
        addedAt: NOW,
        updatedAt: NOW,
      });
      await manager.insert(Series, { identityKey: 'b', title: 'B', addedAt: NOW, updatedAt: NOW });
    });
    const [film] = await database.read.find(Film);
    const [series] = await database.read.find(Series);
    await database.write('an episode', (manager) =>
      manager.insert(Episode, { seriesId: series?.id ?? 0, season: 1, number: 1, addedAt: NOW }),
    );
    const [episode] = await database.read.find(Episode);

    expect([film?.id, series?.id, episode?.id]).toEqual([500_000_000, 1_000_000_000, 1_500_000_000]);
    expect([film, series, episode].map((row) => kindOfId(row?.id ?? 0))).toEqual([
      'film',
      'series',
      'episode',
    ]);
  });
});
