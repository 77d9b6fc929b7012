import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rankVariants } from './choose-variant.js';
import { looksLikePlaylist, readPlaylist } from './read-playlist.js';
import type { SourceMaster, SourceMedia } from './read-playlist.js';

function media(...lines: string[]): SourceMedia {
  const playlist = readPlaylist(['#EXTM3U', ...lines].join('\n'));
  if (playlist.kind !== 'media') throw new Error(playlist.kind);
  return playlist;
}

function master(...lines: string[]): SourceMaster {
  const playlist = readPlaylist(['#EXTM3U', ...lines].join('\r\n'));
  if (playlist.kind !== 'master') throw new Error(playlist.kind);
  return playlist;
}

describe('readPlaylist: segments', () => {
  it('numbers them and keeps their durations', () => {
    const { segments, targetSeconds, isEnded } = media(
      '#EXT-X-TARGETDURATION:6',
      '#EXT-X-MEDIA-SEQUENCE:41',
      '#EXTINF:5.96,a title',
      'a.ts',
      '# a comment',
      '#EXTINF:6',
      'https://cdn.example/b.ts?x=1',
    );
    expect([targetSeconds, isEnded]).toEqual([6, false]);
    expect(segments.map(({ sequence, uri, seconds }) => [sequence, uri, seconds])).toEqual([
      [41, 'a.ts', 5.96],
      [42, 'https://cdn.example/b.ts?x=1', 6],
    ]);
  });

  it('knows breaks, gaps and the end', () => {
    const { segments, isEnded } = media(
      '#EXTINF:4,',
      'a',
      '#EXT-X-DISCONTINUITY',
      '#EXTINF:4,',
      'b',
      '#EXT-X-GAP',
      '#EXTINF:4,',
      'c',
      '#EXT-X-ENDLIST',
    );
    expect(segments.map(({ discontinuity, isGap }) => [discontinuity, isGap])).toEqual([
      [false, false],
      [true, false],
      [false, true],
    ]);
    expect(isEnded).toBe(true);
  });

  it('lets a key hold until the next one', () => {
    const { segments, hasDrm } = media(
      '#EXTINF:4,',
      'clear',
      '#EXT-X-KEY:METHOD=AES-128,URI="k1?a=1,2",IV=0x0000000000000000000000000000ABCD',
      '#EXTINF:4,',
      'one',
      '#EXTINF:4,',
      'two',
      '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="k2"',
      '#EXTINF:4,',
      'three',
      '#EXT-X-KEY:METHOD=NONE',
      '#EXTINF:4,',
      'four',
    );
    expect(segments.map(({ key }) => key && [key.method, key.uri, key.iv?.toString('hex')])).toEqual([
      null,
      ['AES-128', 'k1?a=1,2', '0000000000000000000000000000abcd'],
      ['AES-128', 'k1?a=1,2', '0000000000000000000000000000abcd'],
      ['SAMPLE-AES', 'k2', undefined],
      null,
    ]);
    expect(hasDrm).toBe(false);
  });

  it('tells licensed protection from keys that anybody gets', () => {
    const drm = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"';
    const plain = '#EXT-X-KEY:METHOD=AES-128,URI="k",KEYFORMAT="identity"';
    expect(media(drm, '#EXTINF:4,', 'a').hasDrm).toBe(true);
    expect(media(drm, plain, '#EXTINF:4,', 'a').hasDrm).toBe(false);
    expect(media('#EXT-X-KEY:METHOD=NEW-1,URI="k"', '#EXTINF:4,', 'a').hasDrm).toBe(true);
  });

  it('reads ranges, written out or following each other', () => {
    const { segments } = media(
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="720@0"',
      '#EXT-X-BYTERANGE:1000@720',
      '#EXTINF:4,',
      'all.mp4',
      '#EXT-X-BYTERANGE:500',
      '#EXTINF:4,',
      'all.mp4',
      '#EXT-X-BYTERANGE:300',
      '#EXTINF:4,',
      'other.mp4',
      '#EXT-X-BYTERANGE:odd',
      '#EXTINF:4,',
      'whole.mp4',
    );
    expect(segments.map(({ range }) => range)).toEqual([
      { offset: 720, length: 1000 },
      { offset: 1720, length: 500 },
      { offset: 0, length: 300 },
      null,
    ]);
    expect(segments[0]?.init).toEqual({ uri: 'init.mp4', range: { offset: 0, length: 720 } });
  });

  it('finds a target duration where none is written', () => {
    expect(media('#EXTINF:3.2,', 'a').targetSeconds).toBe(4);
    expect(media().targetSeconds).toBe(10);
    expect(media('#EXT-X-TARGETDURATION:-5', '#EXTINF:nan,', 'a').segments[0]?.seconds).toBe(0);
  });
});

describe('readPlaylist: variants', () => {
  it('ranks pictures before sound, then by size', () => {
    const playlist = master(
      '#EXT-X-STREAM-INF:BANDWIDTH=64000,CODECS="mp4a.40.2"',
      'sound.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=2000000,RESOLUTION=1280x720,CODECS="avc1.64001f,mp4a.40.2"',
      'hd.m3u8',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=9,URI="trick.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080',
      'full.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=4000000,RESOLUTION=1920x1080',
      'lean.m3u8',
    );
    expect(rankVariants(playlist, { wholeOnly: false }).map(({ uri }) => uri)).toEqual([
      'full.m3u8',
      'lean.m3u8',
      'hd.m3u8',
      'sound.m3u8',
    ]);
  });

  it('prefers sound and picture together where nothing can join them', () => {
    const playlist = master(
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="apart",NAME="x",URI="sound.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="inside",NAME="x"',
      '#EXT-X-STREAM-INF:BANDWIDTH=9000000,AUDIO="apart"',
      'big.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=1000000,AUDIO="inside"',
      'small.m3u8',
    );
    expect(rankVariants(playlist, { wholeOnly: true }).map(({ uri }) => uri)).toEqual(['small.m3u8']);
    expect(rankVariants(playlist, { wholeOnly: false })[0]?.uri).toBe('big.m3u8');
    const only = { ...playlist, variants: playlist.variants.slice(0, 1) };
    expect(rankVariants(only, { wholeOnly: true })[0]?.uri).toBe('big.m3u8');
  });
});

describe('readPlaylist: what is none', () => {
  it('says so', () => {
    expect(readPlaylist('<html>').kind).toBe('broken');
    expect(readPlaylist('').kind).toBe('broken');
    expect(looksLikePlaylist('\ufeff\n #EXTM3U')).toBe(true);
  });

  it('stops at its bounds', () => {
    const limits = { maxLines: 5, maxAttributeLines: 10, maxVariants: 2 };
    expect(readPlaylist('#EXTM3U\n\n\n\n', limits).kind).toBe('media');
    expect(readPlaylist('#EXTM3U\n\n\n\n\n\n', limits).kind).toBe('broken');
    const variant = (name: string): string => `#EXT-X-STREAM-INF:BANDWIDTH=1\n${name}\n`;
    const playlist = readPlaylist(`#EXTM3U\n${variant('a')}${variant('b')}${variant('c')}`, {
      ...limits,
      maxLines: 100,
    });
    expect(playlist.kind === 'master' && playlist.variants).toHaveLength(2);
    const keys = (count: number, uri = (n: number): string => String(n)): string =>
      Array.from({ length: count }, (_, n) => `#EXT-X-KEY:METHOD=AES-128,URI="${uri(n)}"\n`).join('');
    const many = { ...limits, maxLines: 100 };
    expect(readPlaylist(`#EXTM3U\n${keys(10)}#EXTINF:4,\na`, many).kind).toBe('media');
    expect(readPlaylist(`#EXTM3U\n${keys(11)}#EXTINF:4,\na`, many).kind).toBe('broken');
    expect(readPlaylist(`#EXTM3U\n${keys(50, () => 'same')}#EXTINF:4,\na`, many).kind).toBe('media');
  });

  it('reads a million lines or refuses them without holding anybody up', () => {
    const startedAt = performance.now();
    expect(readPlaylist(`#EXTM3U\n${'#EXTINF:4,\nsegment.ts\n'.repeat(500_000)}`).kind).toBe('broken');
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('never throws', () => {
    const tag = fc.constantFrom(
      '#EXTINF:',
      '#EXT-X-KEY:METHOD=AES-128,URI="',
      '#EXT-X-MAP:',
      '#EXT-X-BYTERANGE:',
      '#EXT-X-STREAM-INF:',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="',
      '#EXT-X-MEDIA-SEQUENCE:',
      '#EXT-X-DISCONTINUITY',
      '',
    );
    const line = fc.tuple(tag, fc.string()).map(([name, value]) => name + value);
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const playlist = readPlaylist(['#EXTM3U', ...lines].join('\n'));
        expect(['master', 'media', 'broken']).toContain(playlist.kind);
      }),
    );
  });
});
