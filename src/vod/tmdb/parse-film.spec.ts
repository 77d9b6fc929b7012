import { describe, expect, it } from '@jest/globals';
import { parseFilmDetails, parseFilms } from './parse-film.js';
import { parseGenres, parsePerson } from './parse-other.js';

const german = { languages: ['de-DE', 'en-US'], region: 'DE' };
const film = { id: 5, title: 'Der Pate', original_title: 'The Godfather', release_date: '1972-03-14' };

describe('a list of films', () => {
  it('keeps what can be used and leaves out the rest', () => {
    const answer = { results: [film, { id: 0, title: 'x' }, { id: 6 }, null, 'x', { id: '7', title: 'x' }] };
    expect(parseFilms(answer)).toEqual([
      expect.objectContaining({
        id: 5,
        title: 'Der Pate',
        originalTitle: 'The Godfather',
        year: 1972,
        rating: null,
      }),
    ]);
  });

  it.each([null, [], 'text', {}, { results: {} }, { status_code: 7 }])('is not %j', (answer) => {
    expect(parseFilms(answer)).toBeNull();
  });

  it('has bounds', () => {
    const long = {
      ...film,
      title: 'x'.repeat(100_000),
      overview: 'y'.repeat(100_000),
      genre_ids: Array(1e5).fill(1),
    };
    const [first, ...more] = parseFilms({ results: Array.from({ length: 5000 }, () => long) }) ?? [];
    expect(more).toHaveLength(39);
    expect(first?.title).toHaveLength(300);
    expect(first?.overview).toHaveLength(4000);
    expect(first?.genreIds).toHaveLength(12);
  });

  it.each(['../../etc/passwd', '//evil.example/x.jpg', '/a/b.jpg', '/x.svg', '/x.jpg?y', 'x.jpg', 7, null])(
    'takes no picture from %j',
    (poster_path) => {
      expect(parseFilms({ results: [{ ...film, poster_path }] })?.[0]?.posterPath).toBe('');
    },
  );

  it.each([
    ['', null],
    ['0000-00-00', null],
    ['1972', null],
    ['1972-03-14T00:00', 1972],
    [null, null],
  ])('reads the date %j', (release_date, year) => {
    expect(parseFilms({ results: [{ ...film, release_date }] })?.[0]?.year).toBe(year);
  });
});

describe('the details of a film', () => {
  it('takes what the preferred language has no words for from the next one', () => {
    const translations = [
      { iso_639_1: 'de', iso_3166_1: 'DE', data: { title: 'Der Pate', overview: '' } },
      { iso_639_1: 'en', iso_3166_1: 'US', data: { title: '', overview: 'A family.' } },
    ];
    const details = parseFilmDetails(
      {
        ...film,
        title: 'The Godfather',
        overview: '',
        original_language: 'en',
        translations: { translations },
      },
      german,
    );
    expect(details).toMatchObject({ title: 'Der Pate', overview: 'A family.', otherTitles: ['Der Pate'] });
  });

  it('chooses the trailer, the age rating of the region and the director', () => {
    const details = parseFilmDetails(
      {
        ...film,
        runtime: 175,
        videos: {
          results: [
            { site: 'YouTube', type: 'Clip', key: 'clipclipcli', iso_639_1: 'de' },
            { site: 'Vimeo', type: 'Trailer', key: '12345678', iso_639_1: 'de' },
            { site: 'YouTube', type: 'Trailer', key: 'english-one', iso_639_1: 'en' },
            { site: 'YouTube', type: 'Trailer', key: 'german_one1', iso_639_1: 'de' },
            { site: 'YouTube', type: 'Trailer', key: '"><script>', iso_639_1: 'de' },
          ],
        },
        release_dates: {
          results: [
            { iso_3166_1: 'US', release_dates: [{ certification: 'R' }] },
            { iso_3166_1: 'DE', release_dates: [{ certification: '' }, { certification: '16' }] },
          ],
        },
        credits: {
          crew: [
            { name: 'Mario Puzo', job: 'Writer' },
            { name: 'Francis Ford Coppola', job: 'Director' },
          ],
          cast: [
            { name: 'Al Pacino', character: 'Michael', order: 1 },
            { name: 'Marlon Brando', character: 'Vito', order: 0 },
          ],
        },
      },
      german,
    );
    expect(details).toMatchObject({
      minutes: 175,
      trailer: 'german_one1',
      certification: '16',
      directors: [{ id: null, name: 'Francis Ford Coppola' }],
      cast: [{ name: 'Marlon Brando' }, { name: 'Al Pacino' }],
    });
  });

  it('understands the shape of 2013', () => {
    const details = parseFilmDetails(
      {
        ...film,
        casts: {
          cast: [{ id: 3, name: 'Madonna', character: 'Elspeth', order: 0 }],
          crew: [
            { id: 7, name: 'A', job: 'Director' },
            { id: 8, name: 'A', job: 'Director' },
          ],
        },
        trailers: { quicktime: [], youtube: [{ name: 'Trailer 1', source: 'Rieq_TR7cV0' }] },
        releases: { countries: [{ iso_3166_1: 'DE', certification: '12' }] },
        production_countries: [{ iso_3166_1: 'US', name: 'United States' }],
      },
      german,
    );
    expect(details).toMatchObject({
      cast: [{ id: 3, name: 'Madonna', character: 'Elspeth' }],
      directors: [{ id: 7, name: 'A' }],
      trailer: 'Rieq_TR7cV0',
      certification: '12',
      countries: ['US'],
      minutes: null,
    });
  });

  it.each([null, 'x', [], {}, { id: 5 }, { status_code: 34 }])('are not %j', (answer) => {
    expect(parseFilmDetails(answer, german)).toBeNull();
  });
});

describe('genres and persons', () => {
  it('are read, or refused', () => {
    expect(parseGenres({ genres: [{ id: 18, name: 'Drama' }, { id: 'x' }] })).toEqual([
      { id: 18, name: 'Drama' },
    ]);
    expect(parseGenres({})).toBeNull();
    const pictures = 'https://pictures.test/t/p';
    expect(parsePerson({ id: 3, name: 'Madonna', profile_path: '/m.jpg' }, pictures)).toMatchObject({
      ...{ id: 3, birthday: '', pictureUrl: 'https://pictures.test/t/p/h632/m.jpg' },
    });
    expect(parsePerson({ id: 3, name: 'X', profile_path: '//else.test/m.jpg' }, pictures)?.pictureUrl).toBe(
      '',
    );
    expect(parsePerson({ id: 3 }, pictures)).toBeNull();
  });
});
