import { beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { anAccount } from '../../test/builders/catalog-builder.js';
import { readPlaylist } from '../core/hls/read-playlist.js';
import { HlsFilmList } from '../streaming/hls/hls-film-list.js';
import type { BytesOutcome } from '../streaming/hls/hls-transport.js';
import { ConnectionLimiter } from './connection-limiter.js';
import { FilmHlsViewers } from './film-hls-viewers.js';
import { AWAY_MS, KEPT_MS, type FilmHlsViewing, type PieceOutcome } from './film-hls-viewing.js';

const TEXT = '#EXTM3U\n#EXTINF:2,\n0.ts\n#EXTINF:2,\n1.ts\n#EXT-X-ENDLIST\n';
const REFUSED: BytesOutcome = {
  ok: false,
  reason: 'reset',
  isFinal: true,
  failure: { kind: 'unavailable', detail: 'the source answered 403' },
};
const { signal } = new AbortController();

function aList(bytes: () => BytesOutcome): HlsFilmList {
  const playlist = readPlaylist(TEXT);
  if (playlist.kind !== 'media') throw new Error('no playlist of segments');
  const transport = {
    text: () => Promise.reject(new Error('not asked')),
    bytes: () => Promise.resolve(bytes()),
  };
  return new HlsFilmList({ transport, url: 'https://cdn.example/film.m3u8', text: TEXT, playlist });
}

const good = (): HlsFilmList => aList(() => ({ ok: true, body: Readable.from([Buffer.alloc(600_000)]) }));
const expired = (): HlsFilmList => aList(() => REFUSED);

describe('who watches a film in segments', () => {
  let clock: FakeClock;
  let limiter: ConnectionLimiter;
  let viewers: FilmHlsViewers;
  let renewed: number;

  beforeEach(() => {
    clock = new FakeClock();
    limiter = new ConnectionLimiter(clock);
    viewers = new FilmHlsViewers(2);
    renewed = 0;
  });

  function open(agent = 'player', list = good(), fresh: HlsFilmList | null = null): FilmHlsViewing {
    const renew = (): Promise<HlsFilmList | null> => {
      renewed++;
      return Promise.resolve(fresh);
    };
    const client = { address: '10.0.0.1', userAgent: agent };
    const film = { list, categoryId: null, renew };
    return viewers.open({ account: anAccount({ id: 1 }), itemId: 5, client, film, limiter, clock });
  }

  async function read(viewing: FilmHlsViewing, number = 0): Promise<PieceOutcome['kind']> {
    const outcome = await viewing.open(number, null, signal);
    if (outcome.kind === 'open') await once(outcome.body.resume(), 'close');
    return outcome.kind;
  }

  it('counts from the first segment on, not while away, and again on return', async () => {
    const viewing = open();
    expect(limiter.active(1)).toBe(0);
    await read(viewing);
    expect(limiter.active(1)).toBe(1);
    await clock.advance(2 * AWAY_MS);
    expect(limiter.active(1)).toBe(0);
    expect(await read(viewing, 1)).toBe('open');
    expect(limiter.active(1)).toBe(1);
  });

  it('is forgotten after some hours, without a timer left', async () => {
    const viewing = open();
    await read(viewing);
    await clock.advance(KEPT_MS + AWAY_MS);
    expect(viewers.find(viewing.context.token)).toBeUndefined();
    expect(await read(viewing)).toBe('unknown');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is the same when it opens the film again', () => {
    const first = open();
    expect(open()).toBe(first);
    expect(open('another')).not.toBe(first);
  });

  it('makes room for the third of two, whoever was not heard of for longest', () => {
    const [first, second] = [open('one'), open('two')];
    expect(viewers.find(first.context.token)).toBe(first);
    open('three');
    expect(viewers.find(first.context.token)).toBe(first);
    expect(viewers.find(second.context.token)).toBeUndefined();
  });

  it('has all its addresses anew when one is refused, once for all pieces', async () => {
    const viewing = open('player', expired(), good());
    expect(await Promise.all([read(viewing, 0), read(viewing, 1)])).toEqual(['open', 'open']);
    expect(renewed).toBe(1);
  });

  it('does not ask for new addresses again and again', async () => {
    const viewing = open('player', expired(), expired());
    expect([await read(viewing), await read(viewing), await read(viewing)]).toEqual([
      'failed',
      'failed',
      'failed',
    ]);
    expect(renewed).toBe(1);
    await clock.advance(20_000);
    await read(viewing);
    expect(renewed).toBe(2);
  });
});
