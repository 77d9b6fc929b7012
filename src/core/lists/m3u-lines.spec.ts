import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineSplitter } from './m3u-lines.js';

type Line = [text: string, number: number, isCut: boolean];

function split(chunks: readonly string[], maxLength = 100): Line[] {
  const lines: Line[] = [];
  const splitter = new LineSplitter(maxLength, (line, number, isCut) => lines.push([line, number, isCut]));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

describe('LineSplitter', () => {
  it('counts lines of every end once', () => {
    expect(split(['a\r\nb\rc\n\nd'])).toEqual([
      ['a', 1, false],
      ['b', 2, false],
      ['c', 3, false],
      ['', 4, false],
      ['d', 5, false],
    ]);
  });

  it('takes CRLF for one end even across chunks', () => {
    expect(split(['a\r', '\nb\r', '', '\n\n'])).toEqual([
      ['a', 1, false],
      ['b', 2, false],
      ['', 3, false],
    ]);
  });

  it('keeps the beginning of a line that is too long, however it comes', () => {
    expect(split(['abcdef\nx'], 4)).toEqual([
      ['abcd', 1, true],
      ['x', 2, false],
    ]);
    expect(split(['ab', 'cd', 'ef', '\nabcd\n'], 4)).toEqual([
      ['abcd', 1, true],
      ['abcd', 2, false],
    ]);
  });

  it('gives the same lines for any chunking', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '\r', '\n', '😀'), maxLength: 60 });
    fc.assert(
      fc.property(
        text,
        fc.array(fc.nat(70), { maxLength: 12 }),
        fc.integer({ min: 1, max: 8 }),
        (whole, cuts, limit) => {
          const at = [...new Set([0, ...cuts, whole.length])]
            .filter((cut) => cut <= whole.length)
            .sort((a, b) => a - b);
          const chunks = at.map((start, index) => whole.slice(start, at[index + 1] ?? whole.length));
          expect(split(chunks, limit)).toEqual(split([whole], limit));
        },
      ),
    );
  });
});
