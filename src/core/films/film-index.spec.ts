import { describe, expect, it } from '@jest/globals';
import { FilmIndex, identityOf, slotsFit, type FilmTraits } from './film-index.js';
import { soundKey, titleKey } from './title-key.js';

const film = (title: string, year: number | null = null, minutes: number | null = 100): FilmTraits => ({
  title,
  originalTitle: '',
  year,
  minutes,
});

describe('titleKey', () => {
  it.each([
    ['Ёлки 5', 'елки 5'],
    ['The Hangover', 'Hangover, The'],
    ['Der Pate - Teil II', 'Der Pate: Teil 2'],
    ['Brat II', 'Brat 2'],
    ['Крестный отец. Часть 2', 'Крёстный отец II'],
    ['Fast & Furious', 'Fast and Furious'],
    ['Kill Bill: Vol. 2', 'Kill Bill 2'],
    ['L’auberge espagnole', "L'auberge espagnole"],
    ['Amélie', 'AMELIE'],
    ['Кинo', 'Кино'],
  ])('is one for %j and %j', (a, b) => {
    expect(titleKey(a)).toBe(titleKey(b));
  });

  it.each([
    ['Terminator', 'Terminator 2'],
    ['Brat 1', 'Brat 2'],
    ['Сталкер', 'Сталкеры'],
    ['Pi', 'P.I.'],
  ])('tells %j from %j', (a, b) => {
    expect(titleKey(a)).not.toBe(titleKey(b));
  });

  it('leaves a title that is nothing but an article or a numeral', () => {
    expect(titleKey('Die')).toBe('die');
    expect(titleKey('IX')).toBe('ix');
    expect(titleKey('И')).toBe('и');
    expect(titleKey('!!!')).toBe('');
  });

  it.each([
    ['Сталкер', 'Stalker'],
    ['Титаник', 'Titanic'],
    ['Кинг Конг', 'King Kong'],
    ['Шерлок', 'Sherlock'],
    ['Аватар', 'Avatar'],
  ])('sounds alike in %j and %j', (a, b) => {
    expect(soundKey(a)).toBe(soundKey(b));
  });
});

describe('FilmIndex', () => {
  const index = (...films: FilmTraits[]): FilmIndex =>
    new FilmIndex(films.map((traits, at) => ({ ...traits, id: at + 1 })));

  it('finds a repeat, another channel and another spelling', () => {
    const known = index(film('Ёлки 5', 2016), film('Брат II', null, 130));
    expect(known.find(film('ЕЛКИ 5', 2016))?.id).toBe(1);
    expect(known.find(film('Ёлки-5', null, 110))?.id).toBe(1);
    expect(known.find(film('Брат 2', 2000, 125))?.id).toBe(2);
    expect(known.find(film('Брат'))).toBeNull();
  });

  it('tells remakes apart by their years, and by length where no year is told', () => {
    const known = index(film('King Kong', 1976, 134), film('King Kong', 2005, 187));
    expect(known.find(film('King Kong', 2004, 190))?.id).toBe(2);
    expect(known.find(film('King Kong', 1976, 160))?.id).toBe(1);
    expect(known.find(film('King Kong', 1933, 100))).toBeNull();
    expect(known.find(film('King Kong', null, 140))?.id).toBe(1);
    expect(known.find(film('King Kong', null, 195))?.id).toBe(2);
  });

  it('takes a year that is off by one for the same, the exact one first', () => {
    const known = index(film('Brat', 1996), film('Brat', 1998));
    expect(known.find(film('Brat', 1998))?.id).toBe(2);
    expect(known.find(film('Brat', 1999))?.id).toBe(2);
    expect(known.find(film('Brat', 2001))).toBeNull();
  });

  it('finds the other script by sound, with the year as second reason', () => {
    const known = index(film('Сталкер', 1979, 160));
    expect(known.find(film('Stalker', 1979, 165))?.id).toBe(1);
    expect(known.find(film('Stalker', null, 165))).toBeNull();
    expect(known.find(film('Stalcer', 1979, 160))?.id).toBe(1);
    expect(index(film('Stalker', 1979)).find(film('Stalcer', 1979))).toBeNull();
  });

  it('finds by the original title', () => {
    const known = index({ ...film('Одержимость', 2014), originalTitle: 'Whiplash' });
    expect(known.find(film('Whiplash', 2014))?.id).toBe(1);
    expect(known.find({ ...film('Barabán', 2014), originalTitle: 'Whiplash' })?.id).toBe(1);
  });

  it('does not take a short for a film of the same name', () => {
    expect(index(film('Обида', null, 20)).find(film('Обида', null, 100))).toBeNull();
    expect(slotsFit(90, 150)).toBe(true);
    expect(slotsFit(90, 170)).toBe(false);
    expect(slotsFit(null, 170)).toBe(true);
  });

  it('keeps titles without letters apart from each other', () => {
    expect(index(film('!!!')).find(film('???'))).toBeNull();
  });

  it('names a film the same in every run', () => {
    expect(identityOf(film('Ёлки 5', 2016))).toBe('елки 5|2016');
    expect(identityOf(film('The Hangover'))).toBe('hangover|');
    expect([identityOf(film(' ?! ')), identityOf(film('$', 1971))]).toEqual(['?!|', '$|1971']);
  });
});

describe('FilmIndex.findSure', () => {
  const index = (...films: FilmTraits[]): FilmIndex =>
    new FilmIndex(films.map((traits, at) => ({ ...traits, id: at + 1 })));

  it('takes equal years for proof, off by one too, and no year on either side', () => {
    const known = index(
      film('Solaris', 1972, null),
      film('Solaris', 2002, null),
      film('Stalker', null, null),
    );
    expect(known.findSure(film('Solaris', 2002, null))?.id).toBe(2);
    expect(known.findSure(film('Solaris', 1973, null))?.id).toBe(1);
    expect(known.findSure(film('Solaris', 1990, null))).toBeNull();
    expect(known.findSure(film('Stalker', null, null))?.id).toBe(3);
  });

  it.each([
    ['the entry has no year', film('Solaris', 1972, 167), film('Solaris', null, null)],
    ['the film has no year', film('Solaris', null, 167), film('Solaris', 1972, null)],
    ['the length is about the same only', film('Solaris', 1972, 167), film('Solaris', null, 160)],
  ])('takes a title alone for no proof where %s', (_what, known, wanted) => {
    expect(index(known).findSure(wanted)).toBeNull();
  });

  it('takes the length to the minute or the original title for proof', () => {
    expect(index(film('Solaris', 1972, 167)).findSure(film('Solaris', null, 166))?.id).toBe(1);
    const original = { ...film('Солярис', null, null), originalTitle: 'Solyaris' };
    expect(index({ ...film('Солярис', 1972, null), originalTitle: 'Solyaris' }).findSure(original)?.id).toBe(
      1,
    );
  });

  it('decides between remakes of one length for neither', () => {
    const known = index(film('Total Recall', 1990, 113), film('Total Recall', 2012, 114));
    expect(known.findSure(film('Total Recall', null, 113))).toBeNull();
  });
});

describe('a showing without a year', () => {
  it('is not taken for a film whose length nobody knows', () => {
    const known = new FilmIndex([{ ...film('Dune', 1984, null), id: 1 }]);
    expect(known.find(film('Dune', null, 155))).toBeNull();
    expect(known.find(film('Dune', 1984, 155))?.id).toBe(1);
  });

  it('finds a title of nothing but signs again, and no other one for it', () => {
    const index = new FilmIndex([
      { ...film('?!...', null), id: 1 },
      { ...film('…', null), id: 2 },
    ]);
    const idOf = (title: string): number | undefined => index.find(film(title, null))?.id;
    expect([idOf('?! ...'), idOf('...'), idOf('!!!'), idOf('Heat')]).toEqual([1, 2, undefined, undefined]);
  });
});
