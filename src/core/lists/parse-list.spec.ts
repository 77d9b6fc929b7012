import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupAlternates } from '../match/alternates.js';
import { parseList } from './parse-list.js';
import type { ParsedList } from './types.js';

const ID = 'dd1e67078381739d14beca697356ab76d49d1a2d';
/** What M3U lists are made of, whole and broken. */
const PIECES = [
  '#EXTM3U',
  ' url-tvg="http://g/1.xml, http://g/2.xml"',
  ' tvg-shift=3',
  '\n',
  '\r\n',
  '\r',
  '#EXTINF:',
  '-1',
  '5400',
  ',',
  ' tvg-id="one"',
  " tvg-name='two, three'",
  ' group-title=Four Five',
  ' tvg-logo="http://l/x.png',
  '"',
  "'",
  '=',
  ' ',
  'Name',
  'Имя (Спорт)',
  '\u0000',
  '😀',
  '\ud83d',
  '#EXTGRP:Group',
  '#EXTVLCOPT:http-user-agent=Agent/1',
  '#KODIPROP:inputstream.adaptive.manifest_type=mpd',
  '#EXTHTTP:{"Cookie":"a=b"}',
  '#EXT-X-VERSION:3',
  `acestream://${ID}`,
  `http://127.0.0.1:6878/ace/getstream?id=${ID}&.mp4`,
  'http://host.example/a.m3u8|User-Agent=Kodi',
  'http://host.example/movie/u/p/1.mkv',
  'sop://broker/1',
  'pipe://x',
  'relative/a.ts',
  '=== text ===',
];
const m3uText = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(''));
const anyJson = fc.json({ maxDepth: 6 });
const page = fc
  .array(
    fc.constantFrom(
      '<a href="',
      `acestream://${ID}`,
      '">',
      '</a>',
      '<p>',
      'Name',
      '<table><tr><td>',
      '&#x1F600;',
      '<h2>',
    ),
    {
      maxLength: 40,
    },
  )
  .map((pieces) => `<html>${pieces.join('')}`);

/** What must hold of any answer, whatever went in. */
function check(list: ParsedList): void {
  const { counts, entries, problems } = list;
  expect(counts.found).toBe(counts.imported + counts.refused);
  expect(counts.imported).toBe(entries.length);
  expect(counts.live + counts.films + counts.episodes).toBe(entries.length);
  expect(Object.values(counts.refusedBy).reduce((sum, count) => sum + count, 0)).toBe(counts.refused);
  expect(problems.length).toBeLessThanOrEqual(1000);
  for (const entry of entries) {
    expect(entry.name).not.toBe('');
    expect(entry.name.length).toBeLessThanOrEqual(300);
    // A lone surrogate would become a question mark in a database and no longer be the same name.
    expect(Buffer.from(JSON.stringify(entry)).toString()).toBe(JSON.stringify(entry));
    expect(
      /\p{Cc}/u.test(`${entry.name}${entry.group ?? ''}${entry.locator.locator}${entry.userAgent ?? ''}`),
    ).toBe(false);
    expect(['http:', 'https:', undefined]).toContain(
      entry.logo === null ? undefined : new URL(entry.logo).protocol,
    );
  }
  // Fit for postMessage.
  expect(structuredClone(list)).toEqual(list);
}

describe('parseList', () => {
  it('gives the same for any chunking', () => {
    fc.assert(
      fc.property(m3uText, fc.array(fc.nat(600), { maxLength: 8 }), (text, cuts) => {
        const at = [...new Set([0, ...cuts.filter((cut) => cut < text.length)])].sort((a, b) => a - b);
        const chunks = at.map((start, index) => text.slice(start, at[index + 1] ?? text.length));
        expect(parseList(chunks, { type: 'm3u' })).toEqual(parseList(text, { type: 'm3u' }));
        expect(parseList(text.split(''), { type: 'm3u' })).toEqual(parseList(text, { type: 'm3u' }));
      }),
    );
  });

  it('never throws on lists of any making, and keeps its promises', () => {
    const text = fc.oneof(m3uText, anyJson, page, fc.string({ unit: 'binary', maxLength: 200 }));
    fc.assert(
      fc.property(text, fc.constantFrom('auto', 'm3u', 'json', 'html'), (input, type) => {
        check(parseList(input, { type }));
        check(parseList(new TextEncoder().encode(input), { type }));
      }),
      { numRuns: 400 },
    );
  });

  it('never throws on random bytes', () => {
    const mark = fc.constantFrom(
      [],
      [0xef, 0xbb, 0xbf],
      [0xff, 0xfe],
      [0xfe, 0xff],
      [0x1f, 0x8b],
      [...Buffer.from('#EXTM3U\n')],
    );
    fc.assert(
      fc.property(mark, fc.uint8Array({ maxLength: 600 }), (head, bytes) => {
        check(parseList(Uint8Array.of(...head, ...bytes)));
      }),
      { numRuns: 400 },
    );
  });

  it('reads back every list it could have been given', () => {
    const name = fc
      .stringMatching(/^[\p{L}][\p{L}\p{N}!&'+.-]{0,20}(?: [\p{L}\p{N}]{1,10}){0,2}$/u)
      .filter((text) => text.normalize('NFC') === text);
    const channel = fc.record({
      name,
      group: fc.option(name, { nil: null }),
      id: fc.option(fc.stringMatching(/^[a-z][a-z0-9.-]{1,20}$/), { nil: null }),
      address: fc.nat(9999).map((at) => `http://host.example/live/${at}.ts`),
    });
    fc.assert(
      fc.property(
        fc.array(channel, { minLength: 1, maxLength: 20 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        (channels, end) => {
          const lines = channels.flatMap(({ name: title, group, id, address }) => [
            `#EXTINF:-1${id === null ? '' : ` tvg-id="${id}"`}${group === null ? '' : ` group-title="${group}"`},${title}`,
            address,
          ]);
          const { entries } = parseList(['#EXTM3U', ...lines].join(end));
          expect(
            entries.map((entry) => ({
              name: entry.name,
              group: entry.group,
              id: entry.tvgId,
              address: entry.locator.locator,
            })),
          ).toEqual(channels);
        },
      ),
    );
  });

  it('groups whatever it has read', () => {
    fc.assert(
      fc.property(m3uText, (text) => {
        const { entries } = parseList(text, { type: 'm3u' });
        const candidates = groupAlternates(entries, { by: 'tvg-id-then-name' });
        expect(candidates.reduce((sum, { sources, repeats }) => sum + sources.length + repeats, 0)).toBe(
          entries.length,
        );
        expect(candidates.every(({ name, sources }) => name !== '' && sources.length > 0)).toBe(true);
      }),
    );
  });
});
