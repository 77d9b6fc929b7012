import { describe, expect, it } from '@jest/globals';
import { masterPlaylist } from '../hls/master-playlist.js';
import type { MediaFormat } from '../hls/media-format.js';
import { isRungName, ladderOf, plainRung } from './ladder.js';
import type { LadderSource } from './ladder.js';

const FULL_HD: MediaFormat = {
  video: 'h264',
  audio: 'aac',
  h264: { codecs: 'avc1.640028', width: 1920, height: 1080 },
};

function source(format: Partial<MediaFormat> = {}, average = 8_000_000): LadderSource {
  return { format: { ...FULL_HD, ...format }, peak: average * 1.2, average };
}

const names = (of: LadderSource): string[] => ladderOf(of).map(({ name }) => name);

describe('ladderOf', () => {
  it('offers the stream as it is and every smaller picture', () => {
    expect(ladderOf(source())).toEqual([
      {
        name: 'source',
        bandwidth: 11_040_000,
        averageBandwidth: 8_000_000,
        codecs: ['avc1.640028', 'mp4a.40.2'],
        resolution: { width: 1920, height: 1080 },
      },
      {
        name: '720p',
        bandwidth: 4_606_800,
        averageBandwidth: 3_220_800,
        codecs: ['avc1.640020', 'mp4a.40.2'],
        resolution: { width: 1280, height: 720 },
      },
      {
        name: '480p',
        bandwidth: 2_054_800,
        averageBandwidth: 1_460_800,
        codecs: ['avc1.64001f', 'mp4a.40.2'],
        resolution: { width: 854, height: 480 },
      },
    ]);
  });

  it.each<[string, LadderSource, string[]]>([
    [
      'of 576 lines',
      source({ h264: { codecs: 'avc1.4d401e', width: 720, height: 576 } }),
      ['source', '480p'],
    ],
    ['of 480 lines', source({ h264: { codecs: 'avc1.4d401e', width: 854, height: 480 } }), ['source']],
    ['of few bits', source({}, 1_500_000), ['source', '480p']],
    ['with sound that browsers do not decode', source({ audio: 'ac3' }), ['720p', '480p']],
    ['of MPEG-2', source({ video: 'mpeg2', audio: 'mpeg-audio', h264: undefined }), ['720p', '480p']],
    ['of H.264 that does not say what it is', source({ h264: undefined }), ['720p', '480p']],
    [
      'small, with sound that browsers do not decode',
      source({ audio: 'ac3', h264: { codecs: 'avc1.4d401e', width: 640, height: 360 } }),
      ['480p'],
    ],
    ['without a picture', source({ video: undefined, h264: undefined }), []],
  ])('a stream %s', (_name, of, expected) => {
    expect(names(of)).toEqual(expected);
  });

  it('tells no size where it does not know it, and no sound where there is none', () => {
    expect(ladderOf(source({ audio: undefined }), true)[1]).toMatchObject({ codecs: ['avc1.640020'] });
    expect(ladderOf(source(), true).map(({ resolution }) => resolution !== undefined)).toEqual([
      true,
      false,
      false,
    ]);
    expect(ladderOf(source({ video: 'mpeg2', h264: undefined }))[0]).not.toHaveProperty('resolution');
  });

  it('never tells of a picture larger than it will be', () => {
    const small = source({ audio: 'ac3', h264: { codecs: 'avc1.4d401e', width: 640, height: 360 } });
    expect(ladderOf(small)[0]?.resolution).toEqual({ width: 640, height: 360 });
  });

  it('becomes a master playlist', () => {
    const variants = ladderOf(source({}, 1_500_000)).map((rung) => ({ ...rung, uri: `x/${rung.name}.m3u8` }));
    expect(masterPlaylist(variants)).toBe(
      [
        '#EXTM3U',
        '#EXT-X-VERSION:3',
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-STREAM-INF:BANDWIDTH=2070000,AVERAGE-BANDWIDTH=1500000,CODECS="avc1.640028,mp4a.40.2",RESOLUTION=1920x1080',
        'x/source.m3u8',
        '#EXT-X-STREAM-INF:BANDWIDTH=2054800,AVERAGE-BANDWIDTH=1460800,CODECS="avc1.64001f,mp4a.40.2",RESOLUTION=854x480',
        'x/480p.m3u8',
        '',
      ].join('\n'),
    );
  });

  it('is the stream alone where nothing else is told of it', () => {
    const rung = { ...plainRung({ peak: 2_000_000, average: 1_500_000 }), uri: 'source.m3u8' };
    expect(masterPlaylist([rung])).toContain(
      '\n#EXT-X-STREAM-INF:BANDWIDTH=2300000,AVERAGE-BANDWIDTH=1500000\nsource.m3u8\n',
    );
  });

  it('knows its rungs by name', () => {
    expect(['source', '720p', 'aac', '4k'].map(isRungName)).toEqual([true, true, false, false]);
  });
});
