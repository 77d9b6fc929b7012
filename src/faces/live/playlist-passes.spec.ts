import { beforeEach, describe, expect, it } from '@jest/globals';
import { anAccount } from '../../../test/builders/catalog-builder.js';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import type { HlsViewing } from '../../playback/hls-viewing.js';
import type { PlayerCall } from '../shared/player-call.js';
import { PlaylistPasses } from './playlist-passes.js';

const URL = '/live/ines/pass/1.m3u8';

function aCall(changes: Partial<PlayerCall> = {}): PlayerCall {
  return {
    method: 'GET',
    headers: { 'user-agent': 'A television' },
    parameter: () => undefined,
    address: '192.0.2.1',
    base: { protocol: 'http', hostname: 'host', port: 80, url: 'http://host' },
    encoding: 'identity',
    ...changes,
  };
}

describe('PlaylistPasses', () => {
  let clock: FakeClock;
  let viewings: Map<string, HlsViewing>;
  let viewing: HlsViewing;
  let listed: object[];
  let passes: PlaylistPasses;

  const open = (verifiedMs = 300_000, maxPasses = 3): void => {
    passes = new PlaylistPasses({
      playback: { findHls: (token) => viewings.get(token) },
      clock,
      verifiedMs,
      maxPasses,
    });
  };

  beforeEach(() => {
    clock = new FakeClock();
    listed = [{}];
    viewing = { token: 'token', segments: () => listed } as unknown as HlsViewing;
    viewings = new Map([['token', viewing]]);
    open();
  });

  const admit = (url = URL, account = anAccount()): void => passes.prepare(aCall(), url)(account, viewing);

  it('let in who was let in before: the same player at the same address', () => {
    expect(passes.find(aCall(), URL)).toBeUndefined();
    admit();
    expect(passes.find(aCall(), URL)).toBe(viewing);
    expect(passes.find(aCall({ address: '192.0.2.2' }), URL)).toBeUndefined();
    expect(passes.find(aCall({ headers: { 'user-agent': 'A phone' } }), URL)).toBeUndefined();
    expect(passes.find(aCall({ method: 'HEAD' }), URL)).toBeUndefined();
    expect(passes.find(aCall(), '/live/ines/wrong/1.m3u8')).toBeUndefined();
  });

  it('are nothing without a viewing that has something to list', () => {
    admit();
    listed = [];
    expect(passes.find(aCall(), URL)).toBeUndefined();
    listed = [{}];
    viewings.clear();
    expect(passes.find(aCall(), URL)).toBeUndefined();
  });

  it('run out, with the account at the latest', async () => {
    admit();
    await clock.advance(29_999);
    expect(passes.find(aCall(), URL)).toBe(viewing);
    await clock.advance(1);
    expect(passes.find(aCall(), URL)).toBeUndefined();
    admit(URL, anAccount({ expiresAt: clock.now() / 1000 + 5 }));
    await clock.advance(4_999);
    expect(passes.find(aCall(), URL)).toBe(viewing);
    await clock.advance(1);
    expect(passes.find(aCall(), URL)).toBeUndefined();
  });

  it('last no longer than a checked password may be remembered', () => {
    open(0);
    admit();
    expect(passes.find(aCall(), URL)).toBeUndefined();
  });

  it('are void after a change, also one that comes while somebody is looked at', () => {
    admit();
    const pass = passes.prepare(aCall(), URL);
    passes.forget();
    expect(passes.find(aCall(), URL)).toBeUndefined();
    pass(anAccount(), viewing);
    expect(passes.find(aCall(), URL)).toBeUndefined();
    admit();
    expect(passes.find(aCall(), URL)).toBe(viewing);
  });

  it('are bounded in number and length', () => {
    const urls = [1, 2, 3, 4].map((id) => `/live/ines/pass/${id}.m3u8`);
    for (const url of urls) admit(url);
    expect(urls.filter((url) => passes.find(aCall(), url))).toEqual(urls.slice(1));
    const atLimit = URL.padEnd(1_024, '?');
    admit(atLimit);
    admit(`${atLimit}?`);
    expect(passes.find(aCall(), atLimit)).toBe(viewing);
    expect(passes.find(aCall(), `${atLimit}?`)).toBeUndefined();
  });
});
