import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import type { FilmInfo, FilmRow } from '../../src/core/xtream/present-film.js';
import type { CategoryRow } from '../../src/core/xtream/present-categories.js';
import type { SeriesInfo, SeriesRow } from '../../src/core/xtream/present-series.js';
import { SystemClock } from '../../src/platform/clock.js';
import { UsersService } from '../../src/users/users.service.js';
import { Channel } from '../../src/channels/channel.entity.js';
import { storeFilms, storeSeries } from '../builders/film-shelf.js';
import { storeChannels } from '../builders/stored-channel.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

/** A Friday, 20:00 in the zone of the server. */
const NOW = Date.UTC(2026, 10, 20, 20, 0) / 1000;
const HOUR = 3600;

const AT_TMDB = { tmdbId: 77, tmdbStatus: 'match' } as const;

class TurnableClock extends SystemClock {
  shiftSeconds = 0;

  override now(): number {
    return (NOW + this.shiftSeconds) * 1000;
  }
}

describe('films in players', () => {
  const store = new TestStore('sqlite');
  const clock = new TurnableClock();
  let house: AdminHouse;
  let ids: number[];
  let merged: number;
  let seriesId: number;

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store, { clock });
    const { database, changes } = house.house;
    const [one = 0, two = 0] = await storeChannels(database, [
      { name: 'Channel One', category: 'General' },
      { name: 'Channel Two', category: 'Extra' },
    ]);
    const at = (channelId: number, hours: number) => ({
      channelId,
      start: NOW + hours * HOUR,
      stop: NOW + (hours + 2) * HOUR,
    });
    ids = await storeFilms(database, [
      { title: 'Running', year: 1999, airings: [at(one, -1)] },
      { title: 'Tonight', year: 2001, genres: ['Drama'], ...AT_TMDB, airings: [at(two, 1)] },
      { title: 'Next week', genres: ['drama'], airings: [at(one, 60)] },
      { title: 'From a list', ways: [{ label: 'a', originKey: 'a' }] },
      { title: 'From a feed', ways: [{ label: 'b', originKey: 'b', origin: 'rutube', container: '' }] },
      { title: 'For adults', isAdult: true, airings: [at(one, 50)] },
    ]);
    [merged = 0] = await storeFilms(database, [{ title: 'Merged', ...AT_TMDB, retiredAt: NOW }]);
    seriesId = await storeSeries(database, { title: 'Puerto Norte' }, [[1, 2], [1]]);
    const users = house.get(UsersService);
    await users.add('all', { password: 'all-pass' });
    const channel = await database.read.findOneByOrFail(Channel, { id: one });
    await users.add('some', { password: 'some-pass', categoryIds: [channel.categoryId] });
    await changes.check();
    await house.get(FilmLibrary).fresh();
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  const ask = async <T>(action: string, user = 'all'): Promise<T> => {
    const query = `username=${user}&password=${user}-pass&action=${action}`;
    const answer = await supertest(house.url).get(`/player_api.php?${query}`);
    expect([action, answer.status]).toEqual([action, 200]);
    return answer.body as T;
  };
  const names = async (query = '', user = 'all'): Promise<string[]> =>
    (await ask<FilmRow[]>(`get_vod_streams${query}`, user)).map(({ name }) => name);
  const category = async (name: string): Promise<string> =>
    (await ask<CategoryRow[]>('get_vod_categories')).find((row) => row.category_name === name)?.category_id ??
    '';

  it('stand in categories of time, origin and genre', async () => {
    const rows = await ask<CategoryRow[]>('get_vod_categories');
    expect(rows.map((row) => row.category_name)).toEqual([
      ...['On now', 'Tonight', 'This week', 'Films', 'Rutube', 'Drama'],
    ]);
    expect(await names(`&category_id=${await category('On now')}`)).toEqual(['19:00 Running (1999)']);
    expect(await names(`&category_id=${await category('Tonight')}`)).toEqual([
      ...['19:00 Running (1999)', '21:00 Tonight (2001)'],
    ]);
    expect(await names(`&category_id=${await category('This week')}`)).toEqual([
      ...['Fri 21:00 Tonight (2001)', 'Sun 22:00 For adults', 'Mon 08:00 Next week'],
    ]);
    expect(await names(`&category_id=${await category('Drama')}`)).toEqual(['Tonight (2001)', 'Next week']);
    expect(await names('&category_id=12345')).toEqual([]);
  });

  it('stand once in the whole list, each in categories that are told', async () => {
    const rows = await ask<FilmRow[]>('get_vod_streams');
    const told = new Set((await ask<CategoryRow[]>('get_vod_categories')).map((row) => row.category_id));
    expect(rows.map((row) => row.stream_id)).toEqual(ids);
    for (const row of rows) {
      expect([row.category_id, ...row.category_ids.map(String)].filter((id) => !told.has(id))).toEqual([]);
    }
    expect(rows.map((row) => row.container_extension)).toEqual(['ts', 'ts', 'ts', 'mkv', 'ts', 'ts']);
    expect(rows.map((row) => row.is_adult)).toEqual(['0', '0', '0', '0', '0', '1']);
  });

  it('are told with their showings', async () => {
    const { info, movie_data } = await ask<FilmInfo>(`get_vod_info&vod_id=${ids[1]}`);
    expect([info.name, info.o_name, info.plot, movie_data.stream_id]).toEqual([
      'Tonight (2001)',
      'Tonight',
      'Fri 21:00 Channel Two',
      ids[1],
    ]);
    expect(await ask('get_vod_info&vod_id=7')).toEqual({ info: [] });
  });

  it('are found by the id of one that was merged into them, by those who may see them', async () => {
    const told = await ask(`get_vod_info&vod_id=${merged}`);
    expect(told).toEqual(await ask(`get_vod_info&vod_id=${ids[1]}`));
    expect(told).toMatchObject({ movie_data: { stream_id: ids[1] } });
    expect(await ask(`get_vod_info&vod_id=${merged}`, 'some')).toEqual({ info: [] });
  });

  it('are those of the channels and groups a viewer may see', async () => {
    expect(await names('', 'some')).toEqual([
      '19:00 Running (1999)',
      'Mon 08:00 Next week',
      'Sun 22:00 For adults',
    ]);
    expect(await ask(`get_vod_info&vod_id=${ids[1]}`, 'some')).toEqual({ info: [] });
    expect(await ask('get_series', 'some')).toEqual([]);
  });

  it('come with series, season by season', async () => {
    const [row, ...others] = await ask<SeriesRow[]>('get_series');
    expect([row?.series_id, row?.name, others]).toEqual([seriesId, 'Puerto Norte', []]);
    const [group] = await ask<CategoryRow[]>('get_series_categories');
    expect(group?.category_id).toBe(row?.category_id);
    const { seasons, episodes } = await ask<SeriesInfo>(`get_series_info&series_id=${seriesId}`);
    expect(seasons.map(({ season_number, episode_count }) => [season_number, episode_count])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect(Object.entries(episodes).map(([season, list]) => [season, list.length])).toEqual([
      ['1', 2],
      ['2', 1],
    ]);
  });

  it('move from tonight to on now with the clock', async () => {
    clock.shiftSeconds = 90 * 60;
    // The edition of before answers while the next one is made.
    await names();
    expect(await names(`&category_id=${await category('On now')}`)).toEqual(['21:00 Tonight (2001)']);
  });
});
