/**
 * What is remembered of one place where a channel's bytes can be had. Times are epoch seconds. Sums are aged: what
 * happened `HALF_LIFE_SECONDS` ago counts half.
 */
export interface SourceRecord {
  /** Attempts to open it that say something about it. */
  starts: number;
  /** Those that brought a picture, and how long those pictures took together. */
  pictures: number;
  waitSeconds: number;
  cuts: number;
  playedSeconds: number;
  /** Up to when the sums are aged. */
  agedAt: number;
  /** Failed starts since the last picture. */
  failuresInRow: number;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** Kind and words of the last failure or cut; no addresses, no secrets. */
  lastFailure: string | null;
  lastFailureDetail: string | null;
  /** Until then it is tried last; null = not quarantined. */
  quarantinedUntil: number | null;
  /** When the prober last looked at it. */
  probedAt: number | null;
}

/** What was seen of a source. Failures that are the engine's or our own are not told at all. */
export type SourceObservation =
  | { kind: 'picture'; waitSeconds: number }
  | { kind: 'failure'; failure: string; detail: string; isLasting: boolean }
  | { kind: 'cut'; reason: string; detail: string }
  | { kind: 'played'; seconds: number; peers: number | null; speedKbs: number | null };

export const HALF_LIFE_SECONDS = 3 * 86_400;
/** Failures that a minute may cure: only so many in a row quarantine. */
const PASSING_FAILURES = 3;
export const QUARANTINE_SECONDS = 600;
const QUARANTINE_GROWTH = 3;
const MAX_QUARANTINE_SECONDS = 86_400;
/** Longer waits are all the same to a viewer, and one of them must not weigh for days. */
const MAX_WAIT_SECONDS = 120;
const MAX_DETAIL = 200;

export function newRecord(nowSeconds: number): SourceRecord {
  return {
    starts: 0,
    pictures: 0,
    waitSeconds: 0,
    cuts: 0,
    playedSeconds: 0,
    agedAt: nowSeconds,
    failuresInRow: 0,
    lastSuccessAt: null,
    lastFailureAt: null,
    lastFailure: null,
    lastFailureDetail: null,
    quarantinedUntil: null,
    probedAt: null,
  };
}

/** The record with its sums as they count now. A clock that was set back ages nothing. */
export function aged(record: SourceRecord, nowSeconds: number): SourceRecord {
  const elapsed = Math.max(0, nowSeconds - record.agedAt);
  const factor = 0.5 ** (elapsed / HALF_LIFE_SECONDS);
  return {
    ...record,
    starts: record.starts * factor,
    pictures: record.pictures * factor,
    waitSeconds: record.waitSeconds * factor,
    cuts: record.cuts * factor,
    playedSeconds: record.playedSeconds * factor,
    agedAt: record.agedAt + elapsed,
  };
}

/** The record after one more observation. */
export function observed(
  record: SourceRecord,
  observation: SourceObservation,
  nowSeconds: number,
): SourceRecord {
  const now = aged(record, nowSeconds);
  switch (observation.kind) {
    case 'picture':
      return {
        ...now,
        starts: now.starts + 1,
        pictures: now.pictures + 1,
        waitSeconds: now.waitSeconds + Math.min(MAX_WAIT_SECONDS, Math.max(0, observation.waitSeconds)),
        failuresInRow: 0,
        lastSuccessAt: nowSeconds,
        quarantinedUntil: null,
      };
    case 'failure':
      return quarantined(
        {
          ...now,
          starts: now.starts + 1,
          failuresInRow: now.failuresInRow + 1,
          ...failing(observation.failure, observation.detail, nowSeconds),
        },
        observation.isLasting,
        nowSeconds,
      );
    case 'cut':
      return {
        ...now,
        cuts: now.cuts + 1,
        ...failing(observation.reason, observation.detail, nowSeconds),
      };
    case 'played':
      return { ...now, playedSeconds: now.playedSeconds + observation.seconds, lastSuccessAt: nowSeconds };
  }
}

export function isQuarantined({ quarantinedUntil }: SourceRecord, nowSeconds: number): boolean {
  return quarantinedUntil !== null && quarantinedUntil > nowSeconds;
}

function failing(failure: string, detail: string, nowSeconds: number) {
  return {
    lastFailure: failure.slice(0, 40),
    lastFailureDetail: detail.slice(0, MAX_DETAIL),
    lastFailureAt: nowSeconds,
  };
}

/** The longer it has failed, the longer it rests. */
function quarantined(record: SourceRecord, isLasting: boolean, nowSeconds: number): SourceRecord {
  const step = record.failuresInRow - (isLasting ? 1 : PASSING_FAILURES);
  if (step < 0) return record;
  const seconds = Math.min(MAX_QUARANTINE_SECONDS, QUARANTINE_SECONDS * QUARANTINE_GROWTH ** step);
  return { ...record, quarantinedUntil: Math.max(record.quarantinedUntil ?? 0, nowSeconds + seconds) };
}
