import { describe, expect, it } from '@jest/globals';
import { FilmsByKey } from './films-by-key.js';

describe('films under keys', () => {
  it('are found in the order they came, under any of their keys', () => {
    const films = new FilmsByKey<number>();
    for (let film = 0; film < 5_000; film++) {
      films.add(`key ${film % 1_500}`, film);
      if (film % 1_000 === 0) films.add('thousand', film);
    }
    expect(films.of('key 7')).toEqual([7, 1_507, 3_007, 4_507]);
    expect(films.of('thousand')).toEqual([0, 1_000, 2_000, 3_000, 4_000]);
    expect([films.of('key 1500'), films.of('')]).toEqual([[], []]);
  });
});
