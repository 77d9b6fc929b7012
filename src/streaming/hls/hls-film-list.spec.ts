import { describe, expect, it } from '@jest/globals';
import { readPlaylist } from '../../core/hls/read-playlist.js';
import { HlsFilmList } from './hls-film-list.js';
import type { HlsTransport } from './hls-transport.js';

const transport: HlsTransport = {
  text: () => Promise.reject(new Error('not asked')),
  bytes: () => Promise.reject(new Error('not asked')),
};

function aList(lines: readonly string[], url = 'https://cdn.example/a/film.m3u8?sign=1'): HlsFilmList {
  const text = ['#EXTM3U', ...lines, '#EXT-X-ENDLIST'].join('\n');
  const playlist = readPlaylist(text);
  if (playlist.kind !== 'media') throw new Error('no playlist of segments');
  return new HlsFilmList({ transport, url, text, playlist });
}

describe('HlsFilmList', () => {
  it('numbers what the playlist names, and keeps the addresses to itself', () => {
    const list = aList([
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-KEY:METHOD=AES-128,URI="key?id=1",IV=0x1',
      '#EXTINF:4,',
      'one.ts',
      '#EXTINF:2.5,',
      'https://other.example/two.ts?t=2',
    ]);
    expect(list.text('../hlsf/T/').split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-KEY:METHOD=AES-128,URI="../hlsf/T/0.key",IV=0x1',
      '#EXTINF:4,',
      '../hlsf/T/1.ts',
      '#EXTINF:2.5,',
      '../hlsf/T/2.ts',
      '#EXT-X-ENDLIST',
      '',
    ]);
    expect([0, 1, 2, 3].map((number) => list.piece(number)?.url)).toEqual([
      'https://cdn.example/a/key?id=1',
      'https://cdn.example/a/one.ts',
      'https://other.example/two.ts?t=2',
      undefined,
    ]);
    expect(list.seconds).toBe(6.5);
  });

  it('gives the parts of one file one address', () => {
    const list = aList([
      '#EXT-X-MAP:URI="film.mp4",BYTERANGE="700@0"',
      '#EXTINF:4,',
      '#EXT-X-BYTERANGE:1000@700',
      'film.mp4',
      '#EXTINF:4,',
      '#EXT-X-BYTERANGE:1000@1700',
      'film.mp4',
    ]);
    expect(list.size).toBe(1);
    expect(list.text('f/').match(/f\/0\.(?:mp4|m4s)/g)).toHaveLength(3);
  });

  it('leaves out what might lead players elsewhere', () => {
    const list = aList([
      '# https://cdn.example/comment',
      '#EXT-X-DATERANGE:ID="ad",X-ASSET-URI="https://ads.example/a.m3u8"',
      '#EXT-X-SOMETHING-NEW:URI="https://new.example/"',
      '#EXTINF:4,',
      'file:///etc/passwd',
      '#EXTINF:4,',
      'one.ts',
    ]);
    expect(list.text('f/')).not.toMatch(/https|file:/);
    expect(list.size).toBe(1);
  });
});
