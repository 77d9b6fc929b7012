import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { FilmTraits } from '../../src/core/films/film-index.js';
import { rankFilm, type FilmCandidate } from '../../src/core/films/rank-film.js';

interface Pair extends FilmTraits {
  lang: string;
  tmdb: number | null;
}
interface LabelledSet {
  films: (Omit<FilmCandidate, 'otherTitles' | 'title'> & { titles: Record<string, string> })[];
  pairs: Pair[];
}

const file = path.resolve('test', 'fixtures', 'film-pairs', 'pairs.json');
const { films, pairs } = JSON.parse(readFileSync(file, 'utf8')) as LabelledSet;
const candidates: FilmCandidate[] = films.map(({ titles, ...film }) => ({
  ...film,
  title: titles.en ?? film.originalTitle,
  otherTitles: Object.values(titles),
}));

/** Every film of the set is a candidate for every title: harder than what a search finds. */
function judged(pair: Pair): 'right' | 'wrong' | 'missed' | 'rightly-none' {
  const { kind, ranked } = rankFilm(pair, candidates);
  if (kind !== 'match') return pair.tmdb === null ? 'rightly-none' : 'missed';
  return ranked[0]?.candidate.id === pair.tmdb ? 'right' : 'wrong';
}

describe('the labelled titles', () => {
  const languages = [...new Set(pairs.map(({ lang }) => lang))];

  it.each(languages)('are matched with a precision of 0.97 and a recall of 0.85 in %s', (lang) => {
    const own = pairs.filter((pair) => pair.lang === lang);
    const outcomes = own.map((pair) => ({ title: pair.title, year: pair.year, outcome: judged(pair) }));
    const of = (outcome: string): typeof outcomes => outcomes.filter((each) => each.outcome === outcome);
    const [right, wrong, missed] = [of('right').length, of('wrong').length, of('missed').length];
    expect(right / (right + wrong)).toBeGreaterThanOrEqual(0.97);
    expect(right / (right + wrong + missed)).toBeGreaterThanOrEqual(0.85);
  });
});
