import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSecretField, redactText, redactUrl } from './redact.js';

describe('redactUrl', () => {
  it.each([
    ['http://h:8080/live/anna/secret/42.ts', 'http://h:8080/live/***/***/42.ts'],
    ['http://h/tv/movie/anna/secret/500000001.mkv?x=1', 'http://h/tv/movie/***/***/500000001.mkv?x=1'],
    ['/series/anna/secret/1.mp4', '/series/***/***/1.mp4'],
    ['/timeshift/anna/secret/60/2026-01-02:03-04/42.ts', '/timeshift/***/***/***/***/42.ts'],
    ['/anna/secret/42', '/***/***/42'],
    ['http://h/anna/secret/42.m3u8?token=abc', 'http://h/***/***/42.m3u8?token=***'],
    ['/play/AbCdEf==/ts', '/play/***/ts'],
    ['http://anna:se:cret@h/list.m3u', 'http://***@h/list.m3u'],
    ['rtsp://anna@h/1', 'rtsp://***@h/1'],
    ['/get.php?username=anna&password=secret&type=m3u', '/get.php?username=***&password=***&type=m3u'],
    [
      'https://api.example.org/3/movie/7?api_key=abc&language=en',
      'https://api.example.org/3/movie/7?api_key=***&language=en',
    ],
    ['/x#access_token=abc', '/x#access_token=***'],
    ['http://h/list.m3u', 'http://h/list.m3u'],
    [
      'acestream://0123456789abcdef0123456789abcdef01234567',
      'acestream://0123456789abcdef0123456789abcdef01234567',
    ],
    ['http://127.0.0.1:6878/ace/getstream?id=0123', 'http://127.0.0.1:6878/ace/getstream?id=0123'],
    ['/healthz', '/healthz'],
    ['/live/anna', '/live/***/***'],
    ['', ''],
  ])('%s', (url, expected) => {
    expect(redactUrl(url)).toBe(expected);
  });
});

describe('redactText', () => {
  it.each([
    ['GET /live/anna/secret/42.ts HTTP/1.1', 'GET /live/***/***/42.ts HTTP/1.1'],
    [
      'cannot open "http://h/anna/secret/42.ts", try later',
      'cannot open "http://h/***/***/42.ts", try later',
    ],
    ['see (http://h/live/anna/secret/1.ts).', 'see (http://h/live/***/***/1.ts).'],
    ['Authorization: Bearer abc.def', 'Authorization: ***'],
    ['Set-Cookie: sid=1; Path=/', 'Set-Cookie: ***'],
    ['sent bearer abcdefgh', 'sent bearer ***'],
    ['token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def expired', 'token *** expired'],
    ['{"password":"secret","name":"a"}', '{"password":"***","name":"a"}'],
    ['password=secret, user 4', 'password=***, user 4'],
    ['<a>http://a:b@h/</a><b>http://c:d@i/</b>', '<a>http://***@h/</a><b>http://***@i/</b>'],
    ['25/12/2026 and 1/2/3', '25/12/2026 and 1/2/3'],
    ['channel 42: no source answered (3 tried)', 'channel 42: no source answered (3 tried)'],
  ])('%s', (text, expected) => {
    expect(redactText(text)).toBe(expected);
  });

  it('hides the credentials of every Xtream form, whatever they hold and wherever the URL stands', () => {
    const credential = fc
      .string({ unit: 'grapheme', maxLength: 12 })
      .map((text) => `Zq${encodeURIComponent(Buffer.from(text).toString())}qZ`);
    const form = fc.constantFrom(
      (u: string, p: string) => `http://h:80/live/${u}/${p}/42.ts`,
      (u: string, p: string) => `/movie/${u}/${p}/42.mkv`,
      (u: string, p: string) => `/series/${u}/${p}/42.mp4?a=b`,
      (u: string, p: string) => `/timeshift/${u}/${p}/60/2026-01-01:10-00/42.ts`,
      (u: string, p: string) => `https://h/${u}/${p}/42`,
      (u: string, p: string) => `/${u}/${p}/42.m3u8`,
      (u: string, p: string) => `/player_api.php?username=${u}&password=${p}&action=x`,
      (u: string, p: string) => `http://${u}:${p}@h/a/b`,
    );
    const around = fc.constantFrom('', ' ', '"', '(', ')', ',', '.', "'", ' failed', '\n', '<x>');
    fc.assert(
      fc.property(credential, credential, form, around, around, (user, password, build, before, after) => {
        const text = redactText(`${before}${build(user, password)}${after}`);
        expect(text).not.toContain(user);
        expect(text).not.toContain(password);
      }),
      { numRuns: 2000 },
    );
  });

  it('stays fast on hostile text', () => {
    for (const piece of ['/', '/a', '//', 'a/', '?token=', 'aaaa', 'a-', 'http://', 'eyJ', '@', 'token ']) {
      const started = performance.now();
      redactText(piece.repeat(5120 / piece.length));
      expect(performance.now() - started).toBeLessThan(200);
    }
  });
});

describe('isSecretField', () => {
  it.each([
    'password',
    'adminPassword',
    'refresh_token',
    'accessToken',
    'Authorization',
    'set-cookie',
    'apiKey',
    'api_key',
  ])('knows %s', (name) => expect(isSecretField(name)).toBe(true));
  it.each(['username', 'tokenCount', 'channel', 'passwords_changed_at'])('lets %s pass', (name) =>
    expect(isSecretField(name)).toBe(false),
  );
});
