import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cuts, hostileMarkup, inPieces } from '../../../test/builders/hostile-markup.js';
import { XmltvReader } from './reader.js';
import type { GuideChannel, GuideProgramme, GuideReaderOptions, GuideSummary } from './types.js';
import { writeXmltv } from './writer.js';

interface Read extends GuideSummary {
  found: { channels: GuideChannel[]; programmes: GuideProgramme[] };
}

function read(source: string | Uint8Array, options: GuideReaderOptions = {}, lengths = [1_000_000]): Read {
  const found: Read['found'] = { channels: [], programmes: [] };
  const reader = new XmltvReader(
    {
      channel: (channel) => found.channels.push(channel),
      programme: (programme) => found.programmes.push(programme),
    },
    options,
  );
  for (const piece of inPieces(Buffer.from(source), lengths)) reader.write(piece);
  return { ...reader.end(), found };
}

const START = Date.UTC(2026, 2, 14, 19) / 1000;
const HEAD = '<programme start="20260314190000 +0000" stop="20260314200000 +0000" channel="one.es">';

function programme(inside: string): GuideProgramme {
  const { found } = read(`<tv>${HEAD}${inside}</programme></tv>`);
  expect(found.programmes).toHaveLength(1);
  return found.programmes[0]!;
}

function titles(source: string): string[] {
  return read(source).found.programmes.map(({ titles: [title] }) => title?.text ?? '');
}

describe('records of a guide', () => {
  it('come with the place where they begin, however the bytes are cut', () => {
    const source = `<?xml version="1.0"?>\n<tv>\n<channel id="a">\n<display-name>é\n</display-name></channel>\n${HEAD}\n<title>T</title></programme>${HEAD}<title>U</title></programme>\n</tv>`;
    const bytes = Buffer.from(source);
    const first = bytes.indexOf(HEAD);
    for (const length of [1, 7, 10_000]) {
      const places: [string, number, number][] = [];
      const reader = new XmltvReader({
        channel: ({ id }, at, line) => places.push([id, at, line]),
        programme: ({ titles: [title] }, at, line) => places.push([title?.text ?? '', at, line]),
      });
      for (const piece of inPieces(bytes, [length])) reader.write(piece);
      reader.end();
      expect(places).toEqual([
        ['a', bytes.indexOf('<channel'), 3],
        ['T', first, 6],
        ['U', bytes.indexOf(HEAD, first + 1), 7],
      ]);
    }
  });
});

describe('times without a zone in the hour that an autumn repeats', () => {
  const utc = (time: number | null): string => new Date((time ?? NaN) * 1000).toISOString().slice(11, 16);
  function times(zone: string, day: string, ...lines: string[]): string[] {
    const programmes = lines.map((line) => {
      const [channel, start, stop] = line.split(' ');
      return `<programme channel="${channel}" start="${day}${start}00" stop="${day}${stop}00"><title>x</title></programme>`;
    });
    const { found, problems } = read(`<tv>${programmes.join('')}</tv>`, { defaultZone: zone });
    expect(problems).toEqual([]);
    return found.programmes.map(({ channelId, start, stop }) => `${channelId} ${utc(start)} ${utc(stop)}`);
  }

  it('follow the order of their channel', () => {
    const lines = ['a 0130 0215', 'b 0100 0300', 'a 0215 0230', 'a 0230 0200', 'b 0300 0400', 'a 0200 0245'];
    expect(times('Europe/Berlin', '20261025', ...lines, 'a 0245 0315')).toEqual([
      'a 23:30 00:15',
      'b 23:00 02:00',
      'a 00:15 00:30',
      'a 00:30 01:00',
      'b 02:00 03:00',
      'a 01:00 01:45',
      'a 01:45 02:15',
    ]);
    expect(times('America/New_York', '20261101', 'a 0030 0130', 'a 0130 0115', 'a 0115 0200')).toEqual([
      'a 04:30 05:30',
      'a 05:30 06:15',
      'a 06:15 07:00',
    ]);
  });

  it('are the first ones where nothing speaks for the second, for each channel and each year', () => {
    expect(times('Europe/Berlin', '20261025', 'a 0245 0210', 'b 0200 0230', 'a 0210 0230')).toEqual([
      'a 00:45 01:10',
      'b 00:00 00:30',
      'a 01:10 01:30',
    ]);
    const of = (day: string): string =>
      `<programme channel="a" start="${day}020000" stop="${day}024500"><title>x</title></programme>`;
    const { found } = read(`<tv>${of('20271031')}${of('20261025')}</tv>`, { defaultZone: 'Europe/Berlin' });
    expect(found.programmes.map(({ start }) => utc(start))).toEqual(['00:00', '00:00']);
  });

  it('are told by their zone where they have one', () => {
    const one = (start: string): string =>
      `<programme channel="a" start="20261025${start}"><title>x</title></programme>`;
    const source = `<tv>${one('024500')}${one('023000 +0200')}${one('024500')}</tv>`;
    const { found } = read(source, { defaultZone: 'Europe/Berlin' });
    expect(found.programmes.map(({ start }) => utc(start))).toEqual(['00:45', '00:30', '00:45']);
  });
});

describe('channels of a guide', () => {
  it('are read with all their names, icons, addresses and numbers', () => {
    const { found, problemsBy } = read(
      '<tv><channel id=" a&amp;b "><display-name lang="es">Uno &amp; más</display-name>' +
        '<display-name>1</display-name><icon src="http://l.example/1.png?a=1&amp;b=2" width="1"/>' +
        '<url>http://one.example</url><lcn>7</lcn></channel><channel id="bare"/></tv>',
    );
    expect(found.channels).toEqual([
      {
        id: 'a&b',
        names: [{ text: 'Uno & más', lang: 'es' }, { text: '1' }],
        icons: ['http://l.example/1.png?a=1&b=2'],
        urls: ['http://one.example'],
        numbers: ['7'],
      },
      { id: 'bare', names: [] },
    ]);
    expect(problemsBy).toEqual({});
  });

  it('need an id', () => {
    const { found, problemsBy } = read('<tv><channel><display-name>x</display-name></channel></tv>');
    expect(found.channels).toEqual([]);
    expect(problemsBy).toEqual({ 'no-id': 1 });
  });
});

describe('programmes of a guide', () => {
  it('are read with everything the DTD knows', () => {
    expect(
      programme(
        '<title lang="en">A &amp; B</title><title lang="es">A y B</title><sub-title>C</sub-title>' +
          '<desc lang="en">First line.\r\n   Second\tline.</desc>' +
          '<credits><director>D</director><actor role="R">E<image>http://i.example/e.jpg</image></actor></credits>' +
          '<date>1999</date><category lang="en">Film</category><category>Cine</category><keyword>k</keyword>' +
          '<language>English</language><orig-language>es</orig-language><length units="hours">1.5</length>' +
          '<icon src="http://i.example/1.jpg"/><url>http://u.example</url><country>GB</country>' +
          '<episode-num system="xmltv_ns">0.1.</episode-num><episode-num>S1E2</episode-num>' +
          '<video><present>yes</present><aspect>16:9</aspect><quality>HDTV</quality></video>' +
          '<audio><stereo>dolby</stereo></audio><previously-shown start="2001" channel="two"/>' +
          '<premiere>first</premiere><last-chance/><new/><live/>' +
          '<subtitles type="teletext"><language>en</language></subtitles>' +
          '<rating system="MPAA"><value>PG</value><icon src="http://i.example/pg.png"/></rating><rating>16+</rating>' +
          '<star-rating><value>8/10</value></star-rating>' +
          '<image type="poster" orient="P">http://i.example/p.jpg</image><series-id>x</series-id>',
      ),
    ).toEqual({
      channelId: 'one.es',
      start: START,
      stop: START + 3600,
      titles: [
        { text: 'A & B', lang: 'en' },
        { text: 'A y B', lang: 'es' },
      ],
      subTitles: [{ text: 'C' }],
      descriptions: [{ text: 'First line.\nSecond line.', lang: 'en' }],
      credits: [
        { role: 'director', name: 'D' },
        { role: 'actor', name: 'E', character: 'R' },
      ],
      date: '1999',
      categories: [{ text: 'Film', lang: 'en' }, { text: 'Cine' }],
      keywords: [{ text: 'k' }],
      language: 'English',
      originalLanguage: 'es',
      length: 5400,
      icons: ['http://i.example/1.jpg'],
      urls: ['http://u.example'],
      countries: [{ text: 'GB' }],
      episodes: [
        { system: 'xmltv_ns', value: '0.1.' },
        { system: 'onscreen', value: 'S1E2' },
      ],
      video: { aspect: '16:9', quality: 'HDTV' },
      audio: { stereo: 'dolby' },
      previouslyShown: { start: '2001', channel: 'two' },
      isPremiere: true,
      isLastChance: true,
      isNew: true,
      isLive: true,
      subtitles: [{ type: 'teletext', language: 'en' }],
      ratings: [{ system: 'MPAA', value: 'PG' }, { value: '16+' }],
      starRatings: [{ value: '8/10' }],
      images: [{ url: 'http://i.example/p.jpg', type: 'poster', orient: 'P' }],
    });
  });

  it('stay small: what is not said has no field', () => {
    expect(programme('<title>A</title><desc></desc><category> </category><credits/><icon/>')).toEqual({
      channelId: 'one.es',
      start: START,
      stop: START + 3600,
      titles: [{ text: 'A' }],
    });
  });

  it('keep the text around and inside foreign markup, but not the titles of others', () => {
    const {
      titles: [title],
      descriptions,
    } = programme(
      '<series><title>Wrong</title></series><title>Right</title><desc>a <b>bold</b> <!-- x -->z<![CDATA[<&amp;>]]></desc>',
    );
    expect(title?.text).toBe('Right');
    expect(descriptions?.[0]?.text).toBe('a bold z<&>');
  });

  it('need a channel, a start and a title', () => {
    const { found, problemsBy } = read(
      '<tv><programme start="20260314190000"><title>A</title></programme>' +
        '<programme channel="x"><title>A</title></programme>' +
        '<programme channel="x" start="soon"><title>A</title></programme>' +
        '<programme channel="x" start="19700101000000"><title>A</title></programme>' +
        '<programme channel="x" start="20260314190000"><title> </title></programme></tv>',
    );
    expect(found.programmes).toEqual([]);
    expect(problemsBy).toEqual({ 'no-id': 1, 'no-start': 1, 'bad-time': 2, 'no-title': 1 });
  });

  it.each([
    ['', null, undefined],
    ['stop="20260314200000 +0000"', START + 3600, undefined],
    ['stop="20260314190000 +0000"', null, 'zero-length'],
    ['stop="20260314180000 +0000"', null, 'backwards'],
    ['stop="99991231235959 +0000"', null, 'bad-time'],
    ['stop="later"', null, 'bad-time'],
  ])('end when they say: %s', (stop, expected, problem) => {
    const { found, problemsBy } = read(
      `<tv><programme start="20260314190000 +0000" ${stop} channel="x"><title>A</title></programme></tv>`,
    );
    expect(found.programmes[0]?.stop).toBe(expected);
    expect(problemsBy).toEqual(problem ? { [problem]: 1 } : {});
  });
});

describe('a broken guide', () => {
  const next = `${HEAD}<title>Next</title></programme></tv>`;

  it.each([
    ['a bare ampersand', '<title>Tom & Jerry</title>', 'Tom & Jerry'],
    ['a bare less-than sign', '<title>a < b</title>', 'a < b'],
    ['a tag that is none', '<title>I <3 you</title><desc>d</desc>', 'I'],
    ['an unclosed title', '<title>Open<desc>d</desc>', 'Open'],
    ['an unclosed title at the end', '<title>Open', 'Open'],
    ['mis-nested tags', '<title>a<b>b<i>c</b>d</i></title>', 'abcd'],
    ['unquoted attributes', '<title lang=en>Plain</title>', 'Plain'],
    ['a reference of HTML', '<title>ca&ntilde;a</title>', 'caña'],
    ['control characters', '<title>a\u0000b\u0007c</title>', 'abc'],
    ['double escaping', '<title>&amp;#34;Да&amp;#34;</title>', '"Да"'],
    ['a stray end', '</desc><title>x</title></credits>', 'x'],
    ['CDATA', '<title><![CDATA[x <b> &amp; y]]></title>', 'x <b> & y'],
    ['an unclosed list of people', '<credits><actor>A<title>x</title>', 'x'],
  ])('%s costs nothing but itself', (_, inside, title) => {
    expect(titles(`<tv>${HEAD}${inside}</programme>${next}`)).toEqual([title, 'Next']);
  });

  it('keeps a programme that is not closed before the next one', () => {
    const { found, problemsBy } = read(`<tv>${HEAD}<title>First</title>${next}`);
    expect(found.programmes.map(({ titles: [title] }) => title?.text)).toEqual(['First', 'Next']);
    expect(problemsBy).toEqual({ unclosed: 1 });
  });

  it('drops what the end of the file cuts off, and says so', () => {
    const { found, isTruncated, problemsBy } = read(
      `<tv>${HEAD}<title>A</title></programme>${HEAD}<title>Hal`,
    );
    expect(found.programmes).toHaveLength(1);
    expect(isTruncated).toBe(true);
    expect(problemsBy).toEqual({ truncated: 1 });
    expect(read('<tv></tv>').isTruncated).toBe(false);
    expect(read('<tv></tv').isTruncated).toBe(true);
    expect(read('<tv>').isTruncated).toBe(true);
  });

  it('is read on after a second root and text before the first', () => {
    expect(titles(`junk<?xml version="1.0"?><tv>${next}<tv>${next}`)).toEqual(['Next', 'Next']);
  });

  it('never expands what it declares', () => {
    const bomb =
      '<!DOCTYPE tv [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>' +
      `<tv>${HEAD}<title>&b;&c;</title></programme></tv>`;
    expect(titles(bomb)).toEqual(['&b;&c;']);
  });

  it('tells where', () => {
    const { problems } = read(
      `<tv>\n\n${HEAD}\n<title>Tom & http://u:p@h.example/secret?t=1</title></programme></tv>`,
    );
    expect(problems).toEqual([
      {
        reason: 'stray-character',
        at: 99,
        line: 4,
        sample: 'Tom & http://h.example/…</title></programme></tv>',
      },
    ]);
  });
});

describe('limits of a guide', () => {
  const one = (inside: string, limits: GuideReaderOptions['limits']): Read =>
    read(`<tv>${HEAD}${inside}</programme></tv>`, { limits }, [7]);

  it('cut a text off', () => {
    const { found, problemsBy } = one(`<title>${'t'.repeat(11)}</title><desc>${'d'.repeat(20)}</desc>`, {
      maxValueLength: 40,
      maxTextLength: 19,
    });
    expect(found.programmes[0]?.titles[0]?.text).toBe('t'.repeat(11));
    expect(found.programmes[0]?.descriptions?.[0]?.text).toBe('d'.repeat(19));
    expect(problemsBy).toEqual({ 'text-too-long': 1 });
  });

  it('leave a text at the limit whole, and cut no character', () => {
    const limits = { maxTextLength: 4 };
    expect(one('<title>x</title><desc>abcd</desc>', limits).problemsBy).toEqual({});
    expect(one('<title>x</title><desc>abc😀</desc>', limits).found.programmes[0]?.descriptions).toEqual([
      { text: 'abc' },
    ]);
  });

  it('drop an address that is too long', () => {
    const { found } = one(
      `<title>x</title><icon src="http://i.example/${'x'.repeat(60)}"/><url>${'u'.repeat(70)}</url>`,
      {
        maxValueLength: 50,
      },
    );
    expect(found.programmes[0]).toEqual({
      channelId: 'one.es',
      start: START,
      stop: START + 3600,
      titles: [{ text: 'x' }],
    });
  });

  it('bound the values of one kind', () => {
    const { found, problemsBy } = one(`<title>x</title>${'<category>c</category>'.repeat(4)}`, {
      maxValues: 3,
    });
    expect(found.programmes[0]?.categories).toHaveLength(3);
    expect(problemsBy).toEqual({ 'too-many-values': 1 });
  });

  it('drop a record that is too large', () => {
    const { found, problemsBy } = one(`<title>x</title><desc>${'d'.repeat(300)}</desc>`, {
      maxRecordBytes: 200,
    });
    expect(found.programmes).toEqual([]);
    expect(problemsBy).toEqual({ 'record-too-large': 1 });
  });

  it('bound nesting', () => {
    const { found, problemsBy } = one(`<title>x${'<b>'.repeat(5)}y${'</b>'.repeat(5)}</title>`, {
      maxDepth: 4,
    });
    expect(found.programmes[0]?.titles[0]?.text).toBe('xy');
    expect(problemsBy['too-deep']).toBe(2);
  });

  it('keep the first problems and count them all', () => {
    const { problems, problemsBy } = read(`<tv>${'<channel/>'.repeat(5)}</tv>`, {
      limits: { maxProblems: 2 },
    });
    expect(problems).toHaveLength(2);
    expect(problemsBy).toEqual({ 'no-id': 5 });
  });

  it('hold a programme of 50 MB', () => {
    const piece = Buffer.from('<desc>' + 'x'.repeat(60_000) + '</desc><x>');
    let programmes = 0;
    const reader = new XmltvReader({ channel: () => {}, programme: () => programmes++ });
    reader.write(Buffer.from(`<tv>${HEAD}<title>x</title>`));
    const before = process.memoryUsage().rss;
    for (let sent = 0; sent < 50e6; sent += piece.length) reader.write(piece);
    expect((process.memoryUsage().rss - before) / 1e6).toBeLessThan(150);
    reader.write(Buffer.from(`</programme>${HEAD}<title>Next</title></programme></tv>`));
    expect(reader.end().problemsBy['record-too-large']).toBe(1);
    expect(programmes).toBe(1);
  });
});

describe('encodings of a guide', () => {
  const text = `<tv>${HEAD}<title>ñandú Ж</title></programme></tv>`;
  const title = (bytes: Uint8Array, options?: GuideReaderOptions): [string, string | undefined] => {
    const { encoding, found } = read(bytes, options, [1]);
    return [encoding, found.programmes[0]?.titles[0]?.text];
  };
  const cyrillic = (declaration: string): Buffer =>
    Buffer.concat([
      Buffer.from(`${declaration}<tv>${HEAD}<title>`),
      // Привет, мир
      Buffer.of(0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2, 0x2c, 0x20, 0xec, 0xe8, 0xf0),
      Buffer.from('</title></programme></tv>'),
    ]);

  it('are found by mark, declaration, server and bytes', () => {
    const declared = (name: string): string => `<?xml version="1.0" encoding="${name}"?>`;
    expect(title(Buffer.from(text))).toEqual(['utf-8', 'ñandú Ж']);
    expect(title(Buffer.from(`\ufeff${text}`))).toEqual(['utf-8', 'ñandú Ж']);
    expect(title(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(['utf-16le', 'ñandú Ж']);
    expect(title(Buffer.from(text, 'utf16le').swap16())).toEqual(['utf-16be', 'ñandú Ж']);
    expect(title(Buffer.from(`${declared('ISO-8859-1')}${text.replace(' Ж', '')}`, 'latin1'))).toEqual([
      'windows-1252',
      'ñandú',
    ]);
    expect(title(cyrillic(declared('windows-1251')))).toEqual(['windows-1251', 'Привет, мир']);
    expect(title(cyrillic(''), { charset: 'cp1251' })).toEqual(['windows-1251', 'Привет, мир']);
  });

  it('are not believed when the bytes say otherwise', () => {
    expect(title(Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${text}`))).toEqual([
      'utf-8',
      'ñandú Ж',
    ]);
    expect(title(cyrillic('<?xml version="1.0" encoding="UTF-8"?>'))).toEqual([
      'windows-1251',
      'Привет, мир',
    ]);
  });

  it('count a name that nobody knows', () => {
    expect(read(`<?xml version="1.0" encoding="x-nothing"?>${text}`).problemsBy).toEqual({
      'unknown-encoding': 1,
    });
  });

  it('cost a title that is not in them only itself', () => {
    const good = `${HEAD}<title>ñandú</title></programme>`;
    const bytes = Buffer.concat([
      Buffer.from(`<tv>${good}${good}${HEAD}<title>ca`),
      Buffer.of(0xf1),
      Buffer.from(`a</title></programme>${good}</tv>`),
    ]);
    const { found, problemsBy } = read(bytes);
    expect(found.programmes.map(({ titles: [first] }) => first?.text)).toEqual([
      'ñandú',
      'ñandú',
      'ca\ufffda',
      'ñandú',
    ]);
    expect(problemsBy).toEqual({ 'bad-encoding': 1 });
  });
});

describe('any guide', () => {
  it('is the same however it is cut', () => {
    fc.assert(
      fc.property(hostileMarkup(), cuts(), (text, lengths) => {
        const cutUp = read(text, { limits: { blockBytes: 1 } }, lengths);
        const whole = read(text);
        expect(cutUp.found).toEqual(whole.found);
        expect(cutUp.isTruncated).toBe(whole.isTruncated);
        // One text of several pieces may hold several stray characters.
        expect({ ...cutUp.problemsBy, 'stray-character': 0 }).toEqual({
          ...whole.problemsBy,
          'stray-character': 0,
        });
      }),
      { numRuns: 300 },
    );
  });

  it('comes back from our own writer', () => {
    const text = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }).map((raw) => `x${raw}x`);
    fc.assert(
      fc.property(text, text, (name, title) => {
        const source = [
          ...writeXmltv(
            [{ id: 'a.b', displayNames: [name], icon: '' }],
            [{ channelId: 'a.b', start: START, stop: START + 60, titles: [{ text: title }] }],
          ),
        ].join('');
        const { found } = read(source, {}, [13]);
        expect(oneLine(found.channels[0]?.names[0]?.text ?? '')).toBe(oneLine(name));
        expect(oneLine(found.programmes[0]?.titles[0]?.text ?? '')).toBe(oneLine(title));
      }),
    );
  });
});

function oneLine(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}
