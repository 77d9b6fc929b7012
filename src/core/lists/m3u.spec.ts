import { describe, expect, it } from '@jest/globals';
import { parseList } from './parse-list.js';
import type { FoundEntry, ListLimits, ParsedList } from './types.js';

const A = 'http://host.example/a.ts';
const B = 'http://host.example/b.ts';

function parse(lines: readonly string[], limits: Partial<ListLimits> = {}, end = '\n'): ParsedList {
  return parseList(lines.join(end), { type: 'm3u', limits });
}

function one(...lines: string[]): FoundEntry {
  const { entries } = parse(['#EXTM3U', ...lines]);
  expect(entries).toHaveLength(1);
  return entries[0]!;
}

describe('#EXTINF', () => {
  it.each<[string, string]>([
    ['#EXTINF:-1,Name', 'Name'],
    ['#EXTINF:-1 ,Name', 'Name'],
    ['#EXTINF: -1, Name', 'Name'],
    ['  #EXTINF:-1,Name', 'Name'],
    ['#extinf:-1,Name', 'Name'],
    ['#EXTINF:0.000,Name', 'Name'],
    ['#EXTINF:,Name', 'Name'],
    ['#EXTINF -1,Name', 'Name'],
    ['#EXTINF:-1,Name, with comma', 'Name, with comma'],
    ['#EXTINF:-1 tvg-name="The Good, the Bad",The Good, the Bad', 'The Good, the Bad'],
    ['#EXTINF:-1 tvg-id="a" Name without comma', 'Name without comma'],
    ['#EXTINF:-1 Name without comma', 'Name without comma'],
    ['#EXTINF:-1 tvg-id=a,Name', 'Name'],
    ["#EXTINF:-1 tvg-id='a, b',Name", 'Name'],
    ['#EXTINF:-1 tvg-id="a"tvg-logo="b",Name', 'Name'],
    ['#EXTINF:-1 tvg-id="nano" nano" tvg-logo="http://l/x.png" group-title="G",Name', 'Name'],
    ['#EXTINF:-1 tvg-name="Open tvg-logo="http://l/x.png",Name', 'Name'],
    ['#EXTINF:-1 tvg-logo="http://l/x.png,Name', 'Name'],
    ['#EXTINF:-1 tvg-logo="http://l/x.png,Name "HD"', 'Name "HD"'],
    ['#EXTINF:-1 tvg-logo="http://l/x.png", 12:00 A - B', '12:00 A - B'],
    ['#EXTINF:-1 tvg-name="From the attribute",', 'From the attribute'],
    ['#EXTINF:-1 tvg-id="x",Name [RU]', 'Name [RU]'],
    ['#EXTINF:-1,  Two   blanks\u00a0and \ufeff\u200bmarks ', 'Two blanks and marks'],
    ['#EXTINF:-1,19:00 | Cup | A vs B | [España]', '19:00 | Cup | A vs B | [España]'],
    ['#EXTINF:-1,#Vamos 1080', '#Vamos 1080'],
    ['#EXTINF:-1,EspaÃ±a', 'España'],
  ])('%s is named %s', (line, name) => {
    expect(one(line, A).name).toBe(name);
  });

  it('reads every attribute it knows', () => {
    const entry = one(
      '#EXTINF:-1 tvg-ID="one.es" tvg-name="One" tvg-logo="http://l/one.png" tvg-chno="5" tvg-shift="-2.5" ' +
        'tvg-language="Spanish;Catalan" tvg-country="ES;AD" group-title="News;Sport" catchup="append" catchup-type="flussonic" ' +
        'catchup-days="7" catchup-source="?utc={utc}" user-agent="Agent/1",One HD',
      A,
    );
    expect(entry).toEqual({
      line: 2,
      name: 'One HD',
      group: 'News',
      logo: 'http://l/one.png',
      tvgId: 'one.es',
      tvgName: 'One',
      number: 5,
      kind: 'live',
      series: null,
      season: null,
      episode: null,
      episodeTitle: null,
      durationSeconds: null,
      locator: { kind: 'http', locator: A },
      userAgent: 'Agent/1',
      headers: {},
      catchup: { mode: 'flussonic', days: 7, source: '?utc={utc}' },
      guideShiftHours: -2.5,
      isRadio: false,
      isAdult: false,
      language: 'Spanish',
      country: 'ES',
    });
  });

  it('goes on with an unquoted value until something ends it', () => {
    const entry = one('#EXTINF:-1 group-title=My Group tvg-id=a b,Name', A);
    expect([entry.group, entry.tvgId, entry.name]).toEqual(['My Group', 'a b', 'Name']);
  });

  it('takes the other days attributes for catch-up, and none where there are none', () => {
    expect(one('#EXTINF:-1 tvg-rec="3",N', A).catchup).toEqual({ mode: 'shift', days: 3, source: null });
    expect(one('#EXTINF:-1 timeshift="2" catchup="1",N', A).catchup).toEqual({
      mode: 'default',
      days: 2,
      source: null,
    });
    expect(one('#EXTINF:-1 catchup="none" catchup-days="0",N', A).catchup).toBeNull();
  });

  it('drops pictures that are not web addresses', () => {
    expect(one('#EXTINF:-1 tvg-logo="data:image/png;base64,AA==",N', A).logo).toBeNull();
    expect(one('#EXTINF:-1 tvg-logo="//l.example/x.png",N', A).logo).toBe('https://l.example/x.png');
    expect(one('#EXTINF:-1 tvg-logo="javascript:x",N', A).logo).toBeNull();
  });

  it('knows radio and adult entries', () => {
    expect(one('#EXTINF:-1 radio="true",N', A).isRadio).toBe(true);
    expect(one('#EXTINF:-1 group-title="Радио",N', A).isRadio).toBe(true);
    expect(one('#EXTINF:-1 group-title="Radiology",N', A).isRadio).toBe(false);
    expect(one('#EXTINF:-1,N', 'http://host/live.mp3').isRadio).toBe(true);
    expect(one('#EXTINF:-1 group-title="Для взрослых",N', A).isAdult).toBe(true);
    expect(one('#EXTINF:-1 group-title="XXX",N', A).isAdult).toBe(true);
    expect(one('#EXTINF:-1,Adult Swim', A).isAdult).toBe(false);
  });
});

describe('the header', () => {
  it.each<[string, string[]]>([
    ['#EXTM3U url-tvg="http://g/1.xml.gz, http://g/2.xml"', ['http://g/1.xml.gz', 'http://g/2.xml']],
    ['#EXTM3U url-tvg="http://g/1.xml,http://g/2.xml,http://g/1.xml"', ['http://g/1.xml', 'http://g/2.xml']],
    ['#EXTM3U x-tvg-url="http://g/1.xml http://g/2.xml"', ['http://g/1.xml', 'http://g/2.xml']],
    ['#EXTM3U tvg-url="http://g/a,b.xml"', ['http://g/a,b.xml']],
    ['#EXTM3U url-tvg=iptv.example', ['https://iptv.example']],
    ['#EXTM3U url-tvg=http://g/1.xml,http://g/2.xml cache=500', ['http://g/1.xml', 'http://g/2.xml']],
    ['#EXTM3U url-tvg="http://g/1" x-tvg-url="http://g/2"', ['http://g/1', 'http://g/2']],
    ['/#EXTM3U url-tvg="http://g/1"', ['http://g/1']],
    ['\ufeff#EXTM3U url-tvg="http://g/1"', ['http://g/1']],
    ['#EXTM3U Some words', []],
    ['#EXTM3U url-tvg="file:///etc/passwd, ftp://g/1"', []],
  ])('%s', (header, guideUrls) => {
    expect(parse([header, '#EXTINF:-1,N', A])).toMatchObject({ guideUrls, counts: { imported: 1 } });
  });

  it('gives its shift and catch-up to entries that say nothing of it', () => {
    const { entries } = parse([
      '#EXTM3U tvg-shift="+3" catchup="shift" catchup-days="5"',
      '#EXTINF:-1,N',
      A,
      '#EXTINF:-1 tvg-shift="1" catchup="none",M',
      B,
    ]);
    expect(entries.map(({ guideShiftHours, catchup }) => [guideShiftHours, catchup])).toEqual([
      [3, { mode: 'shift', days: 5, source: null }],
      [1, null],
    ]);
  });
});

describe('directives between', () => {
  it('#EXTGRP behind #EXTINF is that entry’s, before #EXTINF it opens a block', () => {
    const { entries } = parse([
      '#EXTM3U',
      '#EXTINF:-1,a',
      '#EXTGRP:Own',
      A,
      '#EXTGRP: Block',
      '#EXTINF:-1,b',
      `${A}?2`,
      '#EXTINF:-1 group-title="Wins",c',
      `${A}?3`,
      '#EXTINF:-1,d',
      `${A}?4`,
      '#EXTGRP: group-title="Named" group-logo=http://l/x',
      '#EXTINF:-1,e',
      `${A}?5`,
      '#EXTGRP:',
      '#EXTINF:-1,f',
      `${A}?6`,
    ]);
    expect(entries.map(({ group }) => group)).toEqual(['Own', 'Block', 'Wins', 'Block', 'Named', null]);
  });

  it('options belong to the next address, wherever they stand before it', () => {
    const { entries } = parse([
      '#EXTM3U',
      '#EXTVLCOPT:http-user-agent="Before/1"',
      '#EXTINF:-1 user-agent="Attribute/1",a',
      '#EXTVLCOP:http-referrer=http://r/',
      '#EXTVLCOPT:network-caching=1000',
      A,
      '#EXTINF:-1,b',
      '#EXTHTTP:{"User-Agent":"Json/1","Cookie":"a=b","Host":"evil","n":1}',
      B,
      '#EXTINF:-1,c',
      '#KODIPROP:inputstream.adaptive.stream_headers=User-Agent=Kodi%2F1&Referer=http%3A%2F%2Fr%2F',
      'http://host.example/c.m3u8|Origin=http://o/',
    ]);
    expect(entries.map(({ userAgent, headers }) => [userAgent, headers])).toEqual([
      ['Before/1', { Referer: 'http://r/' }],
      ['Json/1', { Cookie: 'a=b' }],
      ['Kodi/1', { Referer: 'http://r/', Origin: 'http://o/' }],
    ]);
  });

  it('#EXTIMG gives a picture where #EXTINF has none', () => {
    expect(one('#EXTINF:-1,a', '#EXTIMG:http://l/x.png', A).logo).toBe('http://l/x.png');
  });

  it('takes no headers that make no sense', () => {
    const lines = [
      '#EXTINF:-1,a',
      '#EXTHTTP:[1',
      '#EXTHTTP:"x"',
      '#KODIPROP:novalue',
      '#EXTVLCOPT:http-referrer=',
    ];
    expect(one(...lines, `${A}|Referer=http://r/%ff%`)).toMatchObject({
      userAgent: null,
      headers: { Referer: 'http://r/%ff%' },
    });
  });

  it('refuses what Kodi properties mark as DASH or encrypted', () => {
    const { counts } = parse([
      '#EXTINF:-1,a',
      '#KODIPROP:inputstream.adaptive.manifest_type=mpd',
      A,
      '#EXTINF:-1,b',
      '#KODIPROP:inputstream.adaptive.license_type=com.widevine.alpha',
      B,
      '#EXTINF:-1,c',
      A,
    ]);
    expect(counts).toMatchObject({ found: 3, imported: 1, refusedBy: { dash: 1, drm: 1 } });
  });
});

describe('what does not fit', () => {
  it('says which entry has no address', () => {
    const { entries, problems, counts } = parse([
      '#EXTM3U',
      '#EXTINF:-1,a',
      '#EXTINF:-1,b',
      A,
      '#EXTINF:-1,c',
    ]);
    expect(entries.map(({ name, line }) => [name, line])).toEqual([['b', 3]]);
    expect(problems).toEqual([
      { line: 2, reason: 'no-address', name: 'a' },
      { line: 5, reason: 'no-address', name: 'c' },
    ]);
    expect(counts).toMatchObject({ found: 3, imported: 1, refused: 2, refusedBy: { 'no-address': 2 } });
  });

  it('names an address without #EXTINF after itself', () => {
    const { entries } = parse([
      '#EXTM3U',
      'http://host.example/live/Sport_1/index.m3u8',
      'http://host.example/live/50%25%zz.ts',
      'rtsp://cam.example:554',
    ]);
    expect(entries.map(({ name }) => name)).toEqual(['Sport 1', '50%25%zz', 'cam.example']);
  });

  it('lets decoration end nothing', () => {
    const { entries, problems } = parse([
      '#EXTM3U',
      '=====morocco=====',
      '#EXTINF:-1,a',
      '[NO STREAM YET]',
      A,
    ]);
    expect(entries.map(({ name }) => name)).toEqual(['a']);
    expect(problems).toEqual([{ line: 2, reason: 'stray-text', name: null }]);
  });

  it('reads every kind of line end', () => {
    const lines = ['#EXTM3U', '', '#EXTINF:-1,a', A, '', '#EXTINF:-1,b', B];
    const [lf, crlf, cr] = ['\n', '\r\n', '\r'].map((end) => parse(lines, {}, end));
    expect(lf?.counts.imported).toBe(2);
    expect(crlf).toEqual(lf);
    expect(cr).toEqual(lf);
  });

  it('tells an HLS stream from a list', () => {
    const hls = ['#EXTM3U', '#EXT-X-VERSION:3', '#EXT-X-TARGETDURATION:6', '#EXTINF:6.0,', 'seg1.ts'];
    expect(parse(hls)).toMatchObject({
      counts: { found: 0 },
      problems: [{ line: 3, reason: 'stream-not-list' }],
    });
  });

  it('counts what it leaves out beyond the limits', () => {
    const lines = Array.from({ length: 5 }, (_, at) => ['#EXTINF:-1,n', `${A}?${at}`]).flat();
    expect(parse(lines, { maxEntries: 3, maxProblems: 1 })).toMatchObject({
      problems: [{ reason: 'too-many-entries' }],
      counts: { found: 5, imported: 3, refusedBy: { 'too-many-entries': 2 } },
    });
  });

  it('takes no attribute and no guide more than allowed', () => {
    const many = Array.from({ length: 10 }, (_, at) => `a${at}="x"`).join(' ');
    const entry = parse([`#EXTINF:-1 ${many} tvg-id="late",n`, A], { maxAttributes: 10 }).entries[0];
    expect([entry?.tvgId, entry?.name]).toEqual([null, 'n']);
    expect(parse(['#EXTM3U url-tvg="http://g/1,http://g/2"', A], { maxGuideUrls: 1 }).guideUrls).toEqual([
      'http://g/1',
    ]);
  });

  it('refuses the entry of a line that is too long and goes on with the next', () => {
    const long = `#EXTINF:-1 tvg-logo="${'x'.repeat(200)}",long`;
    const { entries, problems } = parse(
      ['#EXTM3U', long, A, '#EXTINF:-1,ok', B, `http://h/${'x'.repeat(200)}`],
      {
        maxLineLength: 100,
      },
    );
    expect(entries.map(({ name }) => name)).toEqual(['ok']);
    expect(problems.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'line-too-long'],
      [6, 'line-too-long'],
    ]);
  });

  it('cuts names, never through a pair of surrogates', () => {
    const { entries } = parse(['#EXTINF:-1,abc😀def', A], { maxNameLength: 4 });
    expect(entries[0]?.name).toBe('abc');
  });
});

describe('categories in names', () => {
  it('are taken where the list has no groups at all', () => {
    const { entries } = parse([
      '#EXTINF:-1,Матч ТВ (Спорт)',
      A,
      '#EXTINF:-1,Disney XD (England) (Детские)',
      B,
    ]);
    expect(entries.map(({ name, group }) => [name, group])).toEqual([
      ['Матч ТВ', 'Спорт'],
      ['Disney XD (England)', 'Детские'],
    ]);
  });

  it('stay in the name where one entry has a group, or where they are quality or shifts', () => {
    const { entries } = parse(['#EXTINF:-1 group-title="G",a', A, '#EXTINF:-1,Матч ТВ (Спорт)', B]);
    expect(entries[1]).toMatchObject({ name: 'Матч ТВ (Спорт)', group: null });
    const other = parse(['#EXTINF:-1,a (720p)', A, '#EXTINF:-1,b (+2)', B, '#EXTINF:-1,c (UK)', `${B}?1`]);
    expect(other.entries.map(({ name, group }) => [name, group])).toEqual([
      ['a (720p)', null],
      ['b (+2)', null],
      ['c (UK)', null],
    ]);
  });
});

describe('films and episodes', () => {
  it.each<[string, string, string, FoundEntry['kind']]>([
    ['by the path of a panel', '-1', 'http://panel/movie/u/p/7.mkv', 'film'],
    ['by the path of a panel', '-1', 'http://panel/series/u/p/7.mkv', 'episode'],
    ['live by the path of a panel', '-1', 'http://panel/live/u/p/7.mp4', 'live'],
    ['by extension', '-1', 'http://host/a/film.mkv?x=1', 'film'],
    ['by a film’s length', '5400', 'http://host/play/77', 'film'],
    ['not by a short one', '300', 'http://host/play/77', 'live'],
    ['not by length on a playlist', '5400', 'http://host/live.m3u8', 'live'],
    ['never by decoration of AceStream addresses', '-1', `http://h/pid/${'a'.repeat(40)}/stream.mp4`, 'live'],
  ])('%s (%s, %s) is %s %s', (_, duration, url, kind) => {
    expect(one(`#EXTINF:${duration},N`, url).kind).toBe(kind);
  });

  it('believes the list’s own word first', () => {
    expect(one('#EXTINF:-1 tvg-type="movie",N', A).kind).toBe('film');
    expect(one('#EXTINF:-1 type="live",N', 'http://host/loop.mp4').kind).toBe('live');
    expect(one('#EXTINF:-1 tvg-id="news.it",N', 'http://host/loop.mp4').kind).toBe('live');
  });

  it.each<[string, string | null, number, number]>([
    ['The Bridge S02E05', 'The Bridge', 2, 5],
    ['The Bridge - s2 e5 - Title', 'The Bridge', 2, 5],
    ['The Bridge 2x05', 'The Bridge', 2, 5],
    ['S01E10', null, 1, 10],
  ])('%s', (name, series, season, episode) => {
    expect(one(`#EXTINF:-1,${name}`, 'http://host/a.mkv')).toMatchObject({
      kind: 'episode',
      series,
      season,
      episode,
    });
  });
});

describe('films and episodes by their group', () => {
  it.each([
    ['Movie VOD', 'Koati 2022', 'http://v.invalid/1', 'film'],
    ['TV VOD', 'Bel-Air S01E06', 'http://v.invalid/1', 'episode'],
    ['Series/Lost', 'Lost S01E06', 'http://v.invalid/1.ts', 'episode'],
    ['Сериалы', 'Кухня. Сезон 1. Серия 2', 'http://v.invalid/1', 'episode'],
    ['Movies', 'Film channel', 'http://v.invalid/1', 'live'],
    ['Series', 'Series channel HD', 'http://v.invalid/1', 'live'],
  ])('%s: %s is %s', (group, name, url, kind) => {
    expect(one(`#EXTINF:0 group-title="${group}",${name}`, url).kind).toBe(kind);
  });

  it('leaves a channel with a guide id alone', () => {
    expect(one('#EXTINF:0 tvg-id="one.tv" group-title="VOD",One', 'http://v.invalid/1').kind).toBe('live');
  });
});
