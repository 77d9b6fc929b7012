import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Database } from '../../src/platform/database/database.js';
import { WatchableRepository } from '../../src/vod/watchable.repository.js';
import { storeFilm } from '../builders/stored-film.js';
import { storeEpisode, storeWay } from '../builders/stored-way.js';
import { describeOnEveryDialect } from '../contract/dialects.js';

describeOnEveryDialect('films and episodes to watch', (store) => {
  let database: Database;
  let watchable: WatchableRepository;

  beforeAll(async () => {
    database = await store.open();
    watchable = new WatchableRepository(database);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    for (const table of ['vod_ways', 'films', 'episodes', 'series']) {
      await database.write('empty', (manager) => manager.query(`DELETE FROM ${table}`));
    }
  });

  it('finds a film with its living ways, the best first', async () => {
    const id = await storeFilm(database, { title: 'El Faro Azul' });
    const headers = { Referer: 'http://films.example/' };
    await storeWay(database, {
      filmId: id,
      locator: 'http://h/2.mkv',
      priority: 2,
      container: 'mkv',
      headers,
    });
    await storeWay(database, { filmId: id, locator: 'http://h/1.mkv', priority: 1 });
    await storeWay(database, { filmId: id, locator: 'http://h/gone.mkv', retiredAt: 5 });
    await storeWay(database, { filmId: id, locator: 'http://h/off.mkv', isEnabled: false });
    const film = await watchable.film(id, 0);
    expect(film).toMatchObject({ id, title: 'El Faro Azul', airings: [] });
    expect(film?.ways.map(({ locator }) => locator)).toEqual(['http://h/1.mkv', 'http://h/2.mkv']);
    expect(film?.ways[1]).toMatchObject({ container: 'mkv', headers });
  });

  it('shows nothing of hidden films, candidates and what is none', async () => {
    const hidden = await storeFilm(database, { title: 'A', isHidden: true });
    const candidate = await storeFilm(database, { title: 'B', state: 'candidate' });
    for (const id of [hidden, candidate, 999_999_999]) expect(await watchable.film(id, 0)).toBeNull();
    expect(await watchable.episode(1_999_999_999)).toBeNull();
  });

  it('leads from a film that was merged to the one that stands for it', async () => {
    const sure = { tmdbId: 1398, tmdbStatus: 'match', year: 1979 } as const;
    const gone = await storeFilm(database, { title: 'Pique-nique', ...sure, retiredAt: 5 });
    const standing = await storeFilm(database, { title: 'Stalker', ...sure, tmdbStatus: 'manual' });
    await storeFilm(database, { title: 'Piknik', ...sure });
    const hidden = await storeFilm(database, { title: 'Zone', ...sure, isHidden: true, retiredAt: 5 });
    const unsure = await storeFilm(database, { title: 'Z', ...sure, tmdbStatus: 'pending', retiredAt: 5 });
    await storeWay(database, { filmId: standing, locator: 'http://h/1.mkv' });
    const film = await watchable.film(gone, 0);
    expect([film?.id, film?.title, film?.ways.length]).toEqual([standing, 'Stalker', 1]);
    expect(await watchable.film(hidden, 0)).toBeNull();
    expect(await watchable.film(unsure, 0)).toMatchObject({ id: unsure, ways: [] });
  });

  it('leads nowhere when nothing living stands for a film, or a person hid that', async () => {
    const sure = { tmdbId: 7, tmdbStatus: 'match', year: 1979 } as const;
    const gone = await storeFilm(database, { title: 'A', ...sure, retiredAt: 5 });
    await storeFilm(database, { title: 'B', ...sure, retiredAt: 5 });
    await storeFilm(database, { title: 'C', ...sure, isHidden: true });
    await storeFilm(database, { title: 'D', ...sure, state: 'rejected' });
    expect(await watchable.film(gone, 0)).toMatchObject({ id: gone, ways: [], airings: [] });
  });

  it('finds an episode; what has no category stands in that of its series', async () => {
    const id = await storeEpisode(
      database,
      { season: 1, number: 2 },
      { title: 'Puerto Norte', categoryId: 31 },
    );
    await storeWay(database, { episodeId: id, locator: 'http://h/s1e2.mkv' });
    await storeWay(database, { episodeId: id, locator: 'http://h/x.mkv', categoryId: 5 });
    const episode = await watchable.episode(id);
    expect(episode?.ways.map(({ categoryId }) => categoryId)).toEqual([31, 5]);
    await database.write('hide', (manager) => manager.query(`UPDATE series SET is_hidden = TRUE`));
    expect(await watchable.episode(id)).toBeNull();
  });
});
