import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compileNamePattern, matchName, PATTERN_FIELDS } from './name-pattern.js';

function read(pattern: string, name: string): unknown {
  const compiled = compileNamePattern(pattern);
  if (compiled.kind === 'wrong') throw new Error(compiled.rule);
  return matchName(compiled.pattern, name);
}

describe('name patterns', () => {
  it.each([
    [
      '{title} | {HH}:{mm} {zone}',
      'Gala | 21:05 CET',
      { title: 'Gala', hour: 21, minute: 5, zone: 'Europe/Berlin' },
    ],
    ['{title} | {HH}:{mm}', 'A | B |  9:30', { title: 'A | B', hour: 9, minute: 30 }],
    [
      '{weekday} {day}/{month} {HH}:{mm} {title}',
      'viernes 20/11 21:00 Real – Barça',
      { title: 'Real – Barça', hour: 21, minute: 0, weekday: 5, day: 20, month: 11 },
    ],
    [
      '{title} ({day} {month} {year}, {HH}h)',
      'UFC 300 (5 März 2027, 4h)',
      { title: 'UFC 300', hour: 4, minute: 0, day: 5, month: 3, year: 2027 },
    ],
    [
      'PPV {any}: {title} @ {hh}:{mm}{ampm}',
      'ppv 12: Fight @ 12:15am',
      { title: 'Fight', hour: 0, minute: 15 },
    ],
    [
      '{title} {hh} {ampm} {zone}',
      'Show 7 P.M. et',
      { title: 'Show', hour: 19, minute: 0, zone: 'America/New_York' },
    ],
    ['{HH}{mm} {title}', '2130 News', { title: 'News', hour: 21, minute: 30 }],
    ['{title}.*{HH}', 'x.*7', { title: 'x', hour: 7, minute: 0 }],
  ])('%s reads %s', (pattern, name, event) => {
    expect(read(pattern, name)).toEqual(event);
  });

  it.each([
    ['{title} | {HH}:{mm}', 'Gala 21:05'],
    ['{title} | {HH}:{mm}', 'Gala | 24:05'],
    ['{title} | {HH}:{mm}', 'Gala | 21:60'],
    ['{title} | {HH}:{mm}', 'Gala | 21:05 tomorrow'],
    ['{title} | {HH}:{mm}', ' | 21:05'],
    ['{title} {HH}:{mm} {zone}', 'Gala 21:05 XYZ'],
    ['{weekday} {HH} {title}', 'Someday 21 Gala'],
    ['{title}.*{HH}', 'xyz7'],
  ])('%s does not fit %s', (pattern, name) => {
    expect(read(pattern, name)).toBeNull();
  });

  it.each([
    ['', 'must be 1 to 200 characters on one line'],
    ['x'.repeat(201), 'must be 1 to 200 characters on one line'],
    ['{title} {HH', 'must close every { with a } and hold no others'],
    ['{title} {hour}', `must not hold {hour}; fields are ${PATTERN_FIELDS.join(', ')}`],
    ['{title} {constructor}', `must not hold {constructor}; fields are ${PATTERN_FIELDS.join(', ')}`],
    ['{HH}:{mm}', 'must hold {title}'],
    ['{title} {HH} {HH}', 'must hold {HH} once'],
    ['{title}', 'must hold {HH} (0 to 23), or {hh} with {ampm}'],
    ['{title} {hh}', 'must hold {hh} and {ampm} together'],
    ['{title} {day} {HH}', 'must hold {day} and {month} together'],
    ['{title} {year} {HH}', 'must hold {day} and {month} where it holds {year}'],
    ['{any}{title} {HH}', 'must have some text or field between {title} and {any}'],
  ])('refuses %s', (pattern, rule) => {
    expect(compileNamePattern(pattern)).toEqual({ kind: 'wrong', rule });
  });

  it('takes bounded time, and says only what clocks and calendars know', () => {
    const pattern = '{any} {any} {any} {title} {any} {day}/{month} {HH}:{mm}!';
    expect(read(pattern, 'a 1/1 2:00 '.repeat(10_000))).toBeNull();
    const part = fc.constantFrom('a', ' ', '21:00', '3/4', ':', '|', 'Fri', '{', 'é');
    fc.assert(
      fc.property(
        fc.array(part).map((all) => all.join('')),
        (name) => {
          const compiled = compileNamePattern('{title}|{HH}:{mm}');
          const event = compiled.kind === 'pattern' ? matchName(compiled.pattern, name) : null;
          if (event === null) return;
          expect(event.title).not.toBe('');
          expect(event.hour).toBeLessThan(24);
          expect(event.minute).toBeLessThan(60);
        },
      ),
    );
  });
});
