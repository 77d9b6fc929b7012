import { describe, expect, it } from '@jest/globals';
import { detectFilm, type DetectableProgramme } from './detect-film.js';

const START = Date.UTC(2026, 10, 20, 20) / 1000;

function programme(
  title: string,
  minutes: number,
  more: Partial<DetectableProgramme> = {},
): DetectableProgramme {
  return { start: START, stop: START + minutes * 60, titles: [{ text: title }], ...more };
}

const categories = (...names: string[]): Partial<DetectableProgramme> => ({
  categories: names.map((text) => ({ text })),
});
const description = (text: string): Partial<DetectableProgramme> => ({ descriptions: [{ text }] });
const episode = (system: string, value: string): Partial<DetectableProgramme> => ({
  episodes: [{ system, value }],
});

describe('detectFilm', () => {
  it.each<[string, DetectableProgramme, string]>([
    ['a mark in the title', programme('Х/ф "Драйвер"', 100), 'title-mark'],
    ['an English category', programme('King Cobra', 107, categories('Movies')), 'category'],
    ['a French one', programme('Le clan', 90, categories('Film', 'Comédie')), 'category'],
    ['a Spanish one', programme('La línea', 89, categories('Película')), 'category'],
    ['a German one', programme('Der Sieger', 120, categories('Spielfilm')), 'category'],
    ['an Italian one', programme('Sing Street', 122, categories('film')), 'category'],
    ['a Portuguese one', programme('Contágio', 113, categories('Filme')), 'category'],
    ['a Russian one', programme('Оружие.', 90, categories('Фильм')), 'category'],
    ['a list of a provider', programme('Стоун', 110, categories('Х/ф', 'боевик')), 'category'],
    ['the id of a film', programme('Pixels', 110, episode('dd_progid', 'MV00604659.0')), 'film-id'],
    [
      'its number at TMDB',
      programme('The Hangover', 115, episode('themoviedb.com', 'movie/18785')),
      'film-id',
    ],
    [
      'the first line',
      programme('Tomb Raider', 110, description('Cine/Acción | 2018 | ⑫ | ★8.0/10\n· Tras')),
      'description-mark',
    ],
    [
      'genre, year and length',
      programme('Huracán', 83, { date: '2013', ...categories('Ciencia ficción') }),
      'genre-and-year',
    ],
    [
      'country and year',
      programme('Веселые ребята', 90, description('СССР, 1934, комедия Леонид Утесов')),
      'country-and-year',
    ],
    ['a full-length animation', programme('М/ф "Чебурашка идёт в школу".', 85), 'title-mark'],
    ['a documentary film', programme('König Bansah', 108, categories('Movie', 'Documentary')), 'category'],
  ])('finds a film by %s', (_, shown, reason) => {
    const found = detectFilm(shown);
    expect(found.kind).toBe('film');
    expect(found.reasons).toContain(reason);
    expect(found.score).toBeGreaterThan(0.7);
  });

  it.each<[string, DetectableProgramme, string]>([
    [
      'an episode number',
      programme('Prison', 90, { ...categories('Drama'), ...episode('xmltv_ns', '1.2/8.') }),
      'episode',
    ],
    ['an episode on screen', programme('Prison', 90, episode('onscreen', 'S02E06')), 'episode'],
    ['an id of an episode', programme('Kojak', 75, episode('dd_progid', 'EP00002490.0')), 'episode'],
    ['a show at TMDB', programme('The Capture', 70, episode('themoviedb.com', 'tv/93166')), 'episode'],
    ['an episode in the title', programme('Заговор небес. 3-я серия', 90, categories('фильмы')), 'episode'],
    ['an episode in the text', programme('Caught', 110, description(`'S4/E9 - The Cards'. Ta`)), 'episode'],
    ['one part of several', programme('Х/ф "Шатун". 1 с.', 95), 'part'],
    ['a series', programme('Águila Roja', 96, categories('Action', 'Series')), 'series'],
    ['a series in Russian', programme('Акула', 100, categories('Сериал')), 'series'],
    ['a documentary', programme('Д/ф "Петр Козлов".', 70, categories('Фильм')), 'documentary'],
    ['sport', programme('Rugby', 120, categories('All Sport', 'Rugby')), 'sport'],
    ['a talk show', programme('Вечер на "Спасе"', 120, categories('досуг')), 'other-programme'],
    [
      'a programme on films',
      programme('Días de cine', 85, description('Cine/Programa de cine | 2024')),
      'other-programme',
    ],
    ['a short', programme('Х/ф "Обида"', 10), 'too-short'],
    ['a match by its title', programme('Волейбол. Чемпионат России. Женщины', 120), 'other-programme'],
    [
      'a title and one of an episode',
      programme('The Rolling Stones', 137, { subTitles: [{ text: 'A Bigger Bang' }] }),
      'has-episode-title',
    ],
    ['half an hour of anything', programme('Bamay', 27), 'too-short'],
  ])('leaves out %s', (_, shown, reason) => {
    const found = detectFilm(shown);
    expect(found.kind).toBe('no');
    expect(found.reasons).toContain(reason);
  });

  it('makes a candidate of what has nothing but the length, and of doubtful marks', () => {
    expect(detectFilm(programme('Сталкер', 160))).toMatchObject({ kind: 'candidate', reasons: ['length'] });
    expect(detectFilm(programme('С небес на землю', 330, categories('Фильм')))).toMatchObject({
      kind: 'candidate',
    });
    const navarro = programme('Navarro', 100, {
      ...categories('Téléfilm'),
      subTitles: [{ text: 'La foire' }],
    });
    expect(detectFilm(navarro)).toMatchObject({
      kind: 'candidate',
      reasons: ['category', 'has-episode-title'],
    });
  });

  it('does not take the title repeated in another order for the title of an episode', () => {
    const shown = programme('The Hangover', 115, {
      ...categories('Movie'),
      subTitles: [{ text: 'Hangover, The' }],
    });
    expect(detectFilm(shown).kind).toBe('film');
  });

  it('reads year, age, rating and genres from where guides write them', () => {
    const packed = programme('Tomb Raider', 110, description('Cine/Acción | 2018 | ⑫ | ★8.5/10\n· Tras'));
    expect(detectFilm(packed).record).toMatchObject({ year: 2018, ageLimit: 12, rating: 8.5 });
    const fields = programme('Pixels', 110, {
      date: '20150724',
      starRatings: [{ value: '3/5' }],
      ratings: [{ system: 'FSK', value: '12' }],
      ...categories('Movie', 'Comedy'),
    });
    expect(detectFilm(fields).record).toMatchObject({
      year: 2015,
      ageLimit: 12,
      rating: 6,
      genres: ['Comedy'],
    });
  });

  it('does not believe years that cannot be', () => {
    for (const date of ['19700101', '1850', '2099', 'soon', '']) {
      expect(detectFilm(programme('X', 100, { date })).record.year).toBeNull();
    }
  });

  it('takes a number of TMDB from the guide, and nothing that only looks like one', () => {
    expect(detectFilm(programme('X', 100, episode('themoviedb.com', 'movie/18785'))).record.tmdbId).toBe(
      18785,
    );
    expect(detectFilm(programme('X', 100, episode('themoviedb.com', 'movie/x'))).record.tmdbId).toBeNull();
    expect(detectFilm(programme('X', 100, episode('', 'movie/5'))).record.tmdbId).toBeNull();
  });
});
