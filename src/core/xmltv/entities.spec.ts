import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Parser } from 'htmlparser2';
import { decodeReferences, decodeTwice, hasStrayAmpersand } from './entities.js';

function byHtmlparser2(text: string): string {
  let decoded = '';
  const parser = new Parser({ ontext: (piece) => (decoded += piece) }, { xmlMode: true });
  parser.end(`<a>${text}</a>`);
  return decoded;
}

describe('references', () => {
  it.each([
    ['&amp;&lt;&gt;&quot;&apos;', `&<>"'`],
    ['&#1071;&#x41;&#X1F600;', 'ЯA😀'],
    ['&ntilde;&Ntilde;&nbsp;&hellip;&yuml;&euro;', 'ñÑ\u00a0…ÿ€'],
    ['&#150;&#x92;', '–’'],
    ['&#0;&#xD800;&#x110000;&#99999999999999999999;', '\ufffd\ufffd\ufffd\ufffd'],
    ['AT&T &bogus; &amp &; &#; &#x;', 'AT&T &bogus; &amp &; &#; &#x;'],
    ['&amp;lt;', '&lt;'],
  ])('%s', (text, expected) => {
    expect(decodeReferences(text)).toBe(expected);
  });

  it('expands what htmlparser2 expands', () => {
    // Of what windows-1252 has below 160, its table lacks 130 alone.
    const codes = fc.nat(0x11ffff).filter((code) => code !== 130);
    const piece = fc.oneof(
      fc.constantFrom(
        '&amp;',
        '&lt;',
        '&gt;',
        '&apos;',
        '&quot;',
        '&',
        ';',
        '&bogus;',
        '&#',
        '&#x',
        'x',
        'é',
        ' ',
      ),
      codes.map((code) => `&#${code};`),
      codes.map((code) => `&#x${code.toString(16)};`),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        (text) => {
          expect(decodeReferences(text)).toBe(byHtmlparser2(text));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('undoes double escaping, and leaves other ampersands alone', () => {
    expect(decodeTwice(decodeReferences('&amp;#34;Да&amp;#34; &amp;amp; R&amp;B'))).toBe('"Да" & R&B');
    expect(decodeTwice('Q&A')).toBe('Q&A');
  });

  it('knows an ampersand that begins nothing', () => {
    expect(['a & b', 'AT&T', '&', '&#;'].every(hasStrayAmpersand)).toBe(true);
    expect(['', 'a &amp; b', '&bogus;', '&#1;'].some(hasStrayAmpersand)).toBe(false);
  });
});
