import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readEpisodeName } from './episode-name.js';
import { readListTitle } from './list-title.js';

const told = (name: string): string => {
  const { title, year, originalTitle } = readListTitle(name, 2026);
  return [title, year ?? '', originalTitle].join(' | ').replace(/[ |]+$/, '');
};

describe('readListTitle', () => {
  it.each([
    ['Name (1999)', 'Name | 1999'],
    ['Name [2005]', 'Name | 2005'],
    ['Name 1999', 'Name | 1999'],
    ['Name 1999 [1080p]', 'Name | 1999'],
    ['Name 1999 (Extended)', 'Name | 1999'],
    ['Name (1999) (DE) [HEVC 10bit]', 'Name | 1999'],
    ['Name: Part Two (2024) 2160p WEB-DL', 'Name: Part Two | 2024'],
    ["Name (Director's Cut) (1999)", 'Name | 1999'],
    ['EN - Name (1999)', 'Name | 1999'],
    ['|EN| Name (2022) (4K)', 'Name | 2022'],
    ['[FR] Amélie (2001) VOSTFR', 'Amélie | 2001'],
    ['DE | Das Boot (1981)', 'Das Boot | 1981'],
    ['HD : Name 2022', 'Name | 2022'],
    ['4K-EN - Name', 'Name'],
    ['The.Long.Road.1939.1080p.BrRip.x264.mp4', 'The Long Road | 1939'],
    ['Сталкер / Stalker (1979) BDRip', 'Сталкер | 1979 | Stalker'],
    ['Х/ф "Брат 2" (2000)', 'Брат 2 | 2000'],
    ['АВАТАР (2009) (Дубляж)', 'АВАТАР | 2009'],
    ['Name (4K)', 'Name'],
  ])('takes %j for %j', (name, expected) => {
    expect(told(name)).toBe(expected);
  });

  it.each([
    ['Blade Runner 2049', 'Blade Runner 2049'],
    ['Class of 1984', 'Class of 1984'],
    ['Wonder Woman 1984 (2020)', 'Wonder Woman 1984 | 2020'],
    ['1917', '1917'],
    ['2012 (2009)', '2012 | 2009'],
    ['Dual (2022)', 'Dual | 2022'],
    ['IT: Chapter Two (2019)', 'IT: Chapter Two | 2019'],
    ['It (2017)', 'It | 2017'],
    ['Uncut Gems (2019)', 'Uncut Gems | 2019'],
    ['Web of Lies', 'Web of Lies'],
    ['TS Eliot', 'TS Eliot'],
    ['Alien 3', 'Alien 3'],
    ['CAM', 'CAM'],
    ['[1080p]', '[1080p]'],
  ])('leaves of %j what belongs to its title', (name, expected) => {
    expect(told(name)).toBe(expected);
  });

  it('reads age limits', () => {
    expect(readListTitle('Leon (1994) 16+', 2026)).toMatchObject({ title: 'Leon', year: 1994, ageLimit: 16 });
  });

  it('is whole and bounded whatever a name holds', () => {
    const piece = fc.constantFrom(
      '(1999)',
      '[4K]',
      'EN -',
      '|',
      'S01E02',
      '1080p',
      '.',
      ' ',
      'Name',
      '"',
      '/',
    );
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.array(piece).map((all) => all.join('')),
    );
    fc.assert(
      fc.property(name, (text) => {
        const { title, year } = readListTitle(text, 2026);
        expect(title === '').toBe(text.trim() === '');
        expect(year === null || (year >= 1800 && year <= 2100)).toBe(true);
        expect(readEpisodeName(text, { isEpisode: true })?.number ?? 0).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('readEpisodeName', () => {
  const place = (name: string, more = {}): string => {
    const found = readEpisodeName(name, more);
    return found ? `${found.series} ${found.season}x${found.number} ${found.title}`.trim() : 'none';
  };

  it.each([
    ['Name S01E02 Title', 'Name 1x2 Title'],
    ['Name S1 E2', 'Name 1x2'],
    ['Name S04 E05 A-B', 'Name 4x5 A-B'],
    ['Name.S01E02', 'Name 1x2'],
    ['Name S2021E12', 'Name 2021x12'],
    ['Name 1x02', 'Name 1x2'],
    ['Name T1 E2', 'Name 1x2'],
    ['Name. Сезон 1. Серия 2', 'Name 1x2'],
    ['Name 1 сезон 2 серия', 'Name 1x2'],
    ['Name 2-й сезон, 5-я серия', 'Name 2x5'],
    ['Dark Staffel 1 Folge 2 - Lügen', 'Dark 1x2 Lügen'],
    ['Name - Season 1 Episode 2', 'Name 1x2'],
    ['Name Stagione 1 Episodio 2', 'Name 1x2'],
    ['Name Temporada 1 Capítulo 2', 'Name 1x2'],
    ['Saison 2 Épisode 3 Le retour', '2x3 Le retour'],
    ['Lost S01E01E02 Pilot', 'Lost 1x1 Pilot'],
    ['Lost S01E01-E02 Pilot', 'Lost 1x1 Pilot'],
  ])('reads %j as %j', (name, expected) => {
    expect(place(name)).toBe(expected);
  });

  it.each([['Apollo 13'], ['1920x1080'], ['Star Wars Episode 4'], ['Серия 5'], ['Boys1E2'], ['Name']])(
    'finds no episode in %j',
    (name) => {
      expect(place(name)).toBe('none');
    },
  );

  it('takes the number alone where something else says that it is an episode', () => {
    const known = { isEpisode: true, group: null };
    expect(place('Name. Серия 5', known)).toBe('Name 1x5');
    expect(place('5-я серия', known)).toBe('1x5');
    expect(place('Folge 7', { isEpisode: true, group: 'Serien/Dark/Staffel 2' })).toBe('2x7');
    expect(place('E05 Title', { isEpisode: true, group: 'S03' })).toBe('3x5 Title');
    expect(place('Pilot', known)).toBe('none');
  });
});
