import { describe, expect, it } from '@jest/globals';
import { ffmpegInput } from './ffmpeg-input.js';
import type { InputOutcome } from './ffmpeg-input.js';

const resolve = (hostname: string): Promise<{ address: string; family: number }[]> => {
  const known: Record<string, string> = { 'cam.example': '93.184.216.34', 'home.example': '192.168.1.5' };
  const address = known[hostname];
  if (address === undefined) return Promise.reject(new Error('ENOTFOUND'));
  return Promise.resolve([{ address, family: 4 }]);
};

function input(
  locator: string,
  allowPrivate = false,
  userAgent: string | null = null,
): Promise<InputOutcome> {
  return ffmpegInput({ source: { locator, userAgent }, allowPrivate, resolve });
}

async function target(locator: string, allowPrivate = false): Promise<string | undefined> {
  const outcome = await input(locator, allowPrivate);
  if (!outcome.ok) throw new Error(outcome.failure.detail);
  return outcome.args.at(-1);
}

describe('ffmpegInput', () => {
  it('gives ffmpeg the checked address instead of the name', async () => {
    expect(await target('rtsp://ana:p%40ss@cam.example:8554/one?x=1')).toBe(
      'rtsp://ana:p%40ss@93.184.216.34:8554/one?x=1',
    );
    expect(await target('rtmps://cam.example/live/key')).toBe('rtmps://93.184.216.34/live/key');
    expect(await target('srt://[2606:2800::1]:9000')).toBe('srt://[2606:2800::1]:9000');
  });

  it('refuses to go round the proxy of a source, which only calls out over HTTP', async () => {
    const proxyUrl = 'http://proxy.example:3128';
    const through = (locator: string): Promise<InputOutcome> =>
      ffmpegInput({ source: { locator, userAgent: null, proxyUrl }, allowPrivate: true, resolve });
    for (const locator of ['rtsp://cam.example/one', 'rtmp://cam.example/live/x', 'srt://cam.example:9000']) {
      expect(await through(locator)).toMatchObject({ ok: false, failure: { kind: 'unsupported' } });
    }
    // Nobody is called for what this machine receives.
    expect(await through('udp://@239.0.0.1:1234')).toMatchObject({ ok: true });
  });

  it('keeps the name where servers tell their houses apart by it', async () => {
    const outcome = await input('rtmp://cam.example:1936/live/stream/key extra=1');
    const args = outcome.ok ? outcome.args : [];
    expect(args[args.indexOf('-rtmp_tcurl') + 1]).toBe('rtmp://cam.example:1936/live/stream');
    expect(args.at(-1)).toBe('rtmp://93.184.216.34:1936/live/stream/key');
  });

  it.each([
    'rtsp://home.example/x',
    'rtmp://127.0.0.1/x/y',
    'rtsp://169.254.169.254/latest',
    'srt://[::1]:9',
  ])('refuses %s', async (locator) => {
    const outcome = await input(locator);
    expect(outcome).toMatchObject({ ok: false, failure: { kind: 'unsupported' } });
  });

  it('lets the home network be reached where that is allowed, and metadata services never', async () => {
    expect(await target('rtsp://home.example/x', true)).toBe('rtsp://192.168.1.5/x');
    expect(await input('rtsp://169.254.169.254/x', true)).toMatchObject({ ok: false });
  });

  it('listens only where the local network is allowed', async () => {
    expect(await input('udp://@239.1.1.1:1234')).toMatchObject({
      ok: false,
      failure: { kind: 'unsupported', detail: expect.stringContaining('local network') },
    });
    expect(await target('udp://@239.1.1.1:1234?fifo_size=100&localaddr=1.2.3.4', true)).toMatch(
      /^udp:\/\/239\.1\.1\.1:1234\?fifo_size=100&timeout=\d+&overrun_nonfatal=1$/,
    );
  });

  it('passes on known parameters of known shape only', async () => {
    expect(
      await target('srt://cam.example:9000?streamid=a%26b&mode=listener&mode=caller&cafile=/etc/passwd'),
    ).toBe('srt://93.184.216.34:9000?streamid=a%26b&mode=caller');
  });

  it.each([
    'file:///etc/passwd',
    'concat:a|b',
    'http://cam.example/x',
    'rtsp:///x',
    '-i',
    'subfile,,start,0::/etc/x',
  ])('opens no %s', async (locator) => {
    expect(await input(locator)).toMatchObject({ ok: false });
  });

  it('names every protocol that may be used', async () => {
    const outcome = await input('rtsp://cam.example/x', false, 'My\r\nPlayer');
    const args = outcome.ok ? outcome.args : [];
    expect(args.slice(0, 2)).toEqual(['-protocol_whitelist', expect.not.stringContaining('file')]);
    expect(args[args.indexOf('-user_agent') + 1]).toBe('My Player');
  });

  it('tells a name that nobody knows', async () => {
    expect(await input('rtsp://gone.example/x')).toMatchObject({
      ok: false,
      failure: { kind: 'unavailable' },
    });
  });
});
