import { describe, expect, it } from '@jest/globals';
import { TextList } from './text-list.js';

describe('a list of texts outside of the heap', () => {
  it('gives back what was put into it, short and long', () => {
    const list = new TextList();
    const texts = Array.from({ length: 5_000 }, (_, at) => `Сталкер ${at} ${'漢😀'.repeat(at % 50)}`);
    texts.push('', 'x'.repeat(600_000), 'behind');
    for (const [at, text] of texts.entries()) expect(list.add(text)).toBe(at);
    expect(texts.map((_, at) => list.get(at))).toEqual(texts);
    expect([list.size, list.get(texts.length)]).toEqual([texts.length, '']);
  });
});
