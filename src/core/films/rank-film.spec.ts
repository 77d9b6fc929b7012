import { describe, expect, it } from '@jest/globals';
import type { FilmTraits } from './film-index.js';
import { rankFilm, type FilmCandidate } from './rank-film.js';

const wanted = (title: string, year: number | null = null, minutes: number | null = null): FilmTraits => ({
  title,
  originalTitle: '',
  year,
  minutes,
});
let nextId = 1;
const candidate = (title: string, year: number | null, more: Partial<FilmCandidate> = {}): FilmCandidate => ({
  id: nextId++,
  title,
  originalTitle: title,
  year,
  minutes: null,
  votes: 100,
  ...more,
});

describe('rankFilm', () => {
  it('takes the same title of the same year, and says why', () => {
    const right = candidate('Tomb Raider', 2018);
    const ranking = rankFilm(wanted('Tomb Raider', 2018), [candidate('Tomb Raider', 2001), right]);
    expect(ranking.kind).toBe('match');
    expect(ranking.ranked[0]).toMatchObject({ candidate: right, reasons: ['same-title', 'same-year'] });
  });

  it('takes a year that is off by one, and the exact one before it', () => {
    const exact = candidate('Brat', 1997);
    const near = candidate('Brat', 1998);
    expect(rankFilm(wanted('Brat', 1996), [near, exact]).ranked[0]?.candidate).toBe(exact);
    expect(rankFilm(wanted('Brat', 1999), [near, exact])).toMatchObject({ kind: 'match' });
  });

  it('finds a film by its original title and by the other script', () => {
    const stalker = candidate('Stalker', 1979, { originalTitle: 'Сталкер' });
    expect(rankFilm(wanted('Сталкер', 1979), [stalker])).toMatchObject({ kind: 'match' });
    expect(rankFilm(wanted('Титаник', 1997), [candidate('Titanic', 1997)]).ranked[0]?.reasons).toContain(
      'same-sound',
    );
  });

  it('leaves remakes to a person where neither year nor length is known', () => {
    const remakes = [candidate('King Kong', 1976), candidate('King Kong', 2005)];
    expect(rankFilm(wanted('King Kong'), remakes)).toMatchObject({ kind: 'ambiguous' });
    expect(rankFilm(wanted('King Kong', null, 150), remakes).wantsLength).toHaveLength(2);
  });

  it('tells remakes apart by length, once it is known', () => {
    const old = candidate('King Kong', 1933, { minutes: 100 });
    const young = candidate('King Kong', 2005, { minutes: 187 });
    expect(rankFilm(wanted('King Kong', null, 230), [old, young])).toMatchObject({
      kind: 'match',
      ranked: [{ candidate: young }, { candidate: old }],
    });
  });

  it('takes the film everybody knows before a namesake nobody saw', () => {
    const known = candidate('Avatar', 2009, { votes: 30_000 });
    const other = candidate('Avatar', 2004, { votes: 12 });
    expect(rankFilm(wanted('Avatar'), [other, known])).toMatchObject({
      kind: 'match',
      ranked: [{ candidate: known }, {}],
    });
  });

  it('never takes a film of another year for it', () => {
    expect(
      rankFilm(wanted('Hercules', 2014), [candidate('Hercules', 1997, { votes: 50_000 })]).kind,
    ).not.toBe('match');
    expect(rankFilm(wanted('Hercules', 2014), [candidate('Heracles', 1997)]).kind).toBe('none');
  });

  it('knows none where nothing is alike', () => {
    expect(rankFilm(wanted('Сталкер', 1979), [candidate('Solaris', 1972)])).toEqual({
      kind: 'none',
      ranked: [],
      wantsLength: [],
    });
    expect(rankFilm(wanted('Сталкер', 1979), [])).toMatchObject({ kind: 'none' });
  });

  it('takes half of a title in the very year of the film only', () => {
    const film = candidate('The Untouchables - Gli intoccabili', 1987);
    const ranking = rankFilm(wanted('Gli intoccabili', 1987), [film]);
    expect(ranking).toMatchObject({ kind: 'match', ranked: [{ reasons: ['part-of-title', 'same-year'] }] });
    expect(rankFilm(wanted('Gli intoccabili', 1988), [film]).kind).toBe('ambiguous');
    expect(rankFilm(wanted('Gli intoccabili', 1969), [film]).kind).toBe('none');
    expect(rankFilm(wanted('Gli intoccabili'), [film]).kind).toBe('ambiguous');
  });

  it('does not take one part for another', () => {
    expect(rankFilm(wanted('Призрачный гонщик 2'), [candidate('Призрачный гонщик', 2007)]).kind).not.toBe(
      'match',
    );
  });

  it('wants more than a title for what may be no film at all', () => {
    const only = candidate('Contágio', 2011, { votes: 9_000 });
    expect(rankFilm(wanted('Contágio'), [only], { isDoubtful: true })).toMatchObject({
      kind: 'ambiguous',
      wantsLength: [only.id],
    });
    const measured = { ...only, minutes: 106 };
    expect(rankFilm(wanted('Contágio', null, 113), [measured], { isDoubtful: true })).toMatchObject({
      kind: 'match',
    });
    expect(rankFilm(wanted('Contágio', null, 80), [measured], { isDoubtful: true }).kind).not.toBe('match');
  });

  it('answers the same in any order', () => {
    const films = ['A', 'A', 'A B', 'B'].map((title, at) => candidate(title, 2000 + at, { votes: at }));
    expect(rankFilm(wanted('A', 2001), [...films].reverse())).toEqual(rankFilm(wanted('A', 2001), films));
  });
});
