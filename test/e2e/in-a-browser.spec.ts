import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { planesOf } from '../../src/core/slate/planes.js';
import { SlateLoop, slateTurn } from '../../src/core/slate/slate-clip.js';
import { encodeStill } from '../../src/core/slate/still-video.js';
import { BrowserPlayers, type BrowserLibrary } from '../fakes/browser-player.js';
import { createHttpTsHost, type HttpTsHost } from '../fakes/http-ts-host.js';
import { TsFileSource } from '../fakes/media/ts-file-source.js';
import { describeWithService } from '../fakes/services.js';
import { openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';

/** H.264 and AAC that a browser can decode, without any encoder from outside. */
function picture(grey: number): TsFileSource {
  const pixels = new Uint8Array(320 * 192 * 3).fill(grey);
  const loop = new SlateLoop(slateTurn(encodeStill(planesOf(pixels, 320, 192))));
  return new TsFileSource(Buffer.concat([loop.next(), loop.next(), loop.next()]));
}

describeWithService('chromium', 'players of the web in a real browser', () => {
  let browser: BrowserPlayers;
  let host: HttpTsHost;
  let house: StreamHouse;
  let channel: number;

  beforeAll(async () => {
    browser = await BrowserPlayers.open();
    host = await createHttpTsHost({
      channels: [
        { name: 'dark', media: () => picture(40) },
        { name: 'bright', media: () => picture(200) },
      ],
    });
    house = await openStreamHouse();
    channel = house.channels.add(host.urlOf('dark'), host.urlOf('bright'));
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await house.close();
    await host.close();
  });

  const urlOf = (id: number, library: BrowserLibrary): string =>
    `http://127.0.0.1:${house.port}/live/ines/pass/${id}.${library === 'hls.js' ? 'm3u8' : 'ts'}`;

  it.each<BrowserLibrary>(['hls.js', 'mpegts.js'])(
    '%s plays a channel, picture and sound, and plays on over a change of the source',
    async (library) => {
      const player = await browser.play(library, urlOf(channel, library));
      const before = await player.playedTo(3);
      expect(before).toMatchObject({ width: 320, fatal: [] });
      expect(before.frames).toBeGreaterThan(50);
      expect(before.soundBytes).toBeGreaterThan(0);
      const [stream] = house.streaming.hub.stats();
      expect(house.streaming.hub.find(stream?.key ?? '')?.switchSource()).toBe('switched');
      const after = await player.playedTo(before.seconds + 12);
      expect(after.frames).toBeGreaterThan(before.frames + 200);
      await player.close();
    },
    90_000,
  );

  it('hls.js shows what is wrong', async () => {
    house.addUser({ slates: true });
    const dead = house.channels.add(host.urlOf('gone'));
    const player = await browser.play('hls.js', urlOf(dead, 'hls.js'));
    expect((await player.playedTo(4)).width).toBe(1280);
    expect(house.playback.sessions().map(({ slate }) => slate)).toContain('Channel offline');
    await player.close();
  }, 60_000);
});
