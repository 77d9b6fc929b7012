import { describe, expect, it } from '@jest/globals';
import { languageOf, searchesFor } from './film-searches.js';

const wanted = (
  title: string,
  year: number | null = null,
  originalTitle = '',
): Parameters<typeof searchesFor>[0] => ({
  title,
  originalTitle,
  year,
});

describe('what TMDB is asked for a film', () => {
  it('begins with the title and its year, and ends without', () => {
    expect(searchesFor(wanted('Der Pate', 1972, 'The Godfather'), ['de-DE'])).toEqual([
      { title: 'Der Pate', year: 1972, language: 'de-DE' },
      { title: 'The Godfather', year: 1972, language: 'de-DE' },
      { title: 'Der Pate', year: null, language: 'de-DE' },
      { title: 'The Godfather', year: null, language: 'de-DE' },
    ]);
  });

  it('asks for a Cyrillic title in a language that is written so, and in Latin letters at last', () => {
    expect(searchesFor(wanted('Сталкер', 1979), ['en-US'])).toEqual([
      { title: 'Сталкер', year: 1979, language: 'ru-RU' },
      { title: 'Сталкер', year: null, language: 'ru-RU' },
      { title: 'stalker', year: null, language: 'en-US' },
    ]);
    expect(languageOf('Тіні забутих предків', ['en-US'])).toBe('uk-UA');
    expect(languageOf('Тіні забутих предків', ['ru-RU'])).toBe('ru-RU');
    expect(languageOf('Solaris', ['ru-RU', 'de-DE'])).toBe('de-DE');
    expect(languageOf('Solaris', ['ru-RU'])).toBe('en-US');
  });

  it('puts an article where it belongs', () => {
    expect(searchesFor(wanted('Godfather, The'), ['en-US'])).toMatchObject([{ title: 'The Godfather' }]);
  });

  it('asks nothing twice', () => {
    expect(searchesFor(wanted('Alien', null, 'alien'), ['en-US'])).toHaveLength(1);
  });

  it.each(['', '...', '!!! ???', ' ', '\u200f\u200e'])('asks nothing for %j', (title) => {
    expect(searchesFor(wanted(title, 2000), ['en-US'])).toEqual([]);
  });

  it('bounds and cleans what comes from guides, and does not believe in the year 0', () => {
    const [first] = searchesFor(wanted(`A\u0000B\u202e ${'x'.repeat(500)}`, 0), ['en-US']);
    expect(first?.title).toMatch(/^A B x+$/);
    expect(first?.title.length).toBeLessThanOrEqual(120);
    expect(first?.year).toBeNull();
  });
});
