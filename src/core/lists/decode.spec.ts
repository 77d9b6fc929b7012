import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { charsetOf, decodeText, guessCharset } from './decode.js';
import { repairMojibake } from './mojibake.js';

function decode(bytes: Uint8Array | number[], contentType?: string): string {
  return [...decodeText(Uint8Array.from(bytes), contentType)].join('');
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Encodes with a single-byte charset by turning its decoder round. */
function encode(text: string, charset: string): Uint8Array {
  const decoder = new TextDecoder(charset);
  const table = new Map(
    Array.from({ length: 256 }, (_, byte) => [decoder.decode(Uint8Array.of(byte)), byte]),
  );
  return Uint8Array.from(text, (letter) => table.get(letter) ?? 0x3f);
}

function utf16(text: string, order: 'le' | 'be'): Uint8Array {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

const RUSSIAN =
  '#EXTM3U\n#EXTINF:-1 group-title="Общественные",Первый канал\nhttp://h/1\n#EXTINF:-1,РЕН ТВ в HD\nhttp://h/2\n';
const SPANISH =
  '#EXTM3U\n#EXTINF:-1 group-title="Autonómicos",M+ LaLiga España, acción\nhttp://h/1\n#EXTINF:-1,Añó Ñandú\nhttp://h/2\n';

describe('decodeText', () => {
  it.each([
    ['UTF-8', utf8(RUSSIAN), RUSSIAN],
    ['UTF-8 with a mark', Uint8Array.of(0xef, 0xbb, 0xbf, ...utf8(RUSSIAN)), RUSSIAN],
    ['UTF-16 LE with a mark', Uint8Array.of(0xff, 0xfe, ...utf16(RUSSIAN, 'le')), RUSSIAN],
    ['UTF-16 BE with a mark', Uint8Array.of(0xfe, 0xff, ...utf16(RUSSIAN, 'be')), RUSSIAN],
    ['UTF-16 LE without one', utf16(SPANISH, 'le'), SPANISH],
    ['UTF-16 BE without one', utf16(SPANISH, 'be'), SPANISH],
    ['latin-1', encode(SPANISH, 'windows-1252'), SPANISH],
    ['windows-1251', encode(RUSSIAN, 'windows-1251'), RUSSIAN],
    ['nothing', new Uint8Array(0), ''],
  ])('reads %s', (_, bytes, text) => {
    expect(decode(bytes)).toBe(text);
  });

  it('believes the server where the bytes are not UTF-8, and not where they are', () => {
    const greek = 'Ελλάδα\n';
    expect(decode(encode(greek, 'iso-8859-7'), 'audio/x-mpegurl; charset=iso-8859-7')).toBe(greek);
    expect(decode(utf8(greek), 'text/plain; charset=windows-1251')).toBe(greek);
    expect(decode(encode(RUSSIAN, 'windows-1251'), 'text/plain; charset=utf-8')).toBe(RUSSIAN);
    expect(decode(encode(RUSSIAN, 'windows-1251'), 'text/plain; charset=nonsense')).toBe(RUSSIAN);
  });

  it('believes the head of a page, where the server says nothing', () => {
    const greek =
      '<html><head><meta http-equiv="Content-Type" content="text/html; charset=iso-8859-7"></head>Ελλάδα\n';
    expect(decode(encode(greek, 'iso-8859-7'))).toBe(greek);
    expect(decode(encode(greek, 'iso-8859-7'), 'text/html')).toBe(greek);
  });

  it('reads UTF-16 of Cyrillic letters without a mark', () => {
    expect(decode(utf16(RUSSIAN, 'le'))).toBe(RUSSIAN);
  });

  it('lets one foreign line cost that line alone', () => {
    const mixed = Uint8Array.of(
      ...utf8('Первый канал\n'),
      ...encode('España\n', 'windows-1252'),
      ...utf8('НТВ\n'),
    );
    expect(decode(mixed)).toBe('Первый канал\nEspaña\nНТВ\n');
  });

  it('drops NUL and control characters, keeps tabs and line ends', () => {
    expect(decode(utf8('a\u0000b\u0007c\td\r\ne\u007f'))).toBe('abc\td\r\ne');
  });

  it('decodes letters that stand across the pieces it works in', () => {
    const text = `${'x'.repeat(65_535)}Ж${'y'.repeat(65_534)}😀`;
    expect(decode(utf8(text))).toBe(text);
    const long = encode(`${'x'.repeat(70_000)}Привет Москва`, 'windows-1251');
    expect(decode(long)).toBe(`${'x'.repeat(70_000)}Привет Москва`);
  });

  it('returns every text of one script it is given, in the encoding it was given in', () => {
    const letters = fc.string({
      unit: fc.constantFrom(...'абвгдежзийклмнопрстуфхцчшщъыьэюяЁё '.split('')),
      minLength: 6,
    });
    fc.assert(
      fc.property(letters, (word) => {
        const text = `#EXTINF:-1,Канал ${word}\n`;
        expect(decode(encode(text, 'windows-1251'))).toBe(text);
        expect(decode(utf8(text))).toBe(text);
      }),
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.string({ maxLength: 40 }), (bytes, type) => {
        expect(typeof decode(bytes, `text/plain; charset=${type}`)).toBe('string');
      }),
    );
  });
});

describe('charsetOf', () => {
  it.each([
    ['text/plain; charset=Windows-1251', 'windows-1251'],
    ['text/html;charset="utf-8"', 'utf-8'],
    ['<meta charset=iso-8859-1>', 'windows-1252'],
    ['text/plain', null],
    ['text/plain; charset=klingon', null],
  ])('%s', (text, charset) => {
    expect(charsetOf(text)).toBe(charset);
  });
});

describe('guessCharset', () => {
  it('looks at neighbours, and takes latin-1 where there are none', () => {
    expect(guessCharset(encode('Матч ТВ и Ёж', 'windows-1251'))).toBe('windows-1251');
    expect(guessCharset(encode('Télé Île Ça été', 'windows-1252'))).toBe('windows-1252');
    expect(guessCharset(encode('в', 'windows-1251'))).toBe('windows-1252');
    expect(guessCharset(utf8('plain'))).toBe('windows-1252');
  });
});

describe('repairMojibake', () => {
  const asLatin = (text: string): string => new TextDecoder('windows-1252').decode(utf8(text));
  const asCyrillic = (text: string): string => new TextDecoder('windows-1251').decode(utf8(text));

  it.each(['España', 'Télé Québec', 'Первый канал HD', 'Ελλάδα', 'Ⓖ Kanal', '“TV”'])(
    'undoes UTF-8 read as latin-1: %s',
    (text) => {
      expect(repairMojibake(asLatin(text))).toBe(text);
    },
  );

  it.each(['Первый канал', 'Матч! Футбол 1', 'РЕН ТВ HD'])(
    'undoes UTF-8 read as windows-1251: %s',
    (text) => {
      expect(repairMojibake(asCyrillic(text))).toBe(text);
    },
  );

  it.each(['Первый канал', 'Открыть в приложении'])('undoes windows-1251 read as latin-1: %s', (text) => {
    expect(repairMojibake(new TextDecoder('windows-1252').decode(encode(text, 'windows-1251')))).toBe(text);
  });

  it.each([
    'Première Œuvre',
    'España',
    'Çocuk ÇÖĞÜŞ',
    'Árbol Ñandú',
    'Сёрфинг',
    'Сё',
    'НТВ-Хит',
    '“Россия” № 1 — ёж',
    'À la carte',
    'ÉTÉ',
    'Ö3',
    '日本',
    'plain',
    '',
  ])('leaves %j alone', (text) => {
    expect(repairMojibake(text)).toBe(text);
  });

  it('leaves clean Russian, German and French alone, whatever the words', () => {
    const alphabets = [
      'абвгдежзийклмнопрстуфхцчшщъыьэюяёАСРЯ №«»—-',
      'abcdefgäöüßÄÖÜ -',
      'abcdeéèàçùâêîôûëïüÉÀÇ ’-',
    ];
    for (const alphabet of alphabets) {
      const word = fc.string({ unit: fc.constantFrom(...Array.from(alphabet)), maxLength: 20 });
      fc.assert(
        fc.property(word, (text) => {
          // No western word has four letters with marks in a row.
          fc.pre(!/[\u00c0-\u00ff]{4}/.test(text));
          const titled = `ab ${text}`;
          expect(repairMojibake(titled)).toBe(titled);
        }),
      );
    }
  });
});
