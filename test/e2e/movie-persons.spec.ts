import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { FilmLibrary } from '../../src/catalog/films/film-library.js';
import type { MovieWithCredits } from '../../src/core/films/present-movie.js';
import type { Person } from '../../src/core/films/present-person.js';
import { ImageStore } from '../../src/platform/images/image-store.js';
import { FilmEnrichment } from '../../src/vod/tmdb/film-enrichment.js';
import { storeFilms } from '../builders/film-shelf.js';
import { TestStore } from '../contract/dialects.js';
import { AdminHouse } from '../fakes/admin-house.js';
import { createTmdbHost, type TmdbHost } from '../fakes/tmdb-host.js';

const TARKOVSKY = {
  ...{ id: 902, name: 'Andrei Tarkovsky', biography: 'He made seven films.', birthday: '1932-04-04' },
  ...{ deathday: '1986-12-29', place_of_birth: 'Zavrazhye', profile_path: '/tarkovsky.jpg' },
};

describe('persons of the film API', () => {
  const store = new TestStore('sqlite');
  let house: AdminHouse;
  let host: TmdbHost;

  beforeEach(async () => {
    await store.make();
    host = await createTmdbHost({
      films: [
        { id: 1398, originalTitle: 'Stalker', year: 1979, director: 'Tarkovsky' },
        { id: 1396, originalTitle: 'Mirror', year: 1975, director: 'Tarkovsky' },
      ],
    });
    host.fixed.set('/person/902', TARKOVSKY);
    await open('key');
  });
  afterEach(async () => {
    await house.close();
    await host.close();
    await store.drop();
  });

  async function open(key: string | null): Promise<void> {
    const tmdb = { key, baseUrl: `${host.url}/3`, imageBaseUrl: `${host.url}/t/p`, languages: ['en-US'] };
    house = await AdminHouse.open(store, { tmdb });
  }

  async function settle(): Promise<void> {
    await house.house.changes.check();
    await house.get(FilmLibrary).fresh();
  }

  /** Two films known by TMDB, and one for adults with the same people. */
  async function storeAll(): Promise<number[]> {
    const ways = (originKey: string) => [{ originKey, label: 'A list' }];
    const ids = await storeFilms(house.house.database, [
      { title: 'Stalker', year: 1979, ways: ways('1') },
      { title: 'Mirror', year: 1975, ways: ways('2') },
      {
        ...{ title: 'For adults', isAdult: true, ways: ways('3'), tmdbStatus: 'match', tmdbId: 9 },
        tmdbDetails: { title: 'For adults', directors: [{ id: 950, name: 'Hidden' }], cast: [] },
      },
    ]);
    for (const id of ids.slice(0, 2)) await house.get(FilmEnrichment).enrich(id);
    await settle();
    return ids;
  }

  const ask = (path: string): supertest.Test => supertest(house.url).get(path);
  const asked = (): number => host.requests.all.filter(({ path }) => path.includes('/person/')).length;

  it('are named by a film, and told with what TMDB says and their other films, asked for once', async () => {
    const [stalker, mirror] = await storeAll();
    const film = (await ask(`/api/movies/${stalker}`)).body as MovieWithCredits;
    expect(film.credits).toEqual([
      { person_id: 902, name: 'Tarkovsky', role: 'director', character: null },
      { person_id: 901, name: 'Somebody', role: 'actor', character: 'Someone' },
    ]);
    expect(asked()).toBe(0);

    // What stands there is no picture, so nobody is led to it.
    const refused = await house.get(ImageStore).fetch(`${host.url}/t/p/h632/tarkovsky.jpg`);
    expect(refused.kind).toBe('refused');
    for (let times = 0; times < 3; times++) {
      const answer = await ask('/api/persons/902');
      expect(answer.status).toBe(200);
      expect(answer.body as Person).toMatchObject({
        ...{ id: 902, name: 'Andrei Tarkovsky', biography: 'He made seven films.', birthday: '1932-04-04' },
        ...{ deathday: '1986-12-29', place_of_birth: 'Zavrazhye', source: 'tmdb' },
        picture_url: null,
        films: [
          { id: stalker, title: 'Stalker', year: 1979, roles: ['director'] },
          { id: mirror, title: 'Mirror', year: 1975, roles: ['director'] },
        ],
      });
      const again = await ask('/api/persons/902').set('If-None-Match', answer.headers['etag'] ?? '');
      expect(again.status).toBe(304);
    }
    expect(asked()).toBe(1);
  });

  it('are nobody where no film for everybody names them: TMDB is not asked about strangers', async () => {
    await storeAll();
    for (const id of [950, 7, 2_000_000_000]) {
      const answer = await ask(`/api/persons/${id}`);
      const { error } = answer.body as { error: { code: string; message: string } };
      expect([id, answer.status, error.code]).toEqual([id, 404, 'not_found']);
      expect(error.message).toBe('there is no such person');
    }
    expect((await ask('/api/persons/x')).status).toBe(400);
    expect(asked()).toBe(0);
  });

  it('are told from the credits alone while TMDB fails or knows them no more', async () => {
    await storeAll();
    host.inject({ kind: 'status', code: 500 }, { times: 1 });
    const tell = async (id: number): Promise<Person> => (await ask(`/api/persons/${id}`)).body as Person;
    expect(await tell(902)).toMatchObject({ name: 'Tarkovsky', biography: '', source: 'preview' });
    // An outage is not kept.
    expect(await tell(902)).toMatchObject({ name: 'Andrei Tarkovsky', source: 'tmdb' });
    expect(await tell(901)).toMatchObject({ name: 'Somebody', source: 'preview' });
  });

  it('are told from the credits alone without a key, and when TMDB takes too long', async () => {
    await storeAll();
    host.inject({ kind: 'blackhole' }, { times: 1 });
    const slow = await ask('/api/persons/902');
    expect(slow.body).toMatchObject({ name: 'Tarkovsky', source: 'preview' });

    await house.close();
    await open(null);
    await settle();
    expect((await ask('/api/persons/902')).body).toMatchObject({ name: 'Tarkovsky', source: 'preview' });
    const preflight = await supertest(house.url).options('/api/persons/902').set('Origin', 'http://a.test');
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([
      204,
      'http://a.test',
    ]);
  });
});
