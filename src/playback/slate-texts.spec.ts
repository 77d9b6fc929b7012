import { describe, expect, it } from '@jest/globals';
import { WallClock } from '../core/xmltv/zones.js';
import { notBegunSlate } from './slate-texts.js';

const LISBON = new WallClock('Europe/Lisbon');
const AUCKLAND = new WallClock('Pacific/Auckland');
const at = (text: string): number => Date.parse(text) / 1000;

describe('the slate of a film that comes later', () => {
  it.each([
    ['2026-11-27T20:00Z', '2026-11-27T21:00Z', LISBON, 'Today 21:00 on Um'],
    ['2026-11-27T23:59Z', '2026-11-28T00:05Z', LISBON, 'Tomorrow 00:05 on Um'],
    ['2026-11-27T20:00Z', '2026-11-28T21:00Z', LISBON, 'Tomorrow 21:00 on Um'],
    ['2026-11-27T20:00Z', '2026-11-29T21:00Z', LISBON, 'Sunday 21:00 on Um'],
    ['2026-11-27T20:00Z', '2026-12-03T23:00Z', LISBON, 'Thursday 23:00 on Um'],
    // A week later the weekday would be today's.
    ['2026-11-27T20:00Z', '2026-12-04T21:00Z', LISBON, '4 December 21:00 on Um'],
    // The day is the one of the zone, and the night in which the clock is put back has an hour more.
    ['2026-11-27T20:00Z', '2026-11-28T10:30Z', AUCKLAND, 'Today 23:30 on Um'],
    ['2026-10-24T22:30Z', '2026-10-25T22:30Z', LISBON, 'Tomorrow 22:30 on Um'],
  ])('at %s, of %s', (now, start, clock, title) => {
    const text = notBegunSlate('Stalker', 'Um', { start: at(start), now: at(now) }, clock);
    expect([text.title, text.lines?.[0]]).toEqual([title, 'Stalker']);
  });
});
