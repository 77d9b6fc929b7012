import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readEventName, type EventName } from './event-name.js';

describe('readEventName', () => {
  it.each<[string, EventName]>([
    ['UFC 300 | 21:00', { title: 'UFC 300', hour: 21, minute: 0 }],
    [
      'PPV 1: Team A vs Team B @ 20:45 ET',
      { title: 'Team A vs Team B', hour: 20, minute: 45, zone: 'America/New_York' },
    ],
    ['Boxing Fri 15 Mar 19:30', { title: 'Boxing', hour: 19, minute: 30, weekday: 5, month: 3, day: 15 }],
    ['12:45 WTA Cincinnati - Semifinal 1', { title: 'WTA Cincinnati - Semifinal 1', hour: 12, minute: 45 }],
    [
      '19:00 | FIFA World Cup | A vs B | DAZN 1 |',
      { title: 'FIFA World Cup | A vs B | DAZN 1', hour: 19, minute: 0 },
    ],
    [
      'NBA 03: Lakers @ Celtics 7:30 PM PT',
      { title: 'Lakers @ Celtics', hour: 19, minute: 30, zone: 'America/Los_Angeles' },
    ],
    ['Race 7pm', { title: 'Race', hour: 19, minute: 0 }],
    ['Noon show 12 am', { title: 'Noon show', hour: 0, minute: 0 }],
    ['Ligue 1 : Lyon - Nice 20h45', { title: 'Lyon - Nice', hour: 20, minute: 45 }],
    ['Final (2026-03-15 19:30:00)', { title: 'Final', hour: 19, minute: 30, year: 2026, month: 3, day: 15 }],
    [
      'КХЛ: СКА – ЦСКА 15.03 19:30 МСК',
      { title: 'КХЛ: СКА – ЦСКА', hour: 19, minute: 30, zone: 'Europe/Moscow', month: 3, day: 15 },
    ],
    [
      'NFL 3/15 8:20 PM ET Jets',
      { title: 'NFL Jets', hour: 20, minute: 20, zone: 'America/New_York', month: 3, day: 15 },
    ],
    [
      'NFL 4/5 8:20 PM ET Jets',
      { title: 'NFL Jets', hour: 20, minute: 20, zone: 'America/New_York', month: 4, day: 5 },
    ],
    ['Cup 4/5 20:00', { title: 'Cup', hour: 20, minute: 0, month: 5, day: 4 }],
    [
      'Gala am 3. Oktober 2026 20:15 Uhr CET',
      { title: 'Gala am', hour: 20, minute: 15, zone: 'Europe/Berlin', year: 2026, month: 10, day: 3 },
    ],
    ['March 15th 18:00 Friendly', { title: 'Friendly', hour: 18, minute: 0, month: 3, day: 15 }],
  ])('%s', (name, event) => {
    expect(readEventName(name)).toEqual(event);
  });

  it.each([
    ['a channel', 'Sport 1'],
    ['24/7', 'Friends 24/7'],
    ['a frequency', 'RTL 102.5'],
    ['an impossible hour', 'Show 25:10'],
    ['a ratio with more digits', 'Match 3:021'],
    ['nothing but a time', '21:00'],
    ['nothing but a date and time', 'Fri 15 Mar 19:30'],
    ['half past thirteen', 'X 13 pm'],
  ])('finds none in %s', (_, name) => {
    expect(readEventName(name)).toBeNull();
  });

  it('takes bounded time and gives what a calendar knows', () => {
    const part = fc.constantFrom(
      '21:00',
      '7pm',
      '3/15',
      'Fri',
      '15 Mar',
      'ET',
      '@',
      '|',
      '1:',
      'PPV',
      '(',
      '24/7',
      '.',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.array(part).map((all) => all.join(' ')),
        ),
        (name) => {
          const event = readEventName(name);
          if (event === null) return;
          expect(event.title).not.toBe('');
          expect(event.hour).toBeLessThan(24);
          expect(event.minute).toBeLessThan(60);
        },
      ),
    );
    for (const unit of ['1:', '12:', 'a ', '1 a', '(', 'Fri ', '15.']) {
      readEventName(unit.repeat(100_000));
    }
  });
});
