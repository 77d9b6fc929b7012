import { Xtream } from '@iptv/xtream-api';
import { standardizedSerializer } from '@iptv/xtream-api/standardized';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import { touch } from '../../src/platform/database/database.js';
import { ListSourcesService } from '../../src/scrapers/list-sources.service.js';
import type { RefreshReport } from '../../src/scrapers/list-source.entity.js';
import { RefreshService } from '../../src/scrapers/refresh.service.js';
import { UsersService } from '../../src/users/users.service.js';
import { Film } from '../../src/vod/film.entity.js';
import { FilmAiring } from '../../src/vod/film-airing.entity.js';
import { storeChannels } from '../builders/stored-channel.js';
import { storeFilm } from '../builders/stored-film.js';
import { describeOnEveryDialect } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { bytesAt, openFileHost, type FileHost } from '../fakes/file-host.js';
import { createListHost, type ListHost } from '../fakes/list-host.js';

const FILMS = 500;

describeOnEveryDialect('films of a list in players', (store) => {
  let house: AdminHouse;
  let files: FileHost;
  let lists: ListHost;
  let listId: number;
  let guideFilm: number;

  const entry = (name: string, path: string, group: string, size = 1000): string =>
    `#EXTINF:-1 tvg-logo="http://pictures.invalid${path}.jpg" group-title="${group}",${name}\n${files.add(path, { size })}\n`;

  function listOf(films: number, more = ''): string {
    const lines = ['#EXTM3U\n', '#EXTINF:-1 tvg-id="one.tv" group-title="News",One\nhttp://tv.invalid/one\n'];
    for (let at = 0; at < films; at++) {
      const group = at % 2 === 0 ? 'Drama' : 'Comedy';
      lines.push(entry(`Story ${at} (${1950 + (at % 70)}) [1080p]`, `/movie/u/p/${at}.mkv`, group));
    }
    lines.push(entry('EN - Heat (1995) 4K', '/movie/u/p/heat4k.mkv', 'Drama'));
    lines.push(entry('Heat 1995', '/movie/u/p/heat.mp4', 'Drama', 777));
    for (const series of ['Northern Port', 'The Hill', 'Кухня']) {
      for (const [season, number] of [
        [1, 1],
        [1, 2],
        [2, 1],
      ] as const) {
        const name =
          series === 'Кухня'
            ? `${series}. Сезон ${season}. Серия ${number}`
            : `${series} S0${season}E0${number} Part ${number}`;
        const path = `/series/u/p/${encodeURIComponent(series)}${season}${number}.mkv`;
        lines.push(entry(name, path, `Series/${series}`, 2000 + number));
      }
    }
    return lines.join('') + more;
  }

  beforeAll(async () => {
    await store.make();
    files = await openFileHost();
    lists = await createListHost();
    await open();
    const [channelId = 0] = await storeChannels(house.house.database, [{ name: 'Two' }]);
    guideFilm = await storeFilm(house.house.database, { title: 'Heat', year: 1995, durationSeconds: 11_000 });
    await house.house.database.write('airing', async (manager) => {
      const start = Math.floor(Date.now() / 1000) + 7200;
      const airing = { filmId: guideFilm, channelId, start, stop: start + 9000, title: 'Heat', details: {} };
      await manager.insert(FilmAiring, airing);
      await touch(manager, 'channels');
    });
    await house.get(UsersService).add('ana', { password: 's3cret9' });
    lists.put('/l.m3u', listOf(FILMS));
    const input = { url: `${lists.url}/l.m3u`, name: 'Provider', allowPrivate: true };
    listId = (await house.get(ListSourcesService).add(input, { allowFiles: false })).id;
  });
  afterAll(async () => {
    await house.close();
    await lists.close();
    await files.close();
  });

  async function open(): Promise<void> {
    house = await AdminHouse.open(store);
  }

  async function seen(): Promise<void> {
    await house.house.changes.check();
    await house.get(FilmLibrary).fresh();
  }

  async function refresh(options = {}): Promise<RefreshReport> {
    const report = await house.get(RefreshService).refresh(listId, options);
    await seen();
    return report;
  }

  const player = () =>
    new Xtream({
      ...{ url: house.url, username: 'ana', password: 's3cret9', preferredFormat: 'ts' },
      serializer: standardizedSerializer,
    });

  it('come with their list, and the report counts them', async () => {
    expect(await refresh()).toMatchObject({
      ...{ status: 'ok', found: FILMS + 12, skipped: 0, added: 1, problems: [] },
      films: { films: FILMS + 1, series: 3, episodes: 9, added: FILMS + 11, retired: 0 },
    });
    const { body } = (await house.ask('get', `/api/admin/sources/${listId}`)) as {
      body: { filmCount: number; lastReport: { films: { series: number } } };
    };
    expect([body.filmCount, body.lastReport.films.series]).toEqual([FILMS + 11, 3]);
  });

  it('stand in the categories of their list, with year and poster', async () => {
    const movies = await player().getMovies();
    const categories = new Map((await player().getMovieCategories()).map(({ id, name }) => [name, id]));
    expect([...categories.keys()]).toEqual(expect.arrayContaining(['Drama', 'Comedy']));
    expect(movies).toHaveLength(FILMS + 1);
    const story = movies.find(({ name }) => name === 'Story 1 (1951)');
    expect(story?.categoryIds).toContain(categories.get('Comedy'));
    const comedies = await player().getMovies({ categoryId: Number(categories.get('Comedy')) });
    expect(comedies).toHaveLength(FILMS / 2);
  });

  it('are one film with that of the guide, the best way first', async () => {
    const heat = (await player().getMovies()).filter(({ name }) => name.includes('Heat'));
    expect(heat.map(({ id }) => id)).toEqual([String(guideFilm)]);
    const answer = await fetch(`${house.url}/movie/ana/s3cret9/${guideFilm}.mkv`);
    expect((await answer.arrayBuffer()).byteLength).toBe(1000);
  });

  it('play in ranges, films and episodes', async () => {
    const series = await player().getShows();
    expect(series.map(({ name }) => name).sort()).toEqual(['Northern Port', 'The Hill', 'Кухня']);
    const [port] = series.filter(({ name }) => name === 'Northern Port');
    const info = await player().getShow({ showId: Number(port?.id) });
    expect(info.seasons.map(({ number, episodes }) => [number, episodes?.length])).toEqual([
      [1, 2],
      [2, 1],
    ]);
    const second = info.seasons[0]?.episodes?.[1];
    expect(second).toMatchObject({ number: 2, title: 'Part 2' });
    const episode = await fetch(second?.url ?? '', { headers: { range: 'bytes=1990-' } });
    expect([episode.status, episode.headers.get('content-range')]).toEqual([206, 'bytes 1990-2001/2002']);
    expect(Buffer.from(await episode.arrayBuffer()).equals(bytesAt(1990, 12))).toBe(true);
    const [story] = (await player().getMovies()).filter(({ name }) => name === 'Story 7 (1957)');
    const film = await fetch(story?.url ?? '', { headers: { range: 'bytes=10-19' } });
    expect([film.status, film.headers.get('content-range')]).toEqual([206, 'bytes 10-19/1000']);
    expect(Buffer.from(await film.arrayBuffer()).equals(bytesAt(10, 10))).toBe(true);
  });

  it('keep their ids over a restart and a refresh', async () => {
    const before = (await player().getMovies()).map(({ id, name }) => `${id} ${name}`);
    await house.close();
    await open();
    await seen();
    expect(await refresh({ force: true })).toMatchObject({
      films: { added: 0, updated: 0, retired: 0, films: FILMS + 1 },
    });
    expect((await player().getMovies()).map(({ id, name }) => `${id} ${name}`)).toEqual(before);
  });

  it('stay when the list has suddenly fewer of them, and can be brought back', async () => {
    lists.put('/l.m3u', listOf(10));
    expect(await refresh()).toMatchObject({
      status: 'stale',
      reason: expect.stringMatching(/shrunk to 21 of 511 films and episodes/) as unknown,
      films: null,
    });
    expect(await player().getMovies()).toHaveLength(FILMS + 1);
    const { films } = await house.get(RefreshService).preview(listId);
    expect(films).toEqual({ films: 12, episodes: 9, added: 0, retired: FILMS - 10 });
    expect(await refresh({ force: true })).toMatchObject({ films: { films: 11, retired: FILMS - 10 } });
    expect(await player().getMovies()).toHaveLength(11);
    const before = await house.house.database.read.findOneByOrFail(Film, { title: 'Story 400' });
    expect(await house.get(RefreshService).undo(listId)).toMatchObject({ films: { added: FILMS - 10 } });
    await seen();
    const back = await player().getMovies();
    expect(back).toHaveLength(FILMS + 1);
    expect(back.some(({ id }) => id === String(before.id))).toBe(true);
  });

  it('go with their list; what the guide shows stays', async () => {
    await house.get(ListSourcesService).remove(listId);
    await seen();
    expect((await player().getMovies()).map(({ id }) => id)).toEqual([String(guideFilm)]);
    expect(await player().getShows()).toEqual([]);
  });
});
