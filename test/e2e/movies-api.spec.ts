import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import type { Movie } from '../../src/core/films/present-movie.js';
import { SystemClock } from '../../src/platform/clock.js';
import { storeChannels } from '../builders/stored-channel.js';
import { FILMS_NOW as NOW, storeFilms } from '../builders/film-shelf.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

/** Waits as usual while it is always the same moment. */
class StandingClock extends SystemClock {
  override now(): number {
    return NOW * 1000;
  }
}

interface Listed {
  movies: Movie[];
  pagination: { page: number; per_page: number; total: number; pages: number };
}

const HOUR = 3600;
const FACTS = {
  title: 'Stalker',
  originalTitle: 'Сталкер',
  year: 1979,
  releaseDate: '1979-05-25',
  overview: 'A guide leads two men.',
  rating: 8.1,
  minutes: 162,
  genres: ['Drama', 'Science Fiction'],
  directors: ['Andrei Tarkovsky'],
  cast: [{ name: 'Alisa Freindlich', character: 'Wife' }],
};

describe('the film API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let ids: number[];

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store, { clock: new StandingClock() });
    const { database, changes } = house.house;
    const [one = 0, two = 0] = await storeChannels(database, [
      { name: 'Channel One' },
      { name: 'Channel Two' },
    ]);
    const at = (channelId: number, hours: number) => ({
      channelId,
      start: NOW + hours * HOUR,
      stop: NOW + (hours + 2) * HOUR,
    });
    ids = await storeFilms(database, [
      {
        ...{ title: 'Сталкер', year: 1979, genres: ['драма'], tmdbStatus: 'match', tmdbId: 1398 },
        ...{ tmdbDetails: FACTS, posterUrl: 'ftp://no.test/a.jpg' },
        airings: [at(two, 26), at(one, 3), at(one, -5)],
        ways: [{ origin: 'list', label: 'My films', durationSeconds: 9720 }],
      },
      { title: 'Ёлки', year: 2010, genres: ['Комедия'], rating: 6.7, views: 9, airings: [at(two, -1)] },
      { title: 'Amélie', year: 2001, genres: ['comedy'], addedAt: NOW + 1, airings: [at(one, 5)] },
      { title: 'Nobody shows it', airings: [at(one, -8)] },
      { title: 'Hidden', isHidden: true, airings: [at(one, 30)] },
      { title: 'For adults', isAdult: true, airings: [at(one, 40)] },
      { title: 'Perhaps a film', state: 'candidate', airings: [at(one, 50)] },
      { title: 'Retired', retiredAt: NOW, ways: [{ label: 'Gone', originKey: 'gone' }] },
      { title: 'Picnic', tmdbStatus: 'match', tmdbId: 1398, retiredAt: NOW },
    ]);
    await changes.check();
    await house.get(FilmLibrary).fresh();
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  const ask = (path: string): supertest.Test => supertest(house.url).get(path);
  const list = async (query = ''): Promise<Listed> => {
    const answer = await ask(`/api/movies${query}`);
    expect([query, answer.status]).toEqual([query, 200]);
    return answer.body as Listed;
  };
  const titles = async (query: string): Promise<string[]> =>
    (await list(query)).movies.map(({ epg_data }) => epg_data.title);

  it('lists what runs or comes, the next first, without a login', async () => {
    const { movies, pagination } = await list();
    expect(movies.map(({ epg_data }) => epg_data.title)).toEqual(['Ёлки', 'Сталкер', 'Amélie']);
    expect(pagination).toEqual({ page: 1, per_page: 50, total: 3, pages: 1 });
  });

  it('tells a film in the agreed shape, and never an address of a source', async () => {
    const answer = await ask(`/api/movies/${ids[0]}`);
    expect(answer.text).not.toContain('s3cret');
    expect(answer.body).toEqual({
      id: ids[0],
      epg_data: {
        ...{ title: 'Сталкер', description: '', preview_image: null },
        broadcast_time: new Date((NOW + 3 * HOUR) * 1000).toISOString(),
      },
      tmdb_data: {
        ...{ title: 'Stalker', original_title: 'Сталкер', year: 1979, rating: 8.1, duration: 162 },
        ...{ description: 'A guide leads two men.', poster_url: null, genres: ['Drama', 'Science Fiction'] },
      },
      airings: [3, 26].map((hours, index) => ({
        ...{ channel_id: index + 1, channel: index === 0 ? 'Channel One' : 'Channel Two', title: 'Сталкер' },
        start: new Date((NOW + hours * HOUR) * 1000).toISOString(),
        stop: new Date((NOW + (hours + 2) * HOUR) * 1000).toISOString(),
      })),
      ways_to_watch: [
        {
          ...{ kind: 'live', label: 'Channel One', duration: 120 },
          starts_at: new Date((NOW + 3 * HOUR) * 1000).toISOString(),
          path: '/live/{username}/{password}/1.ts',
        },
        {
          ...{ kind: 'list', label: 'My films', duration: 162, starts_at: null },
          path: `/movie/{username}/{password}/${ids[0]}.mkv`,
        },
      ],
      metadata: {
        created_at: new Date(NOW * 1000).toISOString(),
        updated_at: new Date(NOW * 1000).toISOString(),
        source: 'tmdb',
      },
      // Stored by an earlier version, which kept no numbers.
      credits: [
        { person_id: null, name: 'Andrei Tarkovsky', role: 'director', character: null },
        { person_id: null, name: 'Alisa Freindlich', role: 'actor', character: 'Wife' },
      ],
    });
  });

  it('tells of the film that stands for one that was merged', async () => {
    const [merged, standing] = await Promise.all([
      ask(`/api/movies/${ids.at(-1)}`),
      ask(`/api/movies/${ids[0]}`),
    ]);
    expect([merged.status, merged.body]).toEqual([200, standing.body]);
  });

  it.each<[string, string[]]>([
    ['?genre=Drama', ['Сталкер']],
    ['?genre=%D0%BA%D0%BE%D0%BC%D0%B5%D0%B4%D0%B8%D1%8F', ['Ёлки']],
    ['?genre=Western', []],
    ['?year=2001', ['Amélie']],
    ['?rating_gte=6.7', ['Ёлки', 'Сталкер']],
    ['?rating_gte=6.71', ['Сталкер']],
    ['?genre=drama&year=1979&rating_gte=8.1&source=tmdb', ['Сталкер']],
    ['?genre=drama&source=preview', []],
    ['?rating_gte=8', ['Сталкер']],
    ['?source=tmdb', ['Сталкер']],
    ['?source=preview', ['Ёлки', 'Amélie']],
    ['?sort=rating', ['Сталкер', 'Ёлки', 'Amélie']],
    ['?sort=added', ['Amélie', 'Сталкер', 'Ёлки']],
    ['?sort=views', ['Ёлки', 'Сталкер', 'Amélie']],
    ['?per_page=1&page=2', ['Сталкер']],
    ['?page=9', []],
  ])('filters, sorts and pages: %s', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  it.each([
    ['сталкер', 'Сталкер'],
    ['СТАЛК', 'Сталкер'],
    ['stalker', 'Сталкер'],
    ['елки', 'Ёлки'],
    ['elki', 'Ёлки'],
    ['amelie', 'Amélie'],
    ['AMÉLIE', 'Amélie'],
  ])('finds %s', async (q, expected) => {
    const answer = await ask(`/api/movies/search?q=${encodeURIComponent(q)}`);
    const { movies } = answer.body as Listed;
    expect([q, movies.map(({ epg_data }) => epg_data.title)]).toEqual([q, [expected]]);
  });

  it('finds nothing by punctuation alone', async () => {
    const { movies } = (await ask('/api/movies/search?q=%3F%21')).body as Listed;
    expect(movies).toEqual([]);
  });

  it('tells the genres', async () => {
    expect((await ask('/api/genres')).body).toEqual({
      genres: [
        { name: 'Comedy', count: 1 },
        { name: 'Drama', count: 1 },
        { name: 'Science Fiction', count: 1 },
        { name: 'Комедия', count: 1 },
      ],
    });
  });

  it.each([
    ['?per_page=201', 'per_page'],
    ['?per_page=0', 'per_page'],
    ['?page=-1', 'page'],
    ['?year=soon', 'year'],
    ['?rating_gte=11', 'rating_gte'],
    ['?rating_gte=1e1', 'rating_gte'],
    ['?source=imdb', 'source'],
    ['?sort=title', 'sort'],
    ['?q=', 'q'],
    ['?genre=a%00b', 'genre'],
    ['?q=a&q=b', 'q'],
    ['?colour=red', 'colour'],
    ['/search', 'q'],
    ['/seven', 'id'],
  ])('refuses %s and names the field', async (query, field) => {
    const answer = await ask(`/api/movies${query}`);
    const { error } = answer.body as { error: { code: string; details: { field: string }[] } };
    expect([query, answer.status, error.code]).toEqual([query, 400, 'invalid_input']);
    expect(error.details.map((detail) => detail.field)).toContain(field);
    expect(answer.headers['access-control-allow-origin']).toBe('*');
  });

  it('knows no film that nobody may see', async () => {
    for (const id of [...ids.slice(3, -1), 500_000_999, 7]) {
      expect([id, (await ask(`/api/movies/${id}`)).status]).toEqual([id, 404]);
    }
  });

  it('answers 304 to who has it, compresses, and lets pages of all origins in', async () => {
    const first = await ask('/api/movies').set('Accept-Encoding', 'identity');
    const { etag = '' } = first.headers;
    expect(first.headers['access-control-allow-origin']).toBe('*');
    expect(
      (await ask('/api/movies').set('Accept-Encoding', 'identity').set('If-None-Match', etag)).status,
    ).toBe(304);
    const packed = await ask('/api/movies').set('Accept-Encoding', 'gzip');
    expect([packed.headers['content-encoding'], packed.body]).toEqual(['gzip', first.body]);
    const preflight = await supertest(house.url).options('/api/movies/search').set('Origin', 'http://a.test');
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([
      204,
      'http://a.test',
    ]);
  });

  it('tells what a person set rather than what TMDB says', async () => {
    // Kept by the third time.
    for (let times = 0; times < 3; times++) expect(await titles('?genre=drama')).toEqual(['Сталкер']);
    const set = {
      title: 'Stalker, restored',
      year: 1980,
      rating: 9,
      description: 'Ours.',
      genres: ['Classic'],
    };
    expect((await house.ask('patch', `/api/admin/films/${ids[0]}`).send(set)).status).toBe(200);
    await house.house.changes.check();
    await house.get(FilmLibrary).fresh();
    const { body } = (await ask(`/api/movies/${ids[0]}`)) as { body: { tmdb_data: object } };
    expect(body.tmdb_data).toMatchObject({ ...set, original_title: 'Сталкер', duration: 162 });
    expect(await titles('?year=1980&genre=classic&rating_gte=9')).toEqual(['Сталкер']);
    expect(await titles('?genre=drama')).toEqual([]);
  });
});
