import { describe, expect, it } from '@jest/globals';
import { WallClock } from '../xmltv/zones.js';
import { hasPlaceholder, placeholderProgrammes, type PlaceholderRule } from './placeholder.js';

const clocks = new Map<string, WallClock>();

function clockOf(zone: string): WallClock {
  const clock = clocks.get(zone) ?? new WallClock(zone);
  clocks.set(zone, clock);
  return clock;
}

interface Asked {
  now?: string;
  from?: string;
  to?: string;
}

/** "2026-11-20 19:00–21:00 Title" in UTC. */
function show(name: string, rule: PlaceholderRule, asked: Asked = {}): string[] {
  const at = (text: string): number => Date.parse(`${text}:00Z`) / 1000;
  const { now = '2026-11-20 12:00', from = '2026-11-20 00:00', to = '2026-11-22 00:00' } = asked;
  const programmes = placeholderProgrammes({ name, rule, clockOf, now: at(now), from: at(from), to: at(to) });
  return programmes.map(({ start, stop, titles }) => {
    const [first, last] = [start, stop].map((time) => new Date(time * 1000).toISOString());
    return `${first?.slice(0, 16).replace('T', ' ')}–${last?.slice(11, 16)} ${titles[0]?.text}`;
  });
}

const AUTO: PlaceholderRule = { kind: 'auto' };

describe('placeholderProgrammes', () => {
  it('announces an event from midnight on, then shows it', () => {
    expect(show('UFC 300 | 21:00', AUTO)).toEqual([
      '2026-11-20 00:00–21:00 21:00 UFC 300',
      '2026-11-20 21:00–23:00 UFC 300',
    ]);
  });

  it('reads times in the zone of the name, else of the rule, and announces them in that of the rule', () => {
    const rule: PlaceholderRule = { kind: 'event', timeZone: 'Europe/Madrid', eventMinutes: 90 };
    expect(show('Gala 21:00', rule)).toEqual([
      '2026-11-19 23:00–20:00 21:00 Gala',
      '2026-11-20 20:00–21:30 Gala',
    ]);
    expect(show('Fight @ 20:45 ET', rule)).toEqual([
      '2026-11-19 23:00–01:45 02:45 Fight',
      '2026-11-21 01:45–03:15 Fight',
    ]);
  });

  it('knows summer time at both switches', () => {
    const rule: PlaceholderRule = { kind: 'event', timeZone: 'Europe/Madrid' };
    const asked = { from: '2026-03-28 00:00', to: '2026-03-31 00:00', now: '2026-03-29 12:00' };
    expect(show('Gala 29 Mar 21:00', rule, asked)[1]).toBe('2026-03-29 19:00–21:00 Gala');
    expect(show('Gala 28 Mar 21:00', rule, asked)[1]).toBe('2026-03-28 20:00–22:00 Gala');
  });

  it('reads names by the pattern of a person, and nothing else', () => {
    const rule: PlaceholderRule = {
      kind: 'pattern',
      pattern: '{HH}.{mm} {zone} ~ {title}',
      eventMinutes: 60,
    };
    expect(show('21.00 CET ~ Gala 24/7', rule)[1]).toBe('2026-11-20 20:00–21:00 Gala 24/7');
    expect(show('Gala 21:00', rule)).toEqual([]);
    expect(show('Gala 21:00', { kind: 'pattern' })).toEqual([]);
    expect(hasPlaceholder('21.00 CET ~ Gala', rule)).toBe(true);
    expect(hasPlaceholder('Gala 21:00', rule)).toBe(false);
  });

  it('takes the nearest year of a date and the next of a weekday', () => {
    const asked = { now: '2026-12-30 12:00', from: '2026-12-01 00:00', to: '2027-02-01 00:00' };
    expect(show('Cup 2 Jan 20:00', AUTO, asked)[1]).toBe('2027-01-02 20:00–22:00 Cup');
    expect(show('Cup Fri 20:00', AUTO, asked)[1]).toBe('2027-01-01 20:00–22:00 Cup');
    expect(show('Cup 2026-12-05 20:00', AUTO, asked)[1]).toBe('2026-12-05 20:00–22:00 Cup');
  });

  it('shows nothing outside the window', () => {
    expect(show('UFC 300 | 21:00', AUTO, { from: '2026-11-21 00:00' })).toEqual([]);
  });

  it('fills the day of a 24/7 channel with blocks from midnight of the zone', () => {
    const rule: PlaceholderRule = { kind: 'auto', blockMinutes: 600, timeZone: 'Europe/Madrid' };
    const asked = { from: '2026-11-20 09:00', to: '2026-11-21 00:00' };
    expect(show('Friends 24/7', rule, asked)).toEqual([
      '2026-11-20 09:00–19:00 Friends',
      '2026-11-20 19:00–23:00 Friends',
      '2026-11-20 23:00–09:00 Friends',
    ]);
    expect(show('Friends', AUTO)).toEqual([]);
    expect(show('Friends', { kind: 'blocks', blockMinutes: 1440, title: 'On air: {title}' })).toHaveLength(2);
    expect(show('Friends 24/7', { kind: 'none' })).toEqual([]);
  });

  it('leaves no gap and no overlap where clocks change', () => {
    for (const from of ['2026-03-28 00:00', '2026-10-24 00:00']) {
      const rule: PlaceholderRule = { kind: 'blocks', blockMinutes: 60, timeZone: 'Europe/Madrid' };
      const start = Date.parse(`${from}Z`) / 1000;
      const found = placeholderProgrammes({
        ...{ name: 'X', rule, clockOf, now: start, from: start, to: start + 3 * 86_400 },
      });
      expect(found.length).toBeGreaterThan(70);
      found.slice(1).forEach((programme, at) => expect(programme.start).toBe(found[at]?.stop));
    }
  });

  it('bounds blocks of a minute over a year', () => {
    const rule: PlaceholderRule = { kind: 'blocks', blockMinutes: 0 };
    expect(show('X', rule, { to: '2027-11-20 00:00' }).length).toBeLessThanOrEqual(5000);
  });
});
