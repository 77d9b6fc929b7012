import { describe, expect, it } from '@jest/globals';
import { FakeClock } from '../../../test/fakes/fake-clock.js';
import { TmdbGate } from './tmdb-gate.js';
import { RequestPace } from '../../platform/http/request-pace.js';

const { signal } = new AbortController();

async function takeTurn(limiter: RequestPace, then: () => void): Promise<void> {
  await limiter.turn(signal);
  then();
}

describe('the rate', () => {
  it('is kept, in the order of arrival, with a small burst after a pause', async () => {
    const clock = new FakeClock();
    const limiter = new RequestPace(clock, 10);
    const went: { who: number; at: number }[] = [];
    const turns = Array.from({ length: 25 }, (_, who) =>
      takeTurn(limiter, () => went.push({ who, at: clock.monotonic() })),
    );
    await clock.advance(0);
    expect(went).toHaveLength(5);
    await clock.advance(1000);
    expect(went).toHaveLength(15);
    await clock.advance(1000);
    await Promise.all(turns);
    expect(went.map(({ who }) => who)).toEqual(Array.from({ length: 25 }, (_, at) => at));
  });

  it('stops for everybody, also for those who wait already, and goes on at its pace', async () => {
    const clock = new FakeClock();
    const limiter = new RequestPace(clock, 10);
    let went = 0;
    const turns = Array.from({ length: 25 }, () => takeTurn(limiter, () => went++));
    await clock.advance(500);
    expect(went).toBe(10);
    limiter.hold(5);
    expect(limiter.heldSeconds).toBe(5);
    await clock.advance(4900);
    expect(went).toBe(10);
    await clock.advance(600);
    expect(went).toBeGreaterThan(10);
    expect(went).toBeLessThanOrEqual(17);
    await clock.advance(2000);
    await Promise.all(turns);
    expect(went).toBe(25);
  });
});

describe('the gate', () => {
  const failing = (gate: TmdbGate, times: number): boolean[] =>
    Array.from({ length: times }, () => gate.failed('500'));

  it('closes after some failures in a row, for longer each time, and says so once', async () => {
    const clock = new FakeClock();
    const gate = new TmdbGate(clock);
    expect(failing(gate, 4)).toEqual([false, false, false, false]);
    gate.succeeded();
    expect(failing(gate, 5).at(-1)).toBe(true);
    expect(gate.refusal()).toMatchObject({ kind: 'unavailable', retryAfterSeconds: 30 });
    // Was on its way already.
    expect(gate.failed('500')).toBe(false);
    expect(gate.refusal()).toMatchObject({ retryAfterSeconds: 30 });

    await clock.advance(30_000);
    expect(gate.refusal()).toBeNull();
    expect(gate.refusal()).toMatchObject({ kind: 'unavailable' });
    expect(gate.failed('500')).toBe(false);
    expect(gate.refusal()).toMatchObject({ retryAfterSeconds: 60 });

    await clock.advance(60_000);
    expect(gate.refusal()).toBeNull();
    gate.succeeded();
    expect(gate.problem).toBeNull();
    expect(gate.refusal()).toBeNull();
  });

  it('closes at once for a refused key, and tells it once', () => {
    const gate = new TmdbGate(new FakeClock());
    expect(gate.refusedKey()).toBe(true);
    expect(gate.refusedKey()).toBe(false);
    expect(gate.refusal()).toEqual({ kind: 'bad-key', retryAfterSeconds: 3600 });
    expect(gate.problem).toBe('TMDB refuses the key');
  });

  it('stays open where TMDB only wants to be asked less, and tells it once', () => {
    const gate = new TmdbGate(new FakeClock());
    expect(gate.succeeded()).toBe(false);
    expect(gate.heldBack('too often')).toBe(true);
    expect(gate.heldBack('too often')).toBe(false);
    expect(gate.refusal()).toBeNull();
    expect(gate.condition).toMatchObject({ state: 'degraded', lastError: 'too often' });
    expect(gate.succeeded()).toBe(true);
    expect(gate.condition).toMatchObject({ state: 'ok' });
    expect(gate.succeeded()).toBe(false);
  });
});
