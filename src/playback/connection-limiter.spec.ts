import { beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FakeClock } from '../../test/fakes/fake-clock.js';
import { ConnectionLimiter, LIMITER_DEFAULTS, type Holder, type Place } from './connection-limiter.js';

const ANA: Holder = { userId: 1, address: '192.0.2.1', userAgent: 'Kodi', channelId: 10 };

describe('ConnectionLimiter', () => {
  let clock: FakeClock;
  let limiter: ConnectionLimiter;
  let ended: string[];

  beforeEach(() => {
    clock = new FakeClock();
    limiter = new ConnectionLimiter(clock);
    ended = [];
  });

  function open(name: string, holder: Partial<Holder> = {}, limit = 1): Place {
    return limiter.acquire({ ...ANA, ...holder }, limit, () => ended.push(name));
  }

  async function watch(name: string, holder: Partial<Holder> = {}, limit = 1): Promise<Place> {
    const place = open(name, holder, limit);
    await clock.advance(LIMITER_DEFAULTS.graceMs);
    return place;
  }

  it('counts a stream after two seconds, not before', async () => {
    open('a');
    await clock.advance(1_999);
    expect(limiter.active(1)).toBe(0);
    await clock.advance(1);
    expect(limiter.active(1)).toBe(1);
  });

  it('counts a stream after half a megabyte, not before', () => {
    const place = open('a');
    place.noteBytes(LIMITER_DEFAULTS.graceBytes - 1);
    expect(limiter.active(1)).toBe(0);
    place.noteBytes(LIMITER_DEFAULTS.graceBytes);
    expect(limiter.active(1)).toBe(1);
  });

  it('knows whether there is room, also beside streams that do not count yet', () => {
    expect(limiter.hasRoomFor(ANA, 1)).toBe(true);
    const place = open('a');
    expect(limiter.hasRoomFor(ANA, 1)).toBe(true);
    expect(limiter.hasRoomFor({ ...ANA, userId: 2 }, 1)).toBe(true);
    expect(limiter.hasRoomFor({ ...ANA, channelId: 11 }, 1)).toBe(false);
    expect(limiter.hasRoomFor({ ...ANA, channelId: 11 }, 2)).toBe(true);
    expect(limiter.hasRoomFor({ ...ANA, channelId: 11 }, 0)).toBe(true);
    place.release();
    expect(limiter.hasRoomFor({ ...ANA, channelId: 11 }, 1)).toBe(true);
  });

  it('lets probes of another channel pass without harm', async () => {
    await watch('old');
    const probe = open('probe', { channelId: 11 });
    await clock.advance(400);
    probe.release();
    await clock.advance(10_000);
    expect(ended).toEqual([]);
    expect(limiter.active(1)).toBe(1);
  });

  it('ends the old stream of a player that opens the next before it closes the first', async () => {
    await watch('old');
    await watch('new', { channelId: 11 });
    expect(ended).toEqual(['old']);
    expect(limiter.active(1)).toBe(1);
  });

  it('takes several sockets of one device on one channel for one viewer', async () => {
    await watch('first');
    await watch('second');
    expect(limiter.active(1)).toBe(1);
    expect(ended).toEqual([]);
    await watch('other channel', { channelId: 11 });
    expect(ended).toEqual(['first', 'second']);
  });

  it('prefers the same device, then the same address, then the oldest', async () => {
    await watch('oldest', { address: '192.0.2.9', channelId: 1 }, 3);
    await watch('same address', { userAgent: 'VLC', channelId: 2 }, 3);
    await watch('same device', { channelId: 3 }, 3);
    await watch('x', { channelId: 4 }, 3);
    expect(ended).toEqual(['same device']);
    await watch('y', { channelId: 5, userAgent: 'mpv' }, 3);
    expect(ended).toEqual(['same device', 'same address']);
    await watch('z', { channelId: 6, address: '192.0.2.7' }, 3);
    expect(ended).toEqual(['same device', 'same address', 'oldest']);
  });

  it('ends as many as a lowered limit demands', async () => {
    await watch('a', { channelId: 1 }, 3);
    await watch('b', { channelId: 2 }, 3);
    await watch('c', { channelId: 3 }, 1);
    expect(ended).toEqual(['a', 'b']);
  });

  it('knows no limit for 0', async () => {
    for (let channelId = 0; channelId < 20; channelId++) await watch(`s${channelId}`, { channelId }, 0);
    expect(ended).toEqual([]);
    expect(limiter.active(1)).toBe(20);
    expect(limiter.preempt(ANA, 0)).toBe(false);
  });

  it('does not mix accounts', async () => {
    await watch('ana');
    await watch('bea', { userId: 2, channelId: 11 });
    expect(ended).toEqual([]);
  });

  it('makes way before the newcomer counts when it is asked to', async () => {
    await watch('old');
    expect(limiter.preempt({ ...ANA, channelId: 11 }, 1)).toBe(true);
    expect(ended).toEqual(['old']);
    expect(limiter.active(1)).toBe(0);
    expect(limiter.preempt({ ...ANA, channelId: 11 }, 1)).toBe(false);
  });

  it('spares the viewer itself when it makes way', async () => {
    await watch('old');
    expect(limiter.preempt(ANA, 1)).toBe(false);
    expect(ended).toEqual([]);
  });

  it('forgets a place once, however often it is released', async () => {
    const place = await watch('a');
    place.release();
    place.release();
    place.noteBytes(LIMITER_DEFAULTS.graceBytes);
    expect(limiter.active(1)).toBe(0);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never lets an account exceed its limit, whatever comes and goes', async () => {
    const action = fc.record({
      kind: fc.constantFrom('open', 'bytes', 'release', 'wait'),
      channelId: fc.integer({ min: 1, max: 4 }),
      device: fc.constantFrom('Kodi', 'VLC'),
      pick: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(action, { maxLength: 60 }),
        async (limit, actions) => {
          const time = new FakeClock();
          const subject = new ConnectionLimiter(time);
          const places: Place[] = [];
          for (const { kind, channelId, device, pick } of actions) {
            const place = places[pick % Math.max(1, places.length)];
            if (kind === 'open') {
              const holder = { userId: 1, address: '192.0.2.1', userAgent: device, channelId };
              const index = places.length;
              places.push(subject.acquire(holder, limit, () => places[index]?.release()));
            } else if (kind === 'bytes') place?.noteBytes(LIMITER_DEFAULTS.graceBytes);
            else if (kind === 'release') place?.release();
            else await time.advance(1_000);
            expect(subject.active(1)).toBeLessThanOrEqual(limit);
          }
          for (const place of places) place.release();
          expect(subject.active(1)).toBe(0);
          expect(time.pendingTimers).toBe(0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
