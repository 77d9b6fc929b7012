import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { literalsOf, parseLiteral } from './js-literal.js';
import { parseList } from './parse-list.js';
import type { ParsedList } from './types.js';

const A = 'dd1e67078381739d14beca697356ab76d49d1a2d';
const B = 'b08e158ea3f5c72084f5ff8e3c30ca2e4d1ff6d1';
const ACE_A = `acestream://${A}`;
const ACE_B = `acestream://${B}`;

function parse(value: unknown): ParsedList {
  return parseList(typeof value === 'string' ? value : JSON.stringify(value));
}

function named(value: unknown): [string, string | null, string][] {
  return parse(value).entries.map(({ name, group, locator }) => [name, group, locator.locator]);
}

describe('JSON lists', () => {
  it.each<[string, unknown, [string, string | null, string][]]>([
    ['links', { links: [{ name: 'a', url: ACE_A }] }, [['a', null, ACE_A]]],
    ['a bare array', [{ title: 'a', url: ACE_A }], [['a', null, ACE_A]]],
    ['a channel alone', { name: 'a', url: ACE_A }, [['a', null, ACE_A]]],
    ['ids', [{ title: 'a', ace_id: A.toUpperCase() }], [['a', null, ACE_A]]],
    ['engine addresses', [{ name: 'a', link: `http://h/ace/getstream?id=${A}` }], [['a', null, ACE_A]]],
    ['infohashes', [{ name: 'a', infohash: A }], [['a', null, `acestream:?infohash=${A}`]]],
    ['magnets', [{ name: 'a', url: `magnet:?xt=urn:btih:${A}` }], [['a', null, `acestream:?infohash=${A}`]]],
    [
      'keys as names',
      { 'Eurosport 1': ACE_A, 'Eurosport 2': B },
      [
        ['Eurosport 1', null, ACE_A],
        ['Eurosport 2', null, ACE_B],
      ],
    ],
    ['keys over objects', { 'Eurosport 1': { url: ACE_A } }, [['Eurosport 1', null, ACE_A]]],
    [
      'keys over alternates',
      { 'Eurosport 1': [ACE_A, ACE_B] },
      [
        ['Eurosport 1', null, ACE_A],
        ['Eurosport 1', null, ACE_B],
      ],
    ],
    ['keys as groups', { Sport: [{ name: 'a', url: ACE_A }] }, [['a', 'Sport', ACE_A]]],
    ['groups over keys', { Sport: { 'Eurosport 1': ACE_A } }, [['Eurosport 1', 'Sport', ACE_A]]],
    [
      'categories with channels',
      { categories: [{ name: 'Sport', channels: [{ name: 'a', url: ACE_A }] }] },
      [['a', 'Sport', ACE_A]],
    ],
    [
      'alternates inside a channel',
      [{ name: 'a', group: 'G', sources: [{ url: ACE_A }, { url: ACE_B }] }],
      [
        ['a', 'G', ACE_A],
        ['a', 'G', ACE_B],
      ],
    ],
    [
      'the list’s own title is no group',
      { title: 'My list', channels: [{ name: 'a', url: ACE_A }] },
      [['a', null, ACE_A]],
    ],
    [
      'categories as objects',
      [{ name: 'a', category: { id: 1, name: 'G' }, url: ACE_A }],
      [['a', 'G', ACE_A]],
    ],
    ['M3U attributes', [{ title: 'a', attributes: { 'group-title': 'G' }, url: ACE_A }], [['a', 'G', ACE_A]]],
    ['strings alone', [ACE_A], [['AceStream dd1e6707', null, ACE_A]]],
    ['an HLS address', [{ name: 'a', cdn: 'x', url: 'http://h/a.m3u8' }], [['a', null, 'http://h/a.m3u8']]],
    ['a plain address in a plain entry', [{ name: 'a', url: 'http://h/a' }], [['a', null, 'http://h/a']]],
    ['a declared stream', [{ name: 'a', foo: 1, stream_url: 'http://h/a' }], [['a', null, 'http://h/a']]],
    [
      'an AceStream id before a web page',
      [{ name: 'a', url: 'http://site/a', content_id: A }],
      [['a', null, ACE_A]],
    ],
  ])('finds %s', (_, value, expected) => {
    expect(named(value)).toEqual(expected);
  });

  it('reads an engine’s search answer', () => {
    const answer = {
      result: {
        total: 1,
        results: [
          {
            name: 'YTN',
            icons: [{ url: 'http://i/19335.png', type: 0 }],
            items: [
              {
                infohash: A,
                name: 'YTN SCIENCE',
                status: 2,
                categories: ['tv'],
                languages: ['kor'],
                countries: ['kr'],
                channel_id: 7,
              },
              { infohash: B, name: 'YTN SCIENCE HD', status: 1 },
            ],
          },
        ],
        time: 0.2,
      },
    };
    expect(parse(answer).entries).toMatchObject([
      {
        line: 1,
        name: 'YTN SCIENCE',
        group: 'tv',
        logo: 'http://i/19335.png',
        language: 'kor',
        country: 'KR',
        tvgId: null,
      },
      { line: 2, name: 'YTN SCIENCE HD', logo: 'http://i/19335.png' },
    ]);
  });

  it('takes what stands in an extinf line', () => {
    const raw = [
      { ace_id: A, extinf: '#EXTINF:-1 tvg-id="e1" tvg-logo="http://l/x.png" group-title="E",Eurosport 1' },
    ];
    expect(parse({ raw }).entries).toMatchObject([
      { name: 'Eurosport 1', tvgId: 'e1', logo: 'http://l/x.png', group: 'E' },
    ]);
  });

  it('knows adult channels by the words of the list', () => {
    const flags = [{ isAdult: true }, { is_adult: 1 }, { adult: '1' }, { adult: false }, {}];
    const channels = flags.map((flag, at) => ({ ...flag, name: 'a', url: `http://h/${at}.m3u8` }));
    expect(parse(channels).entries.map(({ isAdult }) => isAdult)).toEqual([true, true, true, false, false]);
  });

  it('takes guide id, number, user agent and headers', () => {
    const channel = {
      name_ru: 'Первый',
      epg_id: 105,
      number: 1,
      image: 'https://i/1.png',
      url: 'http://h/1.m3u8',
      user_agent: 'Agent/1',
      headers: { Referer: 'http://r/', 'X-Other': 'no' },
      current: { timestart: 1, timestop: 2, title: 'Now' },
    };
    expect(parse({ channels: [channel] }).entries).toMatchObject([
      { name: 'Первый', tvgId: '105', number: 1, userAgent: 'Agent/1', headers: { Referer: 'http://r/' } },
    ]);
  });

  it('refuses by reason what names a stream that cannot be played', () => {
    const list = parse([
      { name: 'a', url: 'sop://broker.example:3912/1' },
      { name: 'b', url: 'http://h/b.mpd' },
      { name: 'c', url: ACE_A },
    ]);
    expect(list.problems).toEqual([
      { line: 1, reason: 'sopcast', name: 'a' },
      { line: 2, reason: 'dash', name: 'b' },
    ]);
    expect(list.counts).toMatchObject({ found: 3, imported: 1 });
  });

  it.each<[string, unknown]>([
    ['pages behind titles', { items: [{ title: 'a', link: 'https://site/a', id: 1 }] }],
    ['pictures', { items: [{ name: 'a', url: 'https://site/a.png' }] }],
    ['checksums', { image: { hash: A, title: 'a' }, sha: B }],
    ['relative addresses', [{ name: 'a', url: '/channel/3161/' }]],
    ['numbers and nulls', [1, null, true, 'x', { url: null, name: 7 }]],
  ])('finds nothing in %s', (_, value) => {
    expect(parse(value)).toMatchObject({ entries: [], problems: [{ reason: 'no-entries' }] });
  });

  it('tells a guide from a list', () => {
    const programme = {
      title: 'News',
      start: '2024-12-28T00:21:00Z',
      stop: '2024-12-28T00:48:00Z',
      links: [{ href: 'https://h/a.mpd' }],
    };
    const times = [
      programme,
      { title: 'b', startTime: 1, endTime: 2 },
      { Titulo: 'c', FechaHoraInicio: 1, FechaHoraFin: 2 },
    ];
    expect(parse({ schedule: times })).toMatchObject({
      entries: [],
      problems: [{ reason: 'guide-not-list' }],
    });
  });

  it('still finds streams of events', () => {
    const event = { title: 'A – B', start: 1, end: 2, links: [{ name: 'DAZN 1', url: ACE_A }] };
    expect(named([event])).toEqual(
      [['DAZN 1', 'A – B', ACE_A]].map(([name, , url]) => [name, expect.anything(), url]),
    );
  });

  it('goes no deeper than allowed, and says so', () => {
    let value: unknown = { name: 'deep', url: ACE_A };
    for (let depth = 0; depth < 40; depth++) value = { channels: [value] };
    expect(parse([{ name: 'a', url: ACE_B }, value])).toMatchObject({
      entries: [{ name: 'a' }],
      problems: [{ reason: 'too-deep' }],
    });
    const brackets = `[${'['.repeat(200_000)}`;
    expect(parse(brackets + ']'.repeat(200_001)).problems).toMatchObject([{ reason: 'too-deep' }]);
  });

  it('is not led astray by names of built-in properties', () => {
    const text = `[{"__proto__":{"url":"${ACE_A}"},"constructor":{"name":"c"},"name":"a"},{"toString":"${ACE_B}"}]`;
    expect(named(text)).toEqual([
      ['a', null, ACE_A],
      ['toString', null, ACE_B],
    ]);
    expect(({} as { url?: string }).url).toBeUndefined();
  });
});

describe('data in scripts', () => {
  it('is read where a list is one', () => {
    expect(
      named(`const linksData = {"links": [{"name": "a", "url": "${ACE_A}"}]};\nrender(linksData);`),
    ).toEqual([['a', null, ACE_A]]);
    expect(named(`callback({"links":[{"name":"a","url":"${ACE_A}"}]})`)).toEqual([]);
    expect(
      parseList(`callback({"links":[{"name":"a","url":"${ACE_A}"}]})`, { type: 'json' }).counts.imported,
    ).toBe(1);
  });

  it('is read in the notation of scripts', () => {
    const script = `let list = [ // all of them
      {name: 'It\\'s "A"', url: '${ACE_A}',}, /* second */ {name: "\\u0411", 'url': "${ACE_B}"},
    ];`;
    expect(named(script)).toEqual([
      ['It\'s "A"', null, ACE_A],
      ['Б', null, ACE_B],
    ]);
  });

  it('is found inside a page only where the markup has no stream', () => {
    const script = `<script>var x = {"a": 1}; const linksData = {"links":[{"name":"s","url":"${ACE_A}"}]};</script>`;
    expect(named(`<html><body><h1>List</h1>${script}</body></html>`)).toEqual([['s', null, ACE_A]]);
    expect(named(`<html><body><a href="${ACE_B}">Sport 2</a>${script}</body></html>`)).toEqual([
      ['Sport 2', null, ACE_B],
    ]);
  });

  it('is looked for in a bounded number of places', () => {
    const many = `${'x = {a: b};'.repeat(60)} y = {"name":"a","url":"${ACE_A}"};`;
    expect([...literalsOf(many)]).toEqual([]);
  });

  it('passes code by', () => {
    const code = `function f(a){ if (a == {b: 1}) return [1,2]; } atOptions = {'key': 'x', 'params': {}}; x = [`;
    expect([...literalsOf(code)]).toEqual([{ key: 'x', params: {} }]);
    expect(parseLiteral('{a: b}')).toBeUndefined();
  });

  it('never throws and ends soon, whatever stands there', () => {
    const pieces = fc.constantFrom(
      '= {',
      '([',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '`',
      '\\',
      '/*',
      '*/',
      '//',
      '\n',
      'a',
      ':',
      ',',
      '1',
      ' ',
      ACE_A,
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
        const list = parseList(`x = ${parts.join('')}`, { type: 'json' });
        expect(list.counts.imported).toBeLessThanOrEqual(60);
      }),
    );
  });
});
