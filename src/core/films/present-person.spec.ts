import { describe, expect, it } from '@jest/globals';
import type { FilmCredit } from './film-credits.js';
import { presentPerson } from './present-person.js';

const credit = (role: FilmCredit['role'], character = ''): FilmCredit => ({
  ...{ personId: 8452, name: 'Tarkovsky', role, character },
});
const FILMS = [
  { id: 1, title: 'Undated', year: null, poster: '', credits: [credit('director')] },
  { id: 2, title: 'Stalker', year: 1979, poster: '/p.jpg', credits: [credit('director')] },
  {
    id: 3,
    title: 'Mirror',
    year: 1975,
    poster: '',
    credits: [credit('director'), credit('actor', 'Himself')],
  },
];

describe('a person', () => {
  it('is told with what TMDB says and our films, the newest first', () => {
    const facts = {
      ...{ name: 'Андрей Тарковский', biography: 'Born.', birthday: '1932-04-04', deathday: 'unknown' },
      placeOfBirth: 'Zavrazhye',
    };
    expect(presentPerson(8452, facts, 'http://a.test/t.jpg', FILMS)).toEqual({
      ...{ id: 8452, name: 'Андрей Тарковский', biography: 'Born.', birthday: '1932-04-04', deathday: null },
      ...{ place_of_birth: 'Zavrazhye', picture_url: 'http://a.test/t.jpg', source: 'tmdb' },
      films: [
        { id: 2, title: 'Stalker', year: 1979, poster_url: '/p.jpg', roles: ['director'], character: null },
        {
          id: 3,
          title: 'Mirror',
          year: 1975,
          poster_url: null,
          roles: ['director', 'actor'],
          character: 'Himself',
        },
        { id: 1, title: 'Undated', year: null, poster_url: null, roles: ['director'], character: null },
      ],
    });
  });

  it('is told from the credits where nobody says more', () => {
    expect(presentPerson(8452, null, '', FILMS)).toMatchObject({
      ...{ name: 'Tarkovsky', biography: '', birthday: null, place_of_birth: null, picture_url: null },
      source: 'preview',
    });
  });
});
