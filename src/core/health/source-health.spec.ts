import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addTo, hourOf, noFigures } from './hour-figures.js';
import {
  aged,
  HALF_LIFE_SECONDS,
  isQuarantined,
  newRecord,
  observed,
  type SourceObservation,
  type SourceRecord,
} from './source-record.js';
import { figuresOf, inTrialOrder, scoreOf } from './source-score.js';

const NOW = 1_800_000_000;
const DAY = 86_400;
const PICTURE: SourceObservation = { kind: 'picture', waitSeconds: 2 };
const GONE: SourceObservation = { kind: 'failure', failure: 'not-found', detail: 'gone', isLasting: true };
const LATE: SourceObservation = { kind: 'failure', failure: 'timeout', detail: 'late', isLasting: false };
const CUT: SourceObservation = { kind: 'cut', reason: 'reset', detail: 'ECONNRESET' };
const played = (seconds: number): SourceObservation => ({
  kind: 'played',
  seconds,
  peers: null,
  speedKbs: null,
});

function after(observations: readonly SourceObservation[], at = NOW): SourceRecord {
  return observations.reduce((record, one) => observed(record, one, at), newRecord(at));
}

describe('a source’s record', () => {
  it('counts what happened half after three days', () => {
    const record = aged(after([PICTURE, PICTURE, LATE]), NOW + HALF_LIFE_SECONDS);
    expect(record).toMatchObject({ starts: 1.5, pictures: 1, waitSeconds: 2 });
  });

  it('is not aged by a clock that was set back', () => {
    expect(aged(after([PICTURE]), NOW - DAY)).toMatchObject({ starts: 1, agedAt: NOW });
  });

  it('remembers the last failure with its kind, and the last success', () => {
    const record = after([PICTURE, CUT]);
    expect(record).toMatchObject({
      lastSuccessAt: NOW,
      lastFailureAt: NOW,
      lastFailure: 'reset',
      lastFailureDetail: 'ECONNRESET',
    });
  });

  it('rests for ten minutes after a lasting failure, and longer each time, to a day at most', () => {
    let record = newRecord(NOW);
    const rests: number[] = [];
    for (let at = NOW, tries = 0; tries < 7; tries++) {
      record = observed(record, GONE, at);
      rests.push((record.quarantinedUntil ?? 0) - at);
      at = record.quarantinedUntil ?? 0;
    }
    expect(rests).toEqual([600, 1800, 5400, 16_200, 48_600, DAY, DAY]);
  });

  it('rests after the third passing failure in a row', () => {
    expect(after([LATE, LATE]).quarantinedUntil).toBeNull();
    expect(after([LATE, PICTURE, LATE, LATE]).quarantinedUntil).toBeNull();
    expect(after([LATE, LATE, LATE]).quarantinedUntil).toBe(NOW + 600);
  });

  it('is out of quarantine with the first picture, and when the time is over', () => {
    expect(isQuarantined(after([GONE, PICTURE]), NOW)).toBe(false);
    expect(isQuarantined(after([GONE]), NOW + 599)).toBe(true);
    expect(isQuarantined(after([GONE]), NOW + 600)).toBe(false);
  });

  it('is not shortened in its quarantine by a later, lesser failure', () => {
    const record = after([GONE, GONE, GONE]);
    expect(observed(record, LATE, NOW).quarantinedUntil).toBeGreaterThanOrEqual(
      record.quarantinedUntil ?? Infinity,
    );
  });
});

describe('the score', () => {
  it('puts a good source above an untried one, and that above a bad one', () => {
    const good = scoreOf(after([PICTURE]), NOW);
    const untried = scoreOf(undefined, NOW);
    const bad = scoreOf(after([LATE]), NOW);
    expect(good).toBeGreaterThan(untried);
    expect(untried).toBeGreaterThan(bad);
  });

  it('prefers the steadier and the quicker of two that always start', () => {
    const quick = after([PICTURE, PICTURE, played(7200)]);
    const slow = after([
      { kind: 'picture', waitSeconds: 40 },
      { kind: 'picture', waitSeconds: 40 },
      played(7200),
    ]);
    const shaky = after([PICTURE, PICTURE, played(7200), CUT, CUT, CUT, CUT, CUT, CUT]);
    expect(scoreOf(quick, NOW)).toBeGreaterThan(scoreOf(slow, NOW));
    expect(scoreOf(quick, NOW)).toBeGreaterThan(scoreOf(shaky, NOW));
  });

  it('forgives with time', () => {
    const bad = after([LATE, LATE, LATE]);
    expect(scoreOf(bad, NOW + 60 * DAY)).toBeCloseTo(scoreOf(undefined, NOW), 2);
  });

  it('lies between 0 and 1, whatever happens in whatever order', () => {
    const one = fc.constantFrom(PICTURE, GONE, LATE, CUT, played(3600));
    fc.assert(
      fc.property(fc.array(fc.tuple(one, fc.nat({ max: 30 * DAY })), { maxLength: 60 }), (events) => {
        let at = NOW;
        let record = newRecord(at);
        for (const [observation, later] of events) record = observed(record, observation, (at += later));
        const score = scoreOf(record, at);
        expect(score).toBeGreaterThan(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(record.pictures).toBeLessThanOrEqual(record.starts);
      }),
    );
  });

  it('says only what is known', () => {
    expect(figuresOf(undefined, NOW)).toMatchObject({ successRate: null, firstPictureSeconds: null });
    expect(figuresOf(after([LATE]), NOW)).toMatchObject({ successRate: 0, firstPictureSeconds: null });
    expect(figuresOf(after([PICTURE, CUT, played(60)]), NOW).cutsPerHour).toBeNull();
    expect(figuresOf(after([PICTURE, CUT, played(1800)]), NOW)).toMatchObject({
      successRate: 1,
      firstPictureSeconds: 2,
      cutsPerHour: 2,
    });
  });
});

describe('the order of sources', () => {
  const order = (
    sources: { id: number; isPinned?: boolean }[],
    records: Record<number, SourceRecord>,
    at = NOW,
  ): number[] =>
    inTrialOrder(
      sources.map(({ id, isPinned = false }) => ({ id, isPinned })),
      (id) => records[id],
      at,
    ).map(({ id }) => id);

  it('stays as it is while nothing is known', () => {
    expect(order([{ id: 3 }, { id: 1 }, { id: 2 }], {})).toEqual([3, 1, 2]);
  });

  it('follows the score', () => {
    expect(order([{ id: 1 }, { id: 2 }], { 1: after([LATE, LATE]), 2: after([PICTURE]) })).toEqual([2, 1]);
  });

  it('does not turn for a difference nobody notices', () => {
    const records = {
      1: after([{ kind: 'picture', waitSeconds: 2.2 }]),
      2: after([{ kind: 'picture', waitSeconds: 2 }]),
    };
    expect(order([{ id: 1 }, { id: 2 }], records)).toEqual([1, 2]);
  });

  it('leaves first what a person put first, however bad', () => {
    const records = { 1: after([PICTURE]), 2: after([LATE, LATE]), 3: after([CUT]) };
    expect(order([{ id: 1 }, { id: 3, isPinned: true }, { id: 2, isPinned: true }], records)).toEqual([
      3, 2, 1,
    ]);
  });

  it('tries dead ones last, a person’s too, but those for ten minutes only', () => {
    const records = { 1: after([GONE, GONE]), 2: after([GONE, GONE]), 3: after([LATE]) };
    const sources = [{ id: 1, isPinned: true }, { id: 2 }, { id: 3 }];
    expect(order(sources, records)).toEqual([3, 1, 2]);
    expect(order(sources, records, NOW + 601)).toEqual([1, 3, 2]);
  });
});

describe('the figures of an hour', () => {
  it('sum up what happened', () => {
    const figures = noFigures();
    for (const one of [PICTURE, LATE, CUT, { ...played(30), peers: 12, speedKbs: 400 } as const]) {
      addTo(figures, one);
    }
    expect(figures).toEqual({
      starts: 2,
      pictures: 1,
      waitMs: 2000,
      cuts: 1,
      playedSeconds: 30,
      samples: 1,
      peers: 12,
      speedKbs: 400,
    });
  });

  it('take nothing absurd from an engine', () => {
    const figures = noFigures();
    addTo(figures, { kind: 'played', seconds: 1e12, peers: -5, speedKbs: Number.NaN });
    addTo(figures, { kind: 'played', seconds: 10, peers: 1e12, speedKbs: 1e12 });
    expect(figures).toMatchObject({ playedSeconds: 3610, peers: 100_000, speedKbs: 1_000_000 });
  });

  it('belong to whole hours', () => {
    expect(hourOf(7199)).toBe(1);
    expect(hourOf(7200)).toBe(2);
  });
});
