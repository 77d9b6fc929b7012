import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeSegment, outputOf, parseStreamRoute, RESERVED_SEGMENTS } from './route.js';

const ana = { username: 'ana', password: 's3cret9' };

describe('addresses of live streams', () => {
  it.each([
    ['/live/ana/s3cret9/101.ts', 'ts'],
    ['/live/ana/s3cret9/101', 'ts'],
    ['/live/ana/s3cret9/101.m3u8', 'm3u8'],
    ['/live/ana/s3cret9/101.hls', 'm3u8'],
    ['/live/ana/s3cret9/101.MP4', 'ts'],
    ['/ana/s3cret9/101', 'ts'],
    ['/ana/s3cret9/101.ts', 'ts'],
    ['/ana/s3cret9/101.m3u8', 'm3u8'],
    ['//live//ana/s3cret9/101.ts', 'ts'],
    ['/LIVE/ana/s3cret9/101.TS', 'ts'],
  ])('%s', (path, output) => {
    expect(parseStreamRoute(path)).toEqual({ kind: 'live', ...ana, id: 101, output });
  });

  it.each([
    '/live/ana/s3cret9/abc.ts',
    '/live/ana/s3cret9/0.ts',
    '/live/ana/s3cret9/-1.ts',
    '/live/ana/s3cret9/1e3.ts',
    '/live/ana/s3cret9/2147483648.ts',
    '/live/ana/s3cret9/101.ts/more',
    '/live/ana/101.ts',
    '/ana/s3cret9/101.t.s',
    '/ana/s3cret9/',
    '/api/channels/101',
    '/admin/users/101',
    '/assets/js/101',
    '/',
    '',
  ])('%s is none', (path) => {
    expect(parseStreamRoute(path)).toBeNull();
  });
});

describe('one id space', () => {
  it('tells the kind of a bare address by its range', () => {
    expect(parseStreamRoute('/ana/s3cret9/500000001.mkv')).toEqual({
      kind: 'movie',
      ...ana,
      id: 500_000_001,
      extension: 'mkv',
    });
    expect(parseStreamRoute('/ana/s3cret9/1500000001')).toMatchObject({ kind: 'series', extension: '' });
    expect(parseStreamRoute('/ana/s3cret9/1000000001')).toBeNull();
  });

  it('keeps the extension of films and episodes, present or not', () => {
    expect(parseStreamRoute('/movie/ana/s3cret9/20001.MKV')).toMatchObject({
      kind: 'movie',
      extension: 'mkv',
    });
    expect(parseStreamRoute('/series/ana/s3cret9/50101')).toMatchObject({ kind: 'series', extension: '' });
  });
});

describe('archive addresses', () => {
  it('reads the classic path', () => {
    expect(parseStreamRoute('/timeshift/ana/s3cret9/60/2026-03-14:18-00/101.ts')).toEqual({
      kind: 'timeshift',
      ...ana,
      id: 101,
      output: 'ts',
      start: '2026-03-14:18-00',
      duration: '60',
    });
  });

  it('reads the swapped path', () => {
    expect(parseStreamRoute('/timeshifts/ana/s3cret9/60/101/2026-03-14:18-00.m3u8')).toMatchObject({
      id: 101,
      start: '2026-03-14:18-00',
      output: 'm3u8',
    });
  });

  it('reads the query form, the only one of Jellyfin.Xtream and open-tv', () => {
    const query = new URLSearchParams(
      'username=ana&password=s3cret9&stream=101&start=2026-03-14:18-00&duration=60',
    );
    const read = (name: string): string | undefined => query.get(name) ?? undefined;
    for (const path of ['/streaming/timeshift.php', '/timeshift.php', '/Streaming/TimeShift.PHP']) {
      expect(parseStreamRoute(path, read)).toEqual({
        kind: 'timeshift',
        ...ana,
        id: 101,
        output: 'ts',
        start: '2026-03-14:18-00',
        duration: '60',
      });
    }
    expect(parseStreamRoute('/streaming/timeshift.php', () => undefined)).toBeNull();
  });
});

describe('the query forms of live and film', () => {
  const read =
    (values: Record<string, string>) =>
    (name: string): string | undefined =>
      values[name];

  it('reads them', () => {
    const live = read({ username: 'ana', password: 's3cret9', stream: '101', extension: 'm3u8' });
    expect(parseStreamRoute('/streaming/live.php', live)).toEqual({
      kind: 'live',
      ...ana,
      id: 101,
      output: 'm3u8',
    });
    const film = read({ username: 'ana', password: 's3cret9', stream: '500000001.mkv' });
    expect(parseStreamRoute('/streaming/vod.php', film)).toMatchObject({ kind: 'movie', extension: 'mkv' });
    const episode = read({ username: 'ana', password: 's3cret9', stream: '1500000001' });
    expect(parseStreamRoute('/streaming/vod.php', episode)).toMatchObject({ kind: 'series' });
  });

  it('knows no others', () => {
    expect(parseStreamRoute('/live.php', read({ stream: '1' }))).toBeNull();
    expect(parseStreamRoute('/streaming/other.php', read({ stream: '1' }))).toBeNull();
    expect(parseStreamRoute('/streaming/a/live.php', read({ stream: '1' }))).toBeNull();
  });
});

describe('percent-encoding', () => {
  it('decodes credentials, and a plus stays a plus', () => {
    expect(parseStreamRoute('/live/an%20a/s%2Fe%C3%A9+t/101.ts')).toMatchObject({
      username: 'an a',
      password: 's/eé+t',
    });
  });

  it('takes what is no escape literally: not every player encodes', () => {
    expect(decodeSegment('100%')).toBe('100%');
    expect(decodeSegment('%zz')).toBe('%zz');
    expect(decodeSegment('%ff')).toBe('%ff');
  });

  it('gives back any credentials that were encoded', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }),
        fc.integer({ min: 1, max: 2_147_483_647 }),
        (text, id) => {
          const encoded = encodeURIComponent(text);
          const route = parseStreamRoute(`/live/${encoded}/${encoded}/${id}.ts`);
          expect(route).toEqual({ kind: 'live', username: text, password: text, id, output: 'ts' });
        },
      ),
    );
  });

  it('never throws, whatever the path', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (path) => {
        const route = parseStreamRoute(path, () => path);
        expect(route === null || route.id > 0).toBe(true);
      }),
    );
  });
});

describe('names that belong to the server', () => {
  it('shadow no user', () => {
    for (const name of ['live', 'api', 'admin', 'movie', 'hls']) {
      expect(RESERVED_SEGMENTS.has(name)).toBe(true);
    }
  });
});

describe('output by extension', () => {
  it('maps', () => {
    expect(['', 'ts', 'mpegts', 'mp4', 'm3u8', 'm3u', 'HLS'].map(outputOf)).toEqual([
      'ts',
      'ts',
      'ts',
      'ts',
      'm3u8',
      'm3u8',
      'm3u8',
    ]);
  });
});
