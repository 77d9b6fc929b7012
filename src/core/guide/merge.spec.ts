import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mergeSchedules } from './merge.js';

interface Programme {
  title: string;
  start: number;
  stop: number;
}

/** "A 0-60" in minutes. */
function schedule(...texts: string[]): Programme[] {
  return texts.map((text) => {
    const [title = '', times = ''] = text.split(' ');
    const [start = 0, stop = 0] = times.split('-').map((minutes) => Number(minutes) * 60);
    return { title, start, stop };
  });
}

function show(programmes: readonly Programme[]): string {
  return programmes.map(({ title, start, stop }) => `${title} ${start / 60}-${stop / 60}`).join(', ');
}

const merge = (...schedules: string[][]): string =>
  show(mergeSchedules(schedules.map((texts) => schedule(...texts))));

describe('mergeSchedules', () => {
  it('leaves the best guide as it is and fills its holes from the next ones, each hole once', () => {
    expect(
      merge(['A 0-60', 'B 120-180'], ['a 0-60', 'c 60-120', 'b 120-180'], ['x 60-120', 'y 180-240']),
    ).toBe('A 0-60, c 60-120, B 120-180, y 180-240');
  });

  it('cuts a filler to its hole, and leaves it out when less than half of it fits', () => {
    expect(merge(['A 0-60', 'B 120-180'], ['c 50-130'])).toBe('A 0-60, c 60-120, B 120-180');
    expect(merge(['A 0-60', 'B 90-180'], ['c 0-120'])).toBe('A 0-60, B 90-180');
    expect(merge(['A 0-60'], ['c 30-200'])).toBe('A 0-60, c 60-200');
  });

  it('leaves slivers alone', () => {
    expect(merge(['A 0-60', 'B 63-120'], ['c 60-63', 'd 58-64'])).toBe('A 0-60, c 60-63, B 63-120');
    expect(merge(['A 0-60', 'B 63-120'], ['d 58-64'])).toBe('A 0-60, B 63-120');
  });

  it('takes the best one alone where the others have nothing new, and the others where it has nothing', () => {
    expect(merge([], ['a 0-60'])).toBe('a 0-60');
    expect(merge(['A 0-60'], [])).toBe('A 0-60');
    expect(merge()).toBe('');
  });

  it('lets a later programme of the same guide cut an earlier one', () => {
    expect(merge(['A 0-90', 'B 60-120', 'B2 60-70'])).toBe('A 0-60, B 60-120');
  });

  it('never overlaps, never fills twice, and keeps the best guide', () => {
    const programme = fc
      .tuple(fc.integer({ min: 0, max: 200 }), fc.integer({ min: -1, max: 40 }))
      .map(([start, length]) => ({ title: '', start: start * 60, stop: (start + length) * 60 }));
    fc.assert(
      fc.property(fc.array(fc.array(programme, { maxLength: 15 }), { maxLength: 4 }), (schedules) => {
        const merged = mergeSchedules(schedules);
        for (const [at, { start, stop }] of merged.entries()) {
          expect(stop).toBeGreaterThan(start);
          expect(start).toBeGreaterThanOrEqual(merged[at - 1]?.stop ?? 0);
        }
        for (const best of mergeSchedules(schedules.slice(0, 1))) {
          expect(merged).toContainEqual(best);
        }
        expect(mergeSchedules([merged])).toEqual(merged);
      }),
    );
  });
});
