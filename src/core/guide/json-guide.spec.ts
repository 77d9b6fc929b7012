import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuideChannel, GuideProgramme, GuideSummary } from '../xmltv/types.js';
import type { JsonGuideOptions } from './json-guide.js';
import { JsonGuideReader } from './json-guide.js';

interface Read extends GuideSummary {
  found: { channels: GuideChannel[]; programmes: GuideProgramme[] };
}

function read(document: unknown, options: JsonGuideOptions = {}): Read {
  const found: Read['found'] = { channels: [], programmes: [] };
  const reader = new JsonGuideReader(
    {
      channel: (channel) => found.channels.push(channel),
      programme: (programme) => found.programmes.push(programme),
    },
    options,
  );
  const text = Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  for (let at = 0; at < text.length; at += 50) reader.write(text.subarray(at, at + 50));
  return { ...reader.end(), found };
}

/** `channel start–stop title` of each. */
function lines(document: unknown, options?: JsonGuideOptions): string[] {
  return read(document, options).found.programmes.map(
    ({ channelId, start, stop, titles }) => `${channelId} ${start}–${stop ?? '?'} ${titles[0]?.text ?? ''}`,
  );
}

const A = { timestart: 1773511200, timestop: 1773514800, title: 'A' };
const B = { timestart: 1773514800, timestop: 1773518400, title: 'B' };
const BOTH = ['1 1773511200–1773514800 A', '1 1773514800–1773518400 B'];
const asked = { channelId: '1' };

describe('shapes of a provider guide', () => {
  it.each([
    ['a bare list', [A, B], asked],
    ['{data}', { data: [A, B] }, asked],
    [
      '{epg: [{data}]}, a day each',
      {
        epg: [
          { id: 9, data: [A] },
          { id: 10, data: [B] },
        ],
      },
      asked,
    ],
    ['days as keys', { epg: { '2026-03-14': [A], '2026-03-15': [B] } }, asked],
    [
      'programmes that name their channel',
      [
        { ...A, epg_id: 1 },
        { ...B, epg_id: 1 },
      ],
      {},
    ],
    [
      'programmes with a channel inside',
      [
        { ...A, channel: { id: 1, name: 'One' } },
        { ...B, channel: { id: '1' } },
      ],
      {},
    ],
    ['channels with their programmes', { channels: [{ id: 1, name: 'One', events: [A, B] }] }, {}],
    ['channels that have only an id', [{ id: 1, epg: [A, B] }], {}],
    [
      'a channel beside its programmes',
      { items: [{ channel: { id: 1, name: 'One' }, programSchedules: [A, B] }] },
      {},
    ],
    ['channels as keys', { epg: { '1': [A, B] } }, {}],
    ['channels as keys, days inside', { '1': { '2026-03-14': [A], '2026-03-15': [B] } }, {}],
  ])('%s', (_, document, options) => {
    expect(lines(document, options)).toEqual(BOTH);
  });

  it('tell each channel once, with what is known of it', () => {
    const { found } = read([
      { id: 105, epg_id: 198, name_ru: 'Первый', image: 'https://a.example/1.png', number: 1, epg: [A] },
      { id: 106, epg_id: 198, name_ru: 'Первый', epg: [B] },
    ]);
    expect(found.channels).toEqual([
      { id: '198', names: [{ text: 'Первый' }], icons: ['https://a.example/1.png'], numbers: ['1'] },
    ]);
  });

  it('read what is on now in a list of channels', () => {
    expect(lines({ channels: [{ epg_id: 1, name: 'One', image: '', current: A, hasEpg: true }] })).toEqual([
      BOTH[0],
    ]);
  });
});

describe('programmes of a provider guide', () => {
  const one = (more: Record<string, unknown>, options: JsonGuideOptions = {}): GuideProgramme | undefined =>
    read([{ ...A, ...more }], { ...asked, ...options }).found.programmes[0];

  it('are read as iptv2021 sends them', () => {
    expect(
      one({
        id: 5,
        epg_id: 198,
        title: 'Белое  солнце пустыни',
        sub_title: '',
        desc: 'СССР, 1969.\nВестерн.',
        category: ['Х/ф', 'Вестерн'],
        mskdatetimestart: '2026-03-14 21:00:00',
        rating: 12,
        preview: 'https://p.example/pic/5?size=320x240',
        cdnvideo: 0,
      }),
    ).toEqual({
      channelId: '198',
      start: A.timestart,
      stop: A.timestop,
      titles: [{ text: 'Белое  солнце пустыни' }],
      descriptions: [{ text: 'СССР, 1969.\nВестерн.' }],
      categories: [{ text: 'Х/ф' }, { text: 'Вестерн' }],
      icons: ['https://p.example/pic/5?size=320x240'],
      ratings: [{ value: '12+' }],
    });
    expect(one({ rating: 0, cat: 'Х/ф' })).toEqual({
      channelId: '1',
      start: A.timestart,
      stop: A.timestop,
      titles: [{ text: 'A' }],
      categories: [{ text: 'Х/ф' }],
    });
  });

  it.each([
    [{ start: 1773511200, end: '1773514800' }],
    [{ start: '1773511200000', end: 1773514800000 }],
    [{ start: '2026-03-14T19:00:00+01:00', end: '2026-03-14T20:00:00+0100' }],
    [{ start_time: '2026-03-14 18:00:00', end_time: '2026-03-14 19:00' }],
    [{ begin: '20260314180000 +0000', finish: '20260314190000 +0000' }],
    [{ mskdatetimestart: '2026-03-14 21:00:00', mskdatetimestop: '2026-03-14 22:00:00' }],
    [{ start: '18:00', start_ts: 1773511200, stop_ts: 1773514800 }],
  ])('know times as %j', (times) => {
    expect(lines([{ name: 'A', ...times }], asked)).toEqual([BOTH[0]]);
  });

  it('take times without a zone in the zone of the source', () => {
    expect(
      lines([{ name: 'A', start: '2026-03-14 19:00' }], { ...asked, defaultZone: 'Europe/Madrid' }),
    ).toEqual(['1 1773511200–? A']);
  });

  it('number episodes, seasons and ids of databases', () => {
    expect(one({ serie_season: 16, serie_episode: 6, imdb_id: 'tt13655486' })?.episodes).toEqual([
      { system: 'xmltv_ns', value: '15.5.' },
      { system: 'imdb.com', value: 'title/tt13655486' },
    ]);
    expect(
      one({ episode: { season: 2, number: 80, description: 'D', clip: { actors: ['X'] } } }),
    ).toMatchObject({
      descriptions: [{ text: 'D' }],
      episodes: [{ value: '1.79.' }],
      credits: [{ role: 'actor', name: 'X' }],
    });
  });

  it('drop addresses that are none, and complete those without a scheme', () => {
    expect(one({ image: 'javascript:alert(1)' })?.icons).toBeUndefined();
    expect(one({ image: '/relative.png' })?.icons).toBeUndefined();
    expect(one({ image: { sizes: [{ src: '//a.example/1' }] } })?.icons).toEqual(['https://a.example/1']);
  });

  it('are counted when they cannot be used', () => {
    const { found, problemsBy } = read(
      [A, { title: 'x' }, { timestart: 1773511200 }, { ...A, timestart: 1 }, null, 5],
      asked,
    );
    expect(found.programmes).toHaveLength(1);
    expect(problemsBy).toEqual({ 'no-start': 2, 'no-title': 1 });
    expect(read([A, { ...A, timestart: 1, channel: 7 }, { title: 'Late', channel: 7 }]).problems).toEqual([
      { reason: 'no-channel', at: 1, sample: '2026-03-14T18:00:00.000Z A' },
      { reason: 'no-start', at: 2, sample: '7 A' },
      { reason: 'no-start', at: 3, sample: '7 Late' },
      { reason: 'unknown-shape', at: 3, sample: '' },
    ]);
    expect(read([A]).problemsBy).toEqual({ 'no-channel': 1, 'unknown-shape': 1 });
    expect(
      read(
        [
          { ...A, timestop: 1773511200 },
          { ...A, timestop: 1773511100 },
        ],
        asked,
      ).problemsBy,
    ).toEqual({ 'zero-length': 1, backwards: 1 });
  });
});

describe('JSON that is no guide', () => {
  it.each([
    ['{"a": [1, 2', 'broken-json'],
    ['<html></html>', 'broken-json'],
    ['{"error": "token expired"}', 'unknown-shape'],
    ['{"error": "token expired", "code": []}', 'unknown-shape'],
    ['5', 'unknown-shape'],
    ['[]', 'empty'],
    ['{}', 'empty'],
    ['null', 'empty'],
    ['{"epg": []}', 'empty'],
    ['{"status": "ok", "result": {"page": 1, "epg_listings": []}}', 'empty'],
    ['[{"channel": 7, "data": []}, {"channel": 8, "data": null}]', 'empty'],
  ])('%s', (text, reason) => {
    const { problemsBy, programmes } = read(text, asked);
    expect(programmes).toBe(0);
    expect(problemsBy).toEqual({ [reason]: 1 });
  });

  it('may be the page after the last one', () => {
    const further = { ...asked, mayBeEmpty: true };
    expect(read('{"epg": []}', further).problemsBy).toEqual({});
    expect(read('{"error": "x"}', further).problemsBy).toEqual({ 'unknown-shape': 1 });
  });

  it('is read no deeper and no further than allowed', () => {
    expect(read('['.repeat(50) + ']'.repeat(50), { limits: { maxDepth: 40 } }).problemsBy['too-deep']).toBe(
      1,
    );
    const document = JSON.stringify([A]);
    expect(read(document, { ...asked, limits: { maxDocumentBytes: document.length } }).programmes).toBe(1);
    expect(
      read(document, { ...asked, limits: { maxDocumentBytes: document.length - 1 } }).problemsBy,
    ).toEqual({ 'record-too-large': 1 });
  });

  it('never breaks the reader, and what it gives always holds', () => {
    const key = fc.constantFrom(
      'title',
      'name',
      'timestart',
      'stop',
      'data',
      'epg',
      'channel',
      'id',
      'category',
      'image',
      'episode',
      '__proto__',
    );
    const leaf = fc.oneof(
      fc.string(),
      fc.integer(),
      fc.constantFrom(1773511200, '1773514800', 'A', null, true, Infinity),
    );
    const { document } = fc.letrec((tie) => ({
      document: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('document'), { maxLength: 4 }),
        fc.dictionary(key, tie('document'), { maxKeys: 6 }),
      ),
    }));
    fc.assert(
      fc.property(document, (value) => {
        for (const { start, stop, titles, channelId } of read(value, asked).found.programmes) {
          expect(stop === null || stop > start).toBe(true);
          expect(titles[0]?.text).not.toBe('');
          expect(channelId).not.toBe('');
        }
      }),
      { numRuns: 500 },
    );
  });
});
