import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TsChannel } from '../builders/ts-builder.js';
import { openFileHost } from '../fakes/file-host.js';
import { ask } from '../fakes/raw-http.js';
import { ScriptedHost } from '../fakes/scripted-host.js';
import { openStreamHouse, type StreamHouse } from '../fakes/stream-house.js';
import type { PlayableSource } from '../../src/playback/ports.js';

const SECOND = 125_000;
const FILM = 500_000_001;
const QUICK = { lingerMs: 100, coldLingerMs: 50, backoffMs: [0, 50], stallMs: 2_000, startBudgetMs: 5_000 };
const AGENT = 'Box of the provider/1';
const SECRETS = { authorization: 'Bearer hunter2', cookie: 'pass=hunter3', 'x-key': 'hunter4' };

describe('streams of a list that is asked with headers', () => {
  /** Where the list and its streams lie. */
  let home: ScriptedHost;
  let foreign: ScriptedHost;
  let house: StreamHouse;
  let media: TsChannel;

  beforeEach(async () => {
    [home, foreign] = await Promise.all([new ScriptedHost().open(), new ScriptedHost().open()]);
    house = await openStreamHouse({ session: QUICK });
    media = new TsChannel({ gopFrames: 25, bitrate: 1_000_000 });
  });

  afterEach(async () => {
    house.filmPlayback.close();
    await house.close();
    await Promise.all([home.close(), foreign.close()]);
    expect(JSON.stringify(house.logger.entries)).not.toMatch(/hunter|Box of/);
    for (const { headers } of foreign.requests) expect(JSON.stringify(headers)).not.toContain('hunter');
  });

  /** Of a channel that goes on where the last call ended. */
  const seconds = (count: number): Buffer => Buffer.from(media.frames(25 * count));

  function addChannel(locator: string, more: Partial<PlayableSource> = {}): number {
    const id = house.channels.add();
    const homeHeaders = { origin: home.url, headers: SECRETS };
    house.channels.addSource(id, { locator, userAgent: AGENT, homeHeaders, ...more });
    return id;
  }

  it('carry them to its origin, below what is said of the address', async () => {
    const locator = home.at('/live.ts', seconds(6));
    const own = { Cookie: 'own=1', Accept: 'video/mp2t', 'Accept-Encoding': 'gzip' };
    await house.player(addChannel(locator, { headers: own })).received(SECOND);
    expect(home.requests[0]?.headers).toMatchObject({
      ...SECRETS,
      'user-agent': AGENT,
      cookie: 'own=1',
      accept: 'video/mp2t',
      'accept-encoding': 'identity',
    });
    const signedIn = locator.replace('://', '://ana:pw@');
    await house.player(addChannel(signedIn)).received(SECOND);
    expect(home.requests.at(-1)?.headers.authorization).toBe(
      `Basic ${Buffer.from('ana:pw').toString('base64')}`,
    );
  });

  it('tell another host the user agent alone', async () => {
    const id = addChannel(foreign.at('/live.ts', seconds(6)), { kind: 'http' });
    await house.player(id).received(SECOND);
    expect(foreign.requests[0]?.headers['user-agent']).toBe(AGENT);
    expect(Object.keys(foreign.requests[0]?.headers ?? {})).not.toContain('x-key');
  });

  it('leave them behind at a redirect to another origin', async () => {
    const target = foreign.at('/live.ts', seconds(6));
    const locator = home.at('/live.ts', (response) => response.writeHead(302, { location: target }).end());
    await house.player(addChannel(locator)).received(SECOND);
    expect(home.requests[0]?.headers).toMatchObject(SECRETS);
    expect(foreign.requests[0]?.headers['user-agent']).toBe(AGENT);
  });

  it('carry them piece by piece in HLS, with the cookies that were set', async () => {
    const pieces = [foreign.at('/0.ts', seconds(2)), '1.ts', '2.ts'];
    home.at('/1.ts', seconds(2));
    home.at('/2.ts', seconds(2));
    const text = `#EXTM3U\n#EXT-X-TARGETDURATION:2\n${pieces.map((piece) => `#EXTINF:2,\n${piece}\n`).join('')}#EXT-X-ENDLIST\n`;
    const locator = home.at('/live.m3u8', (response) =>
      response.writeHead(200, { 'set-cookie': 'session=abc; Path=/' }).end(text),
    );
    await house.player(addChannel(locator, { kind: 'hls' })).received(5 * SECOND);
    for (const path of ['/live.m3u8', '/1.ts', '/2.ts']) {
      const asked = home.requests.find((request) => request.path === path)?.headers;
      expect(asked).toMatchObject({
        'user-agent': AGENT,
        authorization: SECRETS.authorization,
        'x-key': 'hunter4',
      });
      expect(asked?.cookie).toBe(path === '/live.m3u8' ? 'pass=hunter3' : 'session=abc; pass=hunter3');
    }
    expect(foreign.requests[0]?.headers['user-agent']).toBe(AGENT);
  });

  it('are films as well, wherever their files lie', async () => {
    const files = await openFileHost();
    const target = files.add('/a.mkv', { size: 1000 });
    const locator = home.at('/film', (response) => response.writeHead(302, { location: target }).end());
    house.listRequests.set(7, { userAgent: AGENT, home: { origin: home.url, headers: SECRETS } });
    house.films.add(FILM, [{ locator, listSourceId: 7 }]);
    const path = `/movie/ines/pass/${FILM}.mkv`;
    expect((await ask(house.port, { path, headers: { range: 'bytes=-10' } })).status).toBe(206);
    expect(home.requests[0]?.headers).toMatchObject({ ...SECRETS, 'user-agent': AGENT });
    expect(files.requests[0]?.headers).toMatchObject({ 'user-agent': AGENT, range: 'bytes=-10' });
    expect(JSON.stringify(files.requests)).not.toContain('hunter');
    house.films.add(FILM, [{ locator, listSourceId: 7, userAgent: 'Own/2' }]);
    await ask(house.port, { path });
    expect(files.requests.at(-1)?.headers['user-agent']).toBe('Own/2');
    await files.close();
  });
});
