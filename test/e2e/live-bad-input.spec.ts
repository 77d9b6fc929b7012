import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createCipheriv } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { TsChannel } from '../builders/ts-builder.js';
import type { TsChannelOptions } from '../builders/ts-builder.js';
import { ScriptedHost } from '../fakes/scripted-host.js';
import { openStreamHouse } from '../fakes/stream-house.js';
import type { StreamHouse } from '../fakes/stream-house.js';
import type { StreamPlayer } from '../fakes/stream-player.js';

const QUICK = {
  lingerMs: 50,
  coldLingerMs: 20,
  backoffMs: [0, 50],
  stallMs: 3_000,
  keyframeMs: 3_000,
  giveUpMs: 2_000,
};
const MiB = 1024 ** 2;

describe('bad input', () => {
  let host: ScriptedHost;
  let house: StreamHouse;

  beforeEach(async () => {
    host = await new ScriptedHost().open();
    house = await openStreamHouse({ session: QUICK });
  });

  afterEach(async () => {
    await house.close();
    await host.close();
  });

  function player(...urls: string[]): StreamPlayer {
    return house.player(house.channels.add(...urls));
  }

  async function refused(url: string): Promise<string> {
    const viewer = player(url);
    expect(await viewer.opened()).toBeGreaterThanOrEqual(400);
    const details = house.logger.entries.map(({ fields }) => fields['detail']);
    return details.filter((detail) => typeof detail === 'string').at(-1) ?? '';
  }

  /** An endless stream that never comes faster than `chunk` every turn of the socket. */
  function endless(next: () => Buffer): (response: ServerResponse) => void {
    return (response) => {
      response.writeHead(200, { 'content-type': 'video/mp2t' });
      const give = (): void => {
        while (!response.destroyed && response.write(next()));
      };
      response.on('drain', give);
      give();
    };
  }

  function stream(options: Partial<TsChannelOptions>, change: (bytes: Buffer) => Buffer = (bytes) => bytes) {
    const channel = new TsChannel(options);
    return endless(() => change(channel.frames(25)));
  }

  describe('where a transport stream was promised', () => {
    it.each([
      ['a web page', '<!doctype html><html><body>Login</body></html>', /web page/],
      ['a text', 'Stream not available. '.repeat(20), /text|no MPEG/],
      ['JSON', '{"error":"expired"}', /text/],
      ['nothing', '', /nothing/],
    ])('tells %s', async (_what, body, words) => {
      expect(await refused(host.at('/x.ts', body, 'text/plain'))).toMatch(words);
    });

    it('tells an endless text, and reads little of it', async () => {
      const url = host.at(
        '/x.ts',
        endless(() => Buffer.alloc(64 * 1024, 'no stream here ')),
      );
      expect(await refused(url)).toMatch(/transport stream/);
    });

    it('tells redirects without end', async () => {
      const url = host.at('/x.ts', (response) => response.writeHead(302, { location: '/x.ts' }).end());
      expect(await refused(url)).toMatch(/without end/);
      expect(host.asked('/x.ts')).toBeLessThan(20);
    });
  });

  describe('transport streams of odd shape', () => {
    it.each<[string, Partial<TsChannelOptions>, (bytes: Buffer) => Buffer]>([
      ['packets of 192 bytes', {}, (bytes) => spaced(bytes, 4, 0)],
      ['packets of 204 bytes', {}, (bytes) => spaced(bytes, 0, 16)],
      ['GOPs of ten seconds', { gopFrames: 250 }, (bytes) => bytes],
      ['the keyframe flag on every frame', { keyframeFlag: 'always' }, (bytes) => bytes],
      ['a byte missing every second', {}, (bytes) => bytes.subarray(1)],
    ])('plays %s', async (_what, options, change) => {
      const viewer = player(host.at('/x.ts', stream({ bitrate: 2_000_000, ...options }, change)));
      await viewer.received(MiB);
      expect(viewer.status).toBe(200);
      expect(viewer.frames().filter(({ intact }) => intact).length).toBeGreaterThan(20);
    });

    it('follows a table that changes the codec', async () => {
      const channel = new TsChannel({ codec: 'h264', bitrate: 2_000_000 });
      let rounds = 0;
      const url = host.at(
        '/x.ts',
        endless(() => {
          if (++rounds === 3) channel.change({ codec: 'h265' });
          return channel.frames(25);
        }),
      );
      const viewer = player(url);
      await viewer.received(2 * MiB);
      expect(house.streaming.hub.stats()[0]?.codec).toBe('h265');
      expect(viewer.continuityErrors()).toEqual([]);
    });

    it('goes on over a leap of the clock', async () => {
      const channel = new TsChannel({ bitrate: 2_000_000 });
      let rounds = 0;
      const url = host.at(
        '/x.ts',
        endless(() => {
          if (++rounds % 3 === 0) channel.jump(90_000 * 3_600);
          return channel.frames(25);
        }),
      );
      const viewer = player(url);
      await viewer.received(2 * MiB);
      expect(viewer.isOver).toBe(false);
    });

    it('stays inside its memory with a source of 200 Mbit/s', async () => {
      const viewer = player(host.at('/x.ts', stream({ bitrate: 200_000_000 })));
      await viewer.received(40 * MiB);
      expect(house.streaming.hub.stats()[0]?.ringBytes).toBeLessThanOrEqual(17 * MiB);
      // A viewer who is overtaken waits for the next keyframe, 25 MB further on, and a busy machine overtakes him often.
    }, 120_000);
  });

  describe('HLS', () => {
    const head = '#EXTM3U\n#EXT-X-TARGETDURATION:1\n';
    const segmentOf = (channel: TsChannel): Buffer => channel.frames(25);

    /** A window of five one-second segments that moves every time it is asked for; `nameOf` and `numberOf` may lie. */
    function liveList(names: (edition: number) => string[], sequence: (edition: number) => number): string {
      let edition = 0;
      return host.at('/live.m3u8', (response) => {
        const now = edition++;
        const lines = names(now).map((name) => `#EXTINF:1,\n${name}\n`);
        response.end(`${head}#EXT-X-MEDIA-SEQUENCE:${sequence(now)}\n${lines.join('')}`);
      });
    }

    function segments(count: number, options: Partial<TsChannelOptions> = {}): void {
      const channel = new TsChannel({ gopFrames: 25, bitrate: 1_000_000, ...options });
      for (let number = 0; number < count; number++) host.at(`/${number}.ts`, segmentOf(channel));
    }

    const names = (from: number, count = 5): string[] =>
      Array.from({ length: count }, (_, index) => `${from + index}.ts`);

    it('that runs in a circle plays on', async () => {
      segments(12);
      const url = liveList(
        (edition) => names(0, 5).map((_, index) => `${(edition + index) % 12}.ts`),
        (edition) => edition,
      );
      const viewer = player(url);
      await viewer.received(14 * 125_000);
      expect(viewer.isOver).toBe(false);
    });

    it('whose playlist shrinks and counts anew plays on', async () => {
      segments(40);
      const url = liveList(
        (edition) => (edition < 3 ? names(20 + edition) : names(edition - 3, 2)),
        (edition) => (edition < 3 ? 20 + edition : edition - 3),
      );
      const viewer = player(url);
      await viewer.received(9 * 125_000);
      expect(viewer.isOver).toBe(false);
      expect(viewer.continuityErrors()).toEqual([]);
    });

    it('with a gigabyte in one segment is played out of bounded memory', async () => {
      const channel = new TsChannel({ gopFrames: 25, bitrate: 8_000_000 });
      host.at('/huge.ts', (response) => {
        response.writeHead(200, { 'content-length': 1024 ** 3 });
        const give = (): void => {
          while (!response.destroyed && response.write(channel.frames(25)));
        };
        response.on('drain', give);
        give();
      });
      const before = process.memoryUsage().rss;
      const viewer = player(host.at('/one.m3u8', `${head}#EXTINF:1,\nhuge.ts\n`));
      await viewer.received(20 * MiB);
      expect(process.memoryUsage().rss - before).toBeLessThan(200 * MiB);
    });

    it('of a million lines is refused in time', async () => {
      const url = host.at('/long.m3u8', head + '#EXTINF:1,\nx.ts\n'.repeat(500_000));
      expect(await refused(url)).toMatch(/too long/);
    });

    it('of many lines that is still a playlist is played', async () => {
      segments(3);
      const url = host.at(
        '/long.m3u8',
        `${head}${'# nothing\n'.repeat(50_000)}#EXTINF:1,\n0.ts\n#EXTINF:1,\n1.ts\n`,
      );
      await player(url).received(100_000);
    });

    it('enciphered with a key that nobody gives fails in words', async () => {
      segments(8);
      const key = '#EXT-X-KEY:METHOD=AES-128,URI="gone.key"\n';
      const lines = names(0, 8).map((name) => `#EXTINF:1,\n${name}\n`);
      expect(await refused(host.at('/live.m3u8', `${head}${key}${lines.join('')}#EXT-X-ENDLIST\n`))).toMatch(
        /segment/,
      );
      expect(host.asked('/gone.key')).toBeLessThan(40);
    });

    it('enciphered segment by segment plays, the number being the IV', async () => {
      const key = Buffer.from('0123456789abcdef');
      const channel = new TsChannel({ gopFrames: 25, bitrate: 1_000_000 });
      host.at('/the.key', key);
      for (let number = 0; number < 8; number++) {
        const iv = Buffer.alloc(16);
        iv.writeUInt32BE(100 + number, 12);
        const cipher = createCipheriv('aes-128-cbc', key, iv);
        host.at(`/${number}.ts`, Buffer.concat([cipher.update(segmentOf(channel)), cipher.final()]));
      }
      const tag = '#EXT-X-KEY:METHOD=AES-128,URI="the.key"\n#EXT-X-MEDIA-SEQUENCE:100\n';
      const lines = names(0, 8).map((name) => `#EXTINF:1,\n${name}\n`);
      const viewer = player(host.at('/live.m3u8', `${head}${tag}${lines.join('')}#EXT-X-ENDLIST\n`));
      await viewer.received(6 * 125_000);
      expect(viewer.continuityErrors()).toEqual([]);
      expect(host.asked('/the.key')).toBe(1);
    });

    it('under licence is refused in words', async () => {
      const drm = '#EXT-X-KEY:METHOD=SAMPLE-AES,URI="skd://x",KEYFORMAT="com.apple.streamingkeydelivery"\n';
      expect(await refused(host.at('/drm.m3u8', `${head}${drm}#EXTINF:1,\n0.ts\n`))).toMatch(/DRM/);
    });

    it('sends cookies, headers and the user agent of its source along, and secrets home only', async () => {
      const cdn = await new ScriptedHost().open();
      const channel = new TsChannel({ gopFrames: 25, bitrate: 1_000_000 });
      cdn.at('/0.ts', segmentOf(channel));
      host.at('/1.ts', segmentOf(channel));
      host.at('/2.ts', segmentOf(channel));
      const list = `${head}#EXTINF:1,\n${cdn.url.replace('127.0.0.1', 'localhost')}/0.ts\n#EXTINF:1,\n1.ts\n#EXTINF:1,\n2.ts\n#EXT-X-ENDLIST\n`;
      const locator = host.at('/live.m3u8', (response) =>
        response.writeHead(200, { 'set-cookie': 'session=abc; Path=/; HttpOnly' }).end(list),
      );
      const id = house.channels.add();
      house.channels.addSource(id, {
        kind: 'hls',
        locator,
        userAgent: 'MyPlayer/1',
        headers: { Referer: 'http://tv.example/', Authorization: 'Bearer secret' },
      });
      await house.player(id).received(2 * 125_000);
      const segment = host.requests.find(({ path }) => path === '/1.ts')?.headers;
      expect(segment).toMatchObject({
        'user-agent': 'MyPlayer/1',
        referer: 'http://tv.example/',
        authorization: 'Bearer secret',
        cookie: 'session=abc',
      });
      const foreign = cdn.requests[0]?.headers;
      expect(foreign).toMatchObject({ 'user-agent': 'MyPlayer/1', referer: 'http://tv.example/' });
      expect([foreign?.authorization, foreign?.cookie]).toEqual([undefined, undefined]);
      await cdn.close();
    });
  });
});

/** Every packet with `before` bytes ahead and `behind` bytes after it. */
function spaced(bytes: Buffer, before: number, behind: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 188) {
    parts.push(Buffer.alloc(before, 1), bytes.subarray(at, at + 188), Buffer.alloc(behind, 2));
  }
  return Buffer.concat(parts);
}
