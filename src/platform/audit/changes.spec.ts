import { describe, expect, it } from '@jest/globals';
import { differences, presentable } from './changes.js';

describe('what is written into the audit log', () => {
  it('names the fields that differ, with both values', () => {
    const before = { name: 'One', num: 1, tags: ['a'], note: undefined };
    expect(differences(before, { name: 'One', num: 2, tags: ['a'] })).toEqual({ num: { from: 1, to: 2 } });
    expect(differences(before, { tags: ['b'] })).toEqual({ tags: { from: ['a'], to: ['b'] } });
    expect(differences(before, { name: undefined })).toEqual({});
  });

  it('has no secrets', () => {
    const shown = presentable({
      passwordHash: { from: '$2b$10$abc', to: '$2b$10$def' },
      headers: { Authorization: 'Bearer abc' },
      apiKey: 'abc',
      url: { from: 'http://u:p4ss@a.test/x', to: 'http://a.test/live/me/p4ss/1.ts?password=p4ss' },
    });
    expect(JSON.stringify(shown)).not.toMatch(/p4ss|abc|def|Bearer/);
    expect(Object.keys(shown)).toEqual(['passwordHash', 'headers', 'apiKey', 'url']);
  });

  it('is bounded', () => {
    const limits = { maxTextLength: 5, maxItems: 2, maxFields: 2 };
    const shown = presentable({ text: '1234567', list: [1, 2, 3, 4], third: 1 }, limits);
    expect(shown).toEqual({ text: '12345…', list: [1, 2, '… 2 more'] });
  });
});
