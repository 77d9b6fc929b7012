import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namesAgree } from './name-agreement.js';
import { normaliseId, normaliseName, qualityRank, readName } from './normalise.js';

describe('normaliseName', () => {
  it.each([
    [
      'Первый канал HD',
      'ПЕРВЫЙ КАНАЛ',
      'Первый канал (1080p)',
      'Первый  Канал FHD',
      'Первый канал ᴴᴰ',
      'Первый канал [RU]',
      'RU: Первый канал',
    ],
    ['Звёзда', 'Звезда', 'звезда 4K', 'Звезда UHD HEVC'],
    ['Дом кино', 'Дом кинo', 'Дoм Кино HD'],
    ['РЕН ТВ', 'РЕН ТB', 'РЕН ТВ (720p)', 'РЕН-ТВ'],
    ['Añó Télé', 'ANO TELE', 'Ano Tele H265'],
    [
      'Canal 1',
      'Canal 1 ...37d',
      'Canal 1 **',
      'CANAL 1 1080p * --> SOMEONE ...a4a',
      'Canal 1 2500 kbps',
      'Canal1',
    ],
    ['ESPN 2', 'ESPN 2 dab ...e63', 'ESPN 2 442 ...394', 'ESPN 2 HD 033 ...394'],
    ['TVA', 'TVA Ⓖ', 'TVA ⒹⒼ', 'TVA [Not 24/7]', 'TVA (SD)', 'TVA 50fps'],
    ['Film4 +1', 'Film4+1', 'Film4 (+1)', 'Film4 +1 HD', 'film4 +01'],
    ['Матч! Футбол 1', 'Матч Футбол 1', 'МАТЧ! ФУТБОЛ 1 (HD ready)'],
    ['Straße', 'STRASSE'],
    ['Россия-24', 'Россия 24', 'Россия24 (EDTV 576p)'],
  ])('is one for %s and its spellings', (...names) => {
    expect(new Set(names.map(normaliseName))).toEqual(new Set([normaliseName(names[0])]));
  });

  it.each([
    ['Canal 1', 'Canal 2'],
    ['Canal 1 1', 'Canal 11'],
    ['Канал', 'Канал +1'],
    ['RTL+ 1', 'RTL +1'],
    ['47 канал +1', '48 канал +1'],
    ['1+1', '11'],
    ['Canal', 'Canal+'],
    ['Sport 1', 'Sport 1+'],
    ['й канал', 'и канал'],
    ['CTC', 'СТС'],
    ['Eurosport 360 ...37d', 'Eurosport ...37d'],
    ['TV 1000', 'TV 100'],
    ['HD', '4K'],
  ])('keeps %s and %s apart', (a, b) => {
    expect(normaliseName(a)).not.toBe(normaliseName(b));
  });

  it('leaves nothing empty that holds a letter or a digit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (name) => {
        const { key, title } = readName(name);
        if (/[\p{L}\p{N}]/u.test(name.normalize('NFKC'))) expect(title).not.toBe('');
        expect(key).toBe(normaliseName(name));
      }),
    );
  });

  it('is stable: the normal form of a shown name is the normal form of the name', () => {
    const part = fc.constantFrom(
      'Первый',
      'канал',
      'Sport',
      '1',
      '24',
      'HD',
      '(720p)',
      '**',
      '[RU]',
      '+1',
      'Кинo',
      'É',
      '...37d',
      '--> X',
      'Ⓖ',
      'HEVC',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), (parts) => {
        const { display, key } = readName(parts.join(' '));
        const again = readName(display);
        // What remains may read as a tag, a quality or a shift once its neighbours are gone.
        if (again.quality === null && again.country === null && again.display === display) {
          expect(again.key).toBe(key);
        }
      }),
    );
  });
});

describe('readName', () => {
  it.each<[string, Partial<ReturnType<typeof readName>>]>([
    ['Первый HD', { title: 'Первый HD', display: 'Первый', quality: 'hd', numbers: '' }],
    ['Canal 1 ...37d', { title: 'Canal 1', display: 'Canal 1', quality: null, numbers: '1' }],
    [
      'M+ LaLiga 1080p * --> ELCANO ...a4a',
      { title: 'M+ LaLiga 1080p', display: 'M+ LaLiga', quality: 'fhd' },
    ],
    ['DAZN F1 (1080)', { display: 'DAZN F1', quality: 'fhd', numbers: '1' }],
    ['Love Nature 4K', { display: 'Love Nature', quality: 'uhd' }],
    ['КиноМистика (nHD)', { display: 'КиноМистика', quality: 'sd' }],
    ['DAZN 1 [DE]', { title: 'DAZN 1 [DE]', display: 'DAZN 1', country: 'DE' }],
    ['BBC One (GB)', { display: 'BBC One', country: 'UK' }],
    ['|ES| La 1', { display: 'La 1', country: 'ES' }],
    ['[magenta] Sport 5', { title: '[magenta] Sport 5', country: null, numbers: '5' }],
    ['What (it) is', { country: null }],
    ['Пятница (+2)', { numbers: '+2', display: 'Пятница (+2)' }],
    ['TV 1000 Русское кино', { numbers: '1000' }],
    ['4K', { title: '4K', display: '4K', key: '4k', quality: 'uhd' }],
    ['***', { title: '***', key: '' }],
  ])('%s', (name, parts) => {
    expect(readName(name)).toMatchObject(parts);
  });

  it('knows the end of its own id, and of those of the list', () => {
    const context = { ownTail: '21794f437d', isTail: (hex: string) => hex === '350' };
    expect(readName('Canal 1 37d', context).title).toBe('Canal 1');
    expect(readName('Canal 1 f437d', context).title).toBe('Canal 1');
    expect(readName('Canal 1 abc', context).title).toBe('Canal 1 abc');
    expect(readName('Golf Channel 350 ...689', context).title).toBe('Golf Channel');
    expect(readName('Golf Channel 351 ...689', context).title).toBe('Golf Channel 351');
  });

  it('ranks better pictures first, unknown between HD and SD', () => {
    const ranks = (['uhd', 'fhd', 'hd', null, 'sd'] as const).map(qualityRank);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  it('takes bounded time for any name', () => {
    for (const unit of ['(', ' (', '.', '-', '+1', '1 ', '[RU', '*', 'a.', '...', 'HD ', '|', 'aА']) {
      expect(readName(unit.repeat(200_000)).key.length).toBeLessThanOrEqual(1024);
    }
  });
});

describe('normaliseId', () => {
  it('ignores quality, case and signs, not the country', () => {
    expect(normaliseId('M+ LaLiga HD')).toBe(normaliseId('m+.laliga'));
    expect(normaliseId('nano-hd')).toBe('nano');
    expect(normaliseId('Sky.Sport.1.de')).not.toBe(normaliseId('Sky.Sport.1.it'));
  });
});

describe('namesAgree', () => {
  const agree = (a: string, b: string): boolean => {
    const result = namesAgree(readName(a).tokens, readName(b).tokens);
    expect(namesAgree(readName(b).tokens, readName(a).tokens)).toBe(result);
    return result;
  };

  it.each([
    ['Первый', 'Первый канал'],
    ['CBC News', 'CBC News Network'],
    ['M. LaLiga', 'MOVISTAR LALIGA'],
    ['M.L. Campeones 2', 'M+ Liga de Campeones 2'],
    ['LaLiga TV Hypermotion', 'LALIGA HYPERMOTION'],
    ['Мир Белагорья', 'Мир Белогорья'],
    ['Now 80s', "Now 80's"],
    ['Match! Football 1', 'Матч! Футбол 1'],
    ['Sport 1', 'Sport 1 backup'],
  ])('%s is %s', (a, b) => {
    expect(agree(a, b)).toBe(true);
  });

  it.each([
    ['WDR Aachen', 'WDR Bonn'],
    ['WDR', 'WDR Aachen'],
    ['KHL', 'KHL Prime'],
    ['Россия 1', 'Россия 1 (Тамбов)'],
    ['News18 India', 'CNN-News18'],
    ['КиноДетектив', 'КиноКомедия'],
    ['RTL Télé Lëtzebuerg', 'RTL Zwee'],
  ])('%s is not %s', (a, b) => {
    expect(agree(a, b)).toBe(false);
  });
});
