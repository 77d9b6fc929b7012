import { describe, expect, it } from '@jest/globals';
import { PcrTime } from './pcr-time.js';

const SECOND = 27_000_000;

describe('PcrTime', () => {
  it('adds up what passes between the marks of a stream', () => {
    const time = new PcrTime();
    expect(time.advance([])).toBe(0);
    expect(time.advance([0])).toBe(0);
    expect(time.advance([SECOND / 2, SECOND])).toBe(1_000);
    expect(time.advance([SECOND * 2])).toBe(1_000);
  });

  it('counts no jumps, in either direction', () => {
    const time = new PcrTime();
    expect(time.advance([0, SECOND * 100, SECOND * 101, SECOND * 50])).toBe(1_000);
  });

  it('runs on over the end of the 33 bits', () => {
    const time = new PcrTime();
    const end = 2 ** 33 * 300;
    expect(time.advance([end - SECOND, 0])).toBe(1_000);
  });

  it('counts rounds over the same stretch, and no other falls', () => {
    const time = new PcrTime();
    const play = (from: number, to: number): number => {
      for (let at = from; at <= to; at++) time.advance([at * SECOND]);
      return time.rounds;
    };
    expect([play(10, 40), play(10, 40), play(10, 40), play(10, 40)]).toEqual([0, 1, 2, 3]);
    expect([play(10, 30), play(10, 30)]).toEqual([4, 1]);
    expect([play(90, 110), play(20, 30)]).toEqual([1, 1]);
    expect([play(0, 700), play(0, 700), play(0, 700)]).toEqual([1, 1, 1]);
    time.reset();
    expect(time.rounds).toBe(0);
  });

  it('begins anew after a reset', () => {
    const time = new PcrTime();
    time.advance([0]);
    time.reset();
    expect(time.advance([SECOND])).toBe(0);
  });
});
