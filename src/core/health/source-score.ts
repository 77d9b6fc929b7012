import { aged, isQuarantined, QUARANTINE_SECONDS, type SourceRecord } from './source-record.js';

/** Figures of one source as they count now. */
export interface SourceFigures {
  /** 0 to 1. */
  score: number;
  /** Share of the starts that brought a picture, 0 to 1; null before the first start. */
  successRate: number | null;
  /** From the start to the first picture on average, seconds; null before the first picture. */
  firstPictureSeconds: number | null;
  /** Null before it has played for a quarter of an hour. */
  cutsPerHour: number | null;
}

export interface Rankable {
  id: number;
  /** A person decided its place. */
  isPinned: boolean;
}

/** Of a source nobody has tried: two thirds of its starts bring a picture, in five seconds each. */
const PRIOR = { starts: 1.5, pictures: 1, pictureSeconds: 5 } as const;
/** So many seconds to the first picture, or cuts per hour, halve what they weigh. */
const SLOW_SECONDS = 15;
const MANY_CUTS = 6;
const SPEED_WEIGHT = 0.3;
const MIN_PLAYED_SECONDS = 900;
/** Smaller differences do not change the order: it would turn with every start. */
const SCORE_STEP = 0.05;

/** Reliability first, then steadiness, then speed; what is unknown counts as ordinary. */
export function scoreOf(record: SourceRecord | undefined, nowSeconds: number): number {
  const now = record && aged(record, nowSeconds);
  const { starts = 0, pictures = 0, waitSeconds = 0, cuts = 0, playedSeconds = 0 } = now ?? {};
  const reliability = (pictures + PRIOR.pictures) / (starts + PRIOR.starts);
  const wait = (waitSeconds + PRIOR.pictureSeconds) / (pictures + 1);
  const speed = SLOW_SECONDS / (SLOW_SECONDS + wait);
  const cutsPerHour = cuts / (playedSeconds / 3600 + 0.5);
  const steadiness = MANY_CUTS / (MANY_CUTS + cutsPerHour);
  return reliability * steadiness * (1 - SPEED_WEIGHT + SPEED_WEIGHT * speed);
}

export function figuresOf(record: SourceRecord | undefined, nowSeconds: number): SourceFigures {
  const score = scoreOf(record, nowSeconds);
  if (!record) return { score, successRate: null, firstPictureSeconds: null, cutsPerHour: null };
  const { starts, pictures, waitSeconds, cuts, playedSeconds } = aged(record, nowSeconds);
  // Sums that have faded away say nothing any more.
  const known = starts > 0.01;
  return {
    score,
    successRate: known ? pictures / starts : null,
    firstPictureSeconds: known && pictures > 0 ? waitSeconds / pictures : null,
    cutsPerHour: playedSeconds >= MIN_PLAYED_SECONDS ? cuts / (playedSeconds / 3600) : null,
  };
}

/**
 * In the order in which sources are to be tried: those that a person placed, as placed; then by score, near equals as
 * they came. Dead ones are last. A person's order yields to a failure for ten minutes only.
 */
export function inTrialOrder<T extends Rankable>(
  sources: readonly T[],
  recordOf: (id: number) => SourceRecord | undefined,
  nowSeconds: number,
): T[] {
  const ranked = sources.map((source, index) => {
    const record = recordOf(source.id);
    const step = source.isPinned ? 0 : Math.round(scoreOf(record, nowSeconds) / SCORE_STEP);
    return { source, index, step, rests: record !== undefined && rests(source, record, nowSeconds) };
  });
  ranked.sort(
    (a, b) =>
      Number(a.rests) - Number(b.rests) ||
      Number(b.source.isPinned) - Number(a.source.isPinned) ||
      b.step - a.step ||
      a.index - b.index,
  );
  return ranked.map(({ source }) => source);
}

function rests({ isPinned }: Rankable, record: SourceRecord, nowSeconds: number): boolean {
  if (!isQuarantined(record, nowSeconds)) return false;
  return !isPinned || nowSeconds - (record.lastFailureAt ?? 0) < QUARANTINE_SECONDS;
}
