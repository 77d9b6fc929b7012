import { describe, expect, it } from '@jest/globals';
import { rewritePlaylist } from './rewrite-playlist.js';

const addressOf = (uri: string, kind: string): string | null =>
  uri.startsWith('bad') ? null : `/${kind}/${uri}`;

describe('rewritePlaylist', () => {
  it('changes every address and nothing else', () => {
    const text = [
      '\ufeff#EXTM3U',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-KEY:METHOD=AES-128,URI="k$1",IV=0x1',
      '#EXTINF:4,first',
      'a.ts?x=1',
      '#EXT-X-MAP:URI="init.mp4",BYTERANGE="1@2"',
      '#EXT-X-PART:DURATION=1,URI="part.m4s"',
      '#EXTINF:4,',
      'b.m4s',
      '#EXT-X-PRELOAD-HINT:TYPE=PART,URI="next.m4s"',
    ].join('\r\n');
    expect(rewritePlaylist(text, { addressOf }).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-TARGETDURATION:4',
      '#EXT-X-KEY:METHOD=AES-128,URI="/key/k$1",IV=0x1',
      '#EXTINF:4,first',
      '/segment/a.ts?x=1',
      '#EXT-X-MAP:URI="/init/init.mp4",BYTERANGE="1@2"',
      '#EXTINF:4,',
      '/fragment/b.m4s',
      '',
    ]);
  });

  it('keeps one variant of a master, and its sound', () => {
    const text = [
      '#EXTM3U',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="low",NAME="en",URI="low.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="high",NAME="en",URI="en.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="high",NAME="fr",URI="fr.m3u8"',
      '#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="high",NAME="fr",URI="subs.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=1,AUDIO="low"',
      'small.m3u8',
      '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="high"',
      'big.m3u8',
      '#EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI="trick.m3u8"',
    ].join('\n');
    expect(rewritePlaylist(text, { addressOf, onlyVariant: 'big.m3u8' }).split('\n')).toEqual([
      '#EXTM3U',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="high",NAME="en",URI="/playlist/en.m3u8"',
      '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="high",NAME="fr",URI="/playlist/fr.m3u8"',
      '#EXT-X-STREAM-INF:BANDWIDTH=9,AUDIO="high"',
      '/playlist/big.m3u8',
      '',
    ]);
  });

  it('leaves out what leads nowhere', () => {
    const text =
      '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nbad.m3u8\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\nbad.ts\n';
    expect(rewritePlaylist(text, { addressOf })).toBe('#EXTM3U\n#EXT-X-KEY:METHOD=NONE\n#EXTINF:4,\n');
  });
});
