import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect } from 'node:net';
import { buffer } from 'node:stream/consumers';
import supertest from 'supertest';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import type { Movie } from '../../src/core/films/present-movie.js';
import { storeFilms } from '../builders/film-shelf.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';

const FILMS = 150;
/** So that a page is larger than what the system takes from us for a client that reads nothing. */
const DESCRIPTION = 'Two people meet in a town where it never rains. '.repeat(2_000);
const LIMIT = 40;

describe('pages of the film API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;

  beforeAll(async () => {
    await store.make();
    house = await AdminHouse.open(store, { movies: { requestsPerMinute: LIMIT } });
    const { database, changes } = house.house;
    const films = Array.from({ length: FILMS }, (_, at) => ({
      ...{ title: `Film ${at}`, description: `${at} ${DESCRIPTION}`, addedAt: at },
      ways: [{ originKey: `way ${at}` }],
    }));
    await storeFilms(database, films);
    await changes.check();
    await house.get(FilmLibrary).fresh();
  });
  afterAll(async () => {
    await house.close();
    await store.drop();
  });

  it('are not written over while a slow client reads them', async () => {
    const { port } = new URL(house.url);
    const slow = connect(Number(port), '127.0.0.1');
    await once(slow, 'connect');
    slow.pause();
    slow.write(`GET /api/movies?per_page=${FILMS} HTTP/1.1\r\nHost: tv.test\r\nConnection: close\r\n\r\n`);
    for (const sort of ['added', 'views', 'added&page=1']) {
      const { body } = await supertest(house.url).get(`/api/movies?per_page=${FILMS}&sort=${sort}`);
      expect((body as { movies: Movie[] }).movies).toHaveLength(FILMS);
    }
    const answer = (await buffer(slow)).toString();
    const { movies } = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)) as { movies: Movie[] };
    const told = movies.map(({ epg_data: { title, description } }) => [title, description]);
    expect(told).toEqual(Array.from({ length: FILMS }, (_, at) => [`Film ${at}`, `${at} ${DESCRIPTION}`]));
  });

  it('count against the limit of an address when they stand ready, too', async () => {
    const answers: supertest.Response[] = [];
    for (let times = 0; times <= LIMIT; times++) {
      answers.push(
        await supertest(house.url).get('/api/movies?per_page=1').set('Accept-Encoding', 'identity'),
      );
    }
    const good = answers.filter(({ status }) => status === 200);
    expect(new Set(good.map(({ text, headers }) => `${headers['etag']} ${text}`)).size).toBe(1);
    expect([good.length < LIMIT, good.length > 3, answers.at(-1)?.status]).toEqual([true, true, 429]);
    expect(answers.at(-1)?.headers['access-control-allow-origin']).toBe('*');
  });
});
