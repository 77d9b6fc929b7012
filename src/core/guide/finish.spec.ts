import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GuideProgramme } from '../xmltv/types.js';
import { finishChannel } from './finish.js';

const NOON = Date.UTC(2026, 2, 14, 12) / 1000;
const MINUTE = 60;

function aProgramme(
  from: number,
  to: number | null,
  title: string,
  more: Partial<GuideProgramme> = {},
): GuideProgramme {
  return {
    channelId: 'one.es',
    start: NOON + from * MINUTE,
    stop: to === null ? null : NOON + to * MINUTE,
    titles: [{ text: title }],
    ...more,
  };
}

function finish(...programmes: GuideProgramme[]): { lines: string[]; report: unknown } {
  const report: Record<string, number> = {};
  const finished = finishChannel(programmes, {
    onProblem: (problem) => (report[problem] = (report[problem] ?? 0) + 1),
  });
  const lines = finished.map(
    ({ start, stop, titles }) =>
      `${(start - NOON) / MINUTE}–${(stop - NOON) / MINUTE} ${titles.map(({ text }) => text).join('/')}`,
  );
  return { lines, report };
}

describe('finishing a channel', () => {
  it('sorts by time', () => {
    expect(finish(aProgramme(60, 90, 'B'), aProgramme(0, 60, 'A'))).toEqual({
      lines: ['0–60 A', '60–90 B'],
      report: {},
    });
  });

  it('keeps gaps', () => {
    expect(finish(aProgramme(0, 30, 'A'), aProgramme(60, 90, 'B')).lines).toEqual(['0–30 A', '60–90 B']);
  });

  it('drops exact duplicates and keeps the one that says more', () => {
    const rich = aProgramme(0, 60, 'A', { descriptions: [{ text: 'More.' }] });
    const said = [aProgramme(0, 60, 'A'), rich, aProgramme(0, 60, 'A')];
    expect(finishChannel(said)).toEqual([rich]);
    expect(finish(...said).report).toEqual({ duplicate: 2 });
  });

  it('makes one programme of two that differ in their languages', () => {
    const english = aProgramme(0, 60, '', {
      titles: [{ text: 'News', lang: 'en' }],
      descriptions: [{ text: 'D', lang: 'en' }],
    });
    const spanish = aProgramme(0, 60, '', { titles: [{ text: 'Noticias', lang: 'es' }], date: '1999' });
    expect(finishChannel([english, spanish])).toEqual([
      { ...english, date: '1999', titles: [...english.titles, ...spanish.titles] },
    ]);
  });

  it('fills a missing end from the next start', () => {
    expect(finish(aProgramme(0, null, 'A'), aProgramme(45, 60, 'B'))).toEqual({
      lines: ['0–45 A', '45–60 B'],
      report: { 'no-stop': 1 },
    });
  });

  it('does not stretch a programme over a hole of the guide', () => {
    expect(finish(aProgramme(0, null, 'A'), aProgramme(361, 400, 'B')).lines[0]).toBe('0–60 A');
    expect(finish(aProgramme(0, null, 'A'), aProgramme(360, 400, 'B')).lines[0]).toBe('0–360 A');
    expect(finish(aProgramme(0, null, 'A', { length: 90 * MINUTE })).lines).toEqual(['0–90 A']);
  });

  it('lets a zero-length entry give way to what begins there, in either order', () => {
    const expected = { lines: ['0–60 News'], report: { rival: 1 } };
    expect(finish(aProgramme(0, null, 'Regional news of all regions'), aProgramme(0, 60, 'News'))).toEqual(
      expected,
    );
    expect(finish(aProgramme(0, 60, 'News'), aProgramme(0, null, 'Regional news of all regions'))).toEqual(
      expected,
    );
  });

  it('keeps of several with one start the one that says more, else the first', () => {
    expect(finish(aProgramme(0, 60, 'A'), aProgramme(0, 30, 'Longer title')).lines).toEqual([
      '0–30 Longer title',
    ]);
    expect(finish(aProgramme(0, 60, 'A'), aProgramme(0, 60, 'B')).lines).toEqual(['0–60 A']);
  });

  it('ends a programme where the next begins', () => {
    expect(finish(aProgramme(0, 120, 'Umbrella'), aProgramme(60, 90, 'Part'))).toEqual({
      lines: ['0–60 Umbrella', '60–90 Part'],
      report: { overlap: 1 },
    });
  });

  it('tells of each problem with the programme that is dropped, changed or said again, and keeps what is beside', () => {
    const at = (place: number, programme: GuideProgramme) => ({ ...programme, place });
    const told: [string, number][] = [];
    const finished = finishChannel(
      [
        at(1, aProgramme(0, 60, 'A')),
        at(2, aProgramme(0, 60, 'A', { descriptions: [{ text: 'More.' }] })),
        at(3, aProgramme(60, 90, 'B')),
        at(4, aProgramme(60, 90, 'Says more')),
        at(5, aProgramme(80, null, 'C')),
      ],
      { onProblem: (problem, { place }) => told.push([problem, place]) },
    );
    expect(told).toEqual([
      ['duplicate', 2],
      ['rival', 3],
      ['overlap', 4],
      ['no-stop', 5],
    ]);
    expect(finished.map(({ place }) => place)).toEqual([2, 4, 5]);
  });

  it('leaves its input alone', () => {
    const input = Object.freeze([
      Object.freeze(aProgramme(0, null, 'A')),
      Object.freeze(aProgramme(10, 5, 'B')),
    ]);
    expect(() => finishChannel(input)).not.toThrow();
  });

  it('always gives programmes in order that never overlap, each from the source, and again the same', () => {
    const programme = fc
      .record({
        from: fc.integer({ min: 0, max: 600 }),
        lasts: fc.option(fc.integer({ min: 1, max: 300 })),
        title: fc.constantFrom('A', 'B', 'C'),
      })
      .map(({ from, lasts, title }) => aProgramme(from, lasts === null ? null : from + lasts, title));
    fc.assert(
      fc.property(fc.array(programme, { maxLength: 30 }), (programmes) => {
        const once = finishChannel(programmes);
        once.forEach(({ start, stop }, index) => {
          expect(stop).toBeGreaterThan(start);
          expect(once[index + 1]?.start ?? Infinity).toBeGreaterThanOrEqual(stop);
        });
        expect(new Set(once.map(({ start }) => start))).toEqual(
          new Set(programmes.map(({ start }) => start)),
        );
        expect(finishChannel(once)).toEqual(once);
      }),
    );
  });
});
