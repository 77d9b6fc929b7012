import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { TextTable } from './text-table.js';

const sign = (value: number): number => Math.sign(value);
const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

describe('texts outside of the heap', () => {
  it('are numbered as they come, each once', () => {
    const table = new TextTable();
    expect(['ёж', 'cat', '', 'ёж', 'cats', ''].map((text) => table.add(text))).toEqual([0, 1, 2, 0, 3, 2]);
    expect([table.size, table.find('cat'), table.find('dog')]).toEqual([4, 1, undefined]);
  });

  it('stay the same while there is more and more of them', () => {
    const table = new TextTable();
    const texts = Array.from({ length: 20_000 }, (_, at) => `text ${(at * 7_919) % 15_000} ё`);
    const numbers = texts.map((text) => table.add(text));
    expect(table.size).toBe(15_000);
    expect(texts.map((text) => table.find(text))).toEqual(numbers);
  });

  it('compare and begin as texts do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        const table = new TextTable();
        const [a, b] = [table.add(one), table.add(other)];
        expect(sign(table.compare(a, b))).toBe(order(one, other));
        expect(sign(table.compareTo(a, other))).toBe(order(one, other));
        expect(table.startsWith(a, other)).toBe(one.startsWith(other));
      }),
    );
    const table = new TextTable();
    expect(table.startsWith(table.add('сталкер'), 'стал')).toBe(true);
  });
});
