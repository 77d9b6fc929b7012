import { describe, expect, it } from '@jest/globals';
import { SupplyWatch } from './supply-watch.js';

const OPTIONS = { windowMs: 30_000, minRatio: 0.7, maxAheadMs: 15_000 };

/** A second of wall time in which `mediaMs` of pictures come. */
function feed(watch: SupplyWatch, seconds: number, mediaMs: number, from = 0): number {
  for (let second = 1; second <= seconds; second++) watch.note(mediaMs, (from + second) * 1000);
  return from + seconds;
}

describe('SupplyWatch', () => {
  it('is content with a source in real time, for hours, even if its clock runs a little fast', () => {
    const watch = new SupplyWatch(OPTIONS, 0);
    for (let hour = 0, now = 0; hour < 6; hour++) {
      now = feed(watch, 3_600, 1_010, now);
      expect(watch.tooFarAhead).toBe(false);
      expect(watch.starved(now * 1000)).toBe(false);
    }
  });

  it('holds a source back that delivers far more than real time, until that has been played', () => {
    const watch = new SupplyWatch(OPTIONS, 0);
    const now = feed(watch, 2, 10_000);
    expect(watch.tooFarAhead).toBe(true);
    expect(watch.mayResume).toBe(false);
    feed(watch, 10, 0, now);
    expect(watch.tooFarAhead).toBe(false);
    expect(watch.mayResume).toBe(true);
  });

  it('tells a source that gives too little for a whole window', () => {
    const watch = new SupplyWatch(OPTIONS, 0);
    const now = feed(watch, 29, 600);
    expect(watch.starved(now * 1000)).toBe(false);
    feed(watch, 1, 600, now);
    expect(watch.starved(30_000)).toBe(true);
    expect(watch.starved(30_001)).toBe(false);
  });

  it('takes a gap for no starvation while the burst before it lasts', () => {
    const watch = new SupplyWatch(OPTIONS, 0);
    feed(watch, 1, 14_000);
    expect(watch.starved(30_000)).toBe(false);
    let now = feed(watch, 30, 1_000, 1);
    expect(watch.starved(now * 1000)).toBe(false);
    now = feed(watch, 12, 0, now);
    now = feed(watch, 18, 1_000, now);
    expect(watch.starved(now * 1000)).toBe(false);
  });
});
