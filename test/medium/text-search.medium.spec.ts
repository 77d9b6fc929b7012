import { afterAll, beforeAll, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Database } from '../../src/platform/database/database.js';
import { textContains } from '../../src/platform/database/text-search.js';
import { Setting } from '../../src/platform/settings/setting.entity.js';
import { describeOnEveryDialect } from '../contract/dialects.js';

describeOnEveryDialect('searching in texts', (store) => {
  let database: Database;

  beforeAll(async () => {
    database = await store.open();
  });
  afterAll(() => database.close());

  const contains = async (text: string, part: string): Promise<boolean> => {
    await database.write('text', (manager) => manager.upsert(Setting, { key: 'text', value: text }, ['key']));
    const { sql, parameters } = textContains(database.dialect, ['setting.value'], part);
    return database.read.createQueryBuilder(Setting, 'setting').where(sql, parameters).getExists();
  };

  it.each([
    ['Первый канал', 'ПЕРВЫЙ', true],
    ['ПЕРВЫЙ КАНАЛ', 'вый к', true],
    ['Ελλάδα', 'ΕΛΛΆ', true],
    ['Straße', 'STRA', true],
    ['100% [HD] *new* (a|b) ^x$ \\d', '0% [hd] *NEW* (A|B) ^X$ \\D', true],
    ['a-b', 'A-B', true],
    ['子供チャンネル', 'チャン', true],
    ['abc', 'a.c', false],
    ['abc', 'a%c', false],
    ['abc', 'a_c', false],
    ['abc', '*', false],
    ['abc', '?', false],
    ['abc', '[abc]', false],
    ['abc', '^a', false],
    ['abc', 'd', false],
  ])('%s and %s: %s', async (text, part, isThere) => {
    expect(await contains(text, part)).toBe(isThere);
  });

  it('finds every part of a text, however its letters are cased', async () => {
    // PostgreSQL keeps no zero character, and the API lets none through.
    const letters = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .filter((text) => !text.includes('\0'));
    await fc.assert(
      fc.asyncProperty(letters, fc.nat(), fc.nat(), fc.boolean(), async (text, from, length, upper) => {
        const units = Array.from(text);
        const start = from % units.length;
        const part = units.slice(start, start + 1 + (length % (units.length - start)));
        const cased = part.map((unit) => {
          const other = upper ? unit.toUpperCase() : unit.toLowerCase();
          return Array.from(other).length === 1 && [other.toLowerCase(), other.toUpperCase()].includes(unit)
            ? other
            : unit;
        });
        expect(await contains(text, cased.join(''))).toBe(true);
      }),
      { numRuns: 150 },
    );
  });
});
