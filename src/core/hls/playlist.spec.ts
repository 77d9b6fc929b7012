import { describe, expect, it } from '@jest/globals';
import { mediaPlaylist } from './playlist.js';
import type { ListedSegment } from './playlist.js';

const segment = (
  sequence: number,
  seconds: number,
  discontinuities = 0,
  discontinuity = false,
): ListedSegment => ({
  sequence,
  seconds,
  discontinuity,
  discontinuities,
  startsAt: Date.UTC(2026, 2, 14, 19, 40, sequence),
});
const uriOf = (sequence: number): string => `${sequence}.ts`;

describe('mediaPlaylist', () => {
  it('lists segments with their durations', () => {
    const segments = [segment(7, 4), segment(8, 4.2349)];
    expect(mediaPlaylist({ segments, targetDuration: 5, uriOf }).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-VERSION:3',
      '#EXT-X-TARGETDURATION:5',
      '#EXT-X-MEDIA-SEQUENCE:7',
      '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-PROGRAM-DATE-TIME:2026-03-14T19:40:07.000Z',
      '#EXTINF:4.000,',
      '7.ts',
      '#EXT-X-PROGRAM-DATE-TIME:2026-03-14T19:40:08.000Z',
      '#EXTINF:4.235,',
      '8.ts',
      '',
    ]);
  });

  it('counts the discontinuities that have left the list', () => {
    const text = (segments: ListedSegment[]): string => mediaPlaylist({ segments, targetDuration: 4, uriOf });
    const before = text([segment(1, 4), segment(2, 4, 1, true), segment(3, 4, 1)]);
    expect(before).toMatch(/#EXT-X-DISCONTINUITY\n#EXT-X-PROGRAM.*\n#EXTINF:4.000,\n2.ts/);
    expect(before).not.toContain('DISCONTINUITY-SEQUENCE');
    expect(text([segment(2, 4, 1, true), segment(3, 4, 1)])).not.toContain('DISCONTINUITY-SEQUENCE');
    expect(text([segment(3, 4, 1)])).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
    expect(text([segment(4, 4, 2, true)])).toContain('#EXT-X-DISCONTINUITY-SEQUENCE:1\n');
  });

  it('says when it is over, and can be empty', () => {
    expect(mediaPlaylist({ segments: [], targetDuration: 4, uriOf, ended: true })).toBe(
      '#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:4\n#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-ENDLIST\n',
    );
  });
});
