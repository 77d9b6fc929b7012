import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { aceStreamId, fingerprint, parseLocator, type LocatorRefusal, type SourceKind } from './locator.js';

const ID = 'dd1e67078381739d14beca697356ab76d49d1a2d';
const CONTENT = `acestream://${ID}`;
const INFOHASH = `acestream:?infohash=${ID}`;

describe('parseLocator', () => {
  it.each<[string, string]>([
    [`acestream://${ID}`, CONTENT],
    [`ACESTREAM://${ID.toUpperCase()}`, CONTENT],
    [`  acestream://${ID} `, CONTENT],
    [`acestream://${ID}&.mp4`, CONTENT],
    [`acestream://${ID}%20`, CONTENT],
    [`acestream:${ID}`, CONTENT],
    [`acestream:?content_id=${ID}`, CONTENT],
    [`acestream:?infohash=${ID}&name=Sport`, INFOHASH],
    [`acestream://infohash/${ID}`, INFOHASH],
    [`http://127.0.0.1:6878/ace/getstream?id=${ID}`, CONTENT],
    [`http://127.0.0.1:6878/ace/getstream?id=${ID}&.mp4`, CONTENT],
    [`http://127.0.0.1:6878/ace/getstream?content_id=${ID}`, CONTENT],
    [`http://127.0.0.1:6878/ace/getstream?infohash=${ID}`, INFOHASH],
    [`http://127.0.0.1:6878/ace/getstream/?pid=a&id=${ID}`, CONTENT],
    [`https://proxy.example/sub/ace/manifest.m3u8?id=${ID}&transcode_audio=1`, CONTENT],
    [`http://192.168.0.203:8000/pid/${ID}/stream.mp4`, CONTENT],
    [`http://192.168.0.203:8000/content_id/${ID}/Name.ts`, CONTENT],
    [`http://192.168.0.203:8000/infohash/${ID}/stream.mp4`, INFOHASH],
    [`magnet:?xt=urn:btih:${ID}&dn=Sport+1`, INFOHASH],
    [`magnet:?dn=Sport&xt=urn:btih:${ID.toUpperCase()}`, INFOHASH],
    ['magnet:?xt=urn:btih:3UPGOB4DQFZZ2FF6ZJUXGVVLO3KJ2GRN', INFOHASH],
    [ID, CONTENT],
    [ID.toUpperCase(), CONTENT],
    [`${ID}&.mp4`, CONTENT],
  ])('takes the AceStream form %s', (text, locator) => {
    expect(parseLocator(text)).toMatchObject({ ok: true, locator: { kind: 'acestream', locator } });
  });

  it.each<[string, SourceKind]>([
    ['http://host/live.ts', 'http'],
    ['https://host/a/b?x=1', 'http'],
    ['http://host/index.m3u8', 'hls'],
    ['http://host/INDEX.M3U8?token=1', 'hls'],
    ['http://host/get.php?type=m3u8', 'hls'],
    ['https://host/?output=hls&x=1', 'hls'],
    ['rtsp://host:554/a', 'rtsp'],
    ['rtmp://host/app/stream', 'rtmp'],
    ['rtmps://host/app/stream', 'rtmp'],
    ['udp://@239.1.1.1:1234', 'udp'],
    ['rtp://239.1.1.1:5004', 'udp'],
    ['srt://host:9000?streamid=a', 'udp'],
  ])('takes %s as %s, as given', (text, kind) => {
    expect(parseLocator(text)).toMatchObject({ ok: true, locator: { kind, locator: text } });
  });

  it.each<[string, LocatorRefusal]>([
    ['', 'empty'],
    ['   ', 'empty'],
    [`http://host/${'a'.repeat(2048)}`, 'too-long'],
    ['http://host/\u0000', 'control-characters'],
    ['http://ho\tst/', 'control-characters'],
    ['=====sport=====', 'not-an-address'],
    ['Sport 1', 'not-an-address'],
    ['12:00 Match', 'not-an-address'],
    ['Sport: everything', 'not-an-address'],
    ['stream/chunklist.m3u8', 'relative-address'],
    ['//host/live.ts', 'relative-address'],
    ['host.example:8080/live.ts', 'relative-address'],
    ['http://server:port/channel1', 'invalid-address'],
    ['http://', 'invalid-address'],
    ['rtsp://', 'invalid-address'],
    ['acestream://', 'acestream-without-id'],
    [`acestream://${ID}0`, 'acestream-without-id'],
    [`acestream://${ID.slice(1)}`, 'acestream-without-id'],
    ['http://127.0.0.1:6878/ace/getstream?url=http://x', 'acestream-without-id'],
    ['magnet:?xt=urn:btih:short', 'acestream-without-id'],
    ['http://host/manifest.mpd', 'dash'],
    ['http://host/manifest.mpd?a=1', 'dash'],
    ['http://host/a.ism/Manifest', 'smooth-streaming'],
    ['sop://broker.example:3912/264750', 'sopcast'],
    ['pipe://rm -rf / -i http://host/a.m3u8', 'pipe'],
    ['pipe://ffmpeg -i http://host/a.m3u8 -i http://host/b.m3u8 pipe:1', 'pipe'],
    ['pipe://ffmpeg -f lavfi', 'pipe'],
    ['pipe://ffmpeg -i /etc/passwd pipe:1', 'relative-address'],
    ['pipe://ffmpeg -i file:///etc/passwd pipe:1', 'file'],
    ['pipe://ffmpeg -i concat:http://host/a pipe:1', 'relative-address'],
    ['mms://host/a', 'mms'],
    ['mmsh://host/a', 'mms'],
    ['file:///etc/passwd', 'file'],
    ['C:\\video\\a.ts', 'file'],
    ['javascript:alert(1)', 'script'],
    ['data:text/html,a', 'script'],
    ['plugin://plugin.video.youtube/play/?video_id=a', 'plugin'],
    ['constructor://host/a', 'unknown-scheme'],
    ['gopher://host/a', 'unknown-scheme'],
  ])('refuses %j: %s', (text, reason) => {
    expect(parseLocator(text)).toEqual({ ok: false, reason });
  });

  it('takes the headers of a Kodi suffix and leaves out what is not one', () => {
    expect(
      parseLocator('http://host/a.ts|User-Agent=My%20Player/1 (x;y)&Referer=http://r/&seekable=0&Host=evil'),
    ).toEqual({
      ok: true,
      locator: { kind: 'http', locator: 'http://host/a.ts' },
      userAgent: 'My Player/1 (x;y)',
      headers: { Referer: 'http://r/' },
    });
  });

  it('takes the input and the headers of an ffmpeg command, never the command', () => {
    expect(
      parseLocator(
        String.raw`pipe:///usr/bin/ffmpeg -loglevel fatal -user_agent "My \"Player\"" -headers 'Referer: http://r/' -i http://host/a.m3u8?b=1 -c copy -metadata service_name=Das\ Erste pipe:1`,
      ),
    ).toEqual({
      ok: true,
      locator: { kind: 'hls', locator: 'http://host/a.m3u8?b=1' },
      userAgent: 'My "Player"',
      headers: { Referer: 'http://r/' },
    });
  });

  it('keeps a pipe that begins no headers', () => {
    const result = parseLocator('http://host/a.ts?list=a|b');
    expect(result).toMatchObject({ ok: true, locator: { locator: 'http://host/a.ts?list=a|b' } });
  });

  it('never lets a header carry a line break or a foreign name', () => {
    const result = parseLocator('http://host/a|X-A=1%0d%0aEvil: 1&X Y=2&Cookie=a=b');
    expect(result).toMatchObject({ ok: true, headers: { Cookie: 'a=b' }, userAgent: null });
  });

  it('encodes blanks of web addresses', () => {
    expect(parseLocator('http://host/my stream.ts')).toMatchObject({
      locator: { locator: 'http://host/my%20stream.ts' },
    });
  });

  it('never throws, and what it takes it takes again unchanged', () => {
    const schemes = fc.constantFrom(
      'acestream://',
      'http://',
      'magnet:?xt=urn:btih:',
      'rtsp://',
      'udp://@',
      '',
      'a:',
    );
    fc.assert(
      fc.property(schemes, fc.string({ unit: 'binary', maxLength: 300 }), (scheme, rest) => {
        const result = parseLocator(scheme + rest);
        if (!result.ok) return;
        expect(result.locator.locator.length).toBeLessThanOrEqual(2048 * 3);
        const again = parseLocator(result.locator.locator);
        if (result.locator.locator.includes('|')) return;
        expect(again).toMatchObject({ ok: true, locator: result.locator });
      }),
    );
  });
});

describe('fingerprint', () => {
  const of = (text: string): string => {
    const result = parseLocator(text);
    if (!result.ok) throw new Error(`refused: ${result.reason}`);
    return fingerprint(result.locator);
  };

  it('is one for an id in several forms', () => {
    const forms = [
      CONTENT,
      `http://127.0.0.1:6878/ace/getstream?id=${ID}`,
      `http://h:8000/pid/${ID}/stream.mp4`,
      ID,
    ];
    expect(new Set(forms.map(of)).size).toBe(1);
  });

  it('keeps content ids and infohashes apart', () => {
    expect(of(CONTENT)).not.toBe(of(INFOHASH));
  });

  it('ignores case of the host, default ports and fragments, not the path', () => {
    expect(of('HTTP://Host.Example:80/a.ts#x')).toBe(of('http://host.example/a.ts'));
    expect(of('http://host/a.ts')).not.toBe(of('http://host/A.ts'));
    expect(of('http://host/a.ts')).not.toBe(of('https://host/a.ts'));
  });

  it('gives the id of an AceStream locator', () => {
    expect(aceStreamId({ kind: 'acestream', locator: INFOHASH })).toBe(ID);
    expect(aceStreamId({ kind: 'http', locator: 'http://host/' })).toBeNull();
  });
});
