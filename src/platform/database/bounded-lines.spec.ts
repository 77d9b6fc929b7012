import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { boundedLines, type LineLimits } from './bounded-lines.js';

async function linesOf(chunks: readonly Buffer[], limits: Partial<LineLimits> = {}): Promise<string[]> {
  const source = (async function* () {
    for (const chunk of chunks) yield await Promise.resolve(chunk);
  })();
  const lines: string[] = [];
  for await (const line of boundedLines(source, { maxBytes: 1e6, maxLineBytes: 1e6, ...limits })) {
    lines.push(line);
  }
  return lines;
}

describe('lines of a stream', () => {
  it('are the same whatever the chunks', async () => {
    const text = 'eins\n\nzwei ä😀\nthe last, open';
    const bytes = Buffer.from(text);
    const property = fc.asyncProperty(
      fc.array(fc.nat({ max: bytes.length }), { maxLength: 8 }),
      async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(await linesOf(chunks)).toEqual(text.split('\n'));
      },
    );
    await fc.assert(property);
  });

  it('have a bound each and together', async () => {
    const chunks = ['ab', 'cd\nef', 'gh'].map((part) => Buffer.from(part));
    expect(await linesOf(chunks, { maxLineBytes: 4, maxBytes: 9 })).toEqual(['abcd', 'efgh']);
    await expect(linesOf(chunks, { maxLineBytes: 3 })).rejects.toThrow(RangeError);
    await expect(linesOf(chunks, { maxBytes: 8 })).rejects.toThrow(RangeError);
    await expect(linesOf([Buffer.from('abcde\n')], { maxLineBytes: 4 })).rejects.toThrow(RangeError);
  });
});
