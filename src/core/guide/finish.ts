import type { GuideProgramme, LocalText } from '../xmltv/types.js';

/** A programme that can be shown: it ends after it starts, and nothing else of its channel is on meanwhile. */
export interface FinishedProgramme extends GuideProgramme {
  stop: number;
}

/**
 * `duplicate` said twice: same start, end and titles; `rival` dropped because another programme of the same start says
 * more; `no-stop` an end was missing, zero-length or backwards; `overlap` an end was moved to the next start.
 */
export type FinishProblem = 'duplicate' | 'rival' | 'no-stop' | 'overlap';

export interface FinishOptions<P extends GuideProgramme = GuideProgramme> {
  /** Seconds: a gap up to this is the missing end of the programme before it; a longer one is a gap of the guide. */
  maxFilled?: number;
  /** Seconds a programme lasts of which nothing says how long. */
  defaultLength?: number;
  /** Told of every problem, with the programme that is dropped or changed, or said again. */
  onProblem?: (problem: FinishProblem, programme: P) => void;
}

const HOUR = 3600;

/**
 * The programmes of one channel, in any order → in the order of time, with whatever else is in them. The rules:
 *
 * 1. Exact duplicates (same start, end and titles) become one, the one that says more. The same programme said again
 *    in other languages becomes one with all of them.
 * 2. Of several with the same start one stays: one with an end before one without, then the one that says more, then the
 *    first. So a zero-length entry gives way to what really begins there.
 * 3. An end that is missing, zero-length or backwards is the next start, if that comes within `maxFilled`; else the
 *    length the source names, else `defaultLength`.
 * 4. Where programmes overlap the later start wins: the earlier one ends there.
 */
export function finishChannel<P extends GuideProgramme>(
  programmes: readonly P[],
  { maxFilled = 6 * HOUR, defaultLength = HOUR, onProblem }: FinishOptions<P> = {},
): (P & FinishedProgramme)[] {
  // Stable: equal starts keep the order of the source.
  const ordered = programmes.toSorted((a, b) => a.start - b.start);
  const chosen: P[] = [];
  for (let from = 0; from < ordered.length;) {
    let to = from + 1;
    while (to < ordered.length && ordered[to]?.start === ordered[from]?.start) to++;
    chosen.push(...chooseOne(ordered.slice(from, to), onProblem));
    from = to;
  }
  return chosen.map((programme, index) => {
    const next = chosen[index + 1]?.start ?? Infinity;
    const stop = programme.stop ?? missingStop(programme, next, maxFilled, defaultLength);
    if (programme.stop === null) onProblem?.('no-stop', programme);
    else if (stop > next) onProblem?.('overlap', programme);
    return { ...programme, stop: Math.min(stop, next) };
  });
}

function missingStop(
  { start, length }: GuideProgramme,
  next: number,
  maxFilled: number,
  defaultLength: number,
): number {
  return next - start <= maxFilled ? next : start + (length ?? defaultLength);
}

/** Of programmes with the same start, the one that stays. */
function chooseOne<P extends GuideProgramme>(rivals: P[], onProblem: FinishOptions<P>['onProblem']): P[] {
  let best: P | undefined;
  for (const rival of rivals) {
    if (!best) best = rival;
    else if (best.stop === rival.stop && saysSame(best.titles, rival.titles)) {
      onProblem?.('duplicate', rival);
      if (weight(rival) > weight(best)) best = rival;
    } else if (best.stop === rival.stop && isOtherLanguage(best, rival)) {
      onProblem?.('duplicate', rival);
      best = inAllLanguages(best, rival);
    } else {
      const winner: P = isBetter(rival, best) ? rival : best;
      onProblem?.('rival', winner === rival ? best : rival);
      best = winner;
    }
  }
  return best ? [best] : [];
}

function isBetter(rival: GuideProgramme, best: GuideProgramme): boolean {
  if ((rival.stop === null) !== (best.stop === null)) return rival.stop !== null;
  return weight(rival) > weight(best);
}

function saysSame(one: readonly LocalText[], other: readonly LocalText[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ text, lang }, index) => text === other[index]?.text && lang === other[index].lang)
  );
}

/** All titles of both name their language, and no language is in both. */
function isOtherLanguage(one: GuideProgramme, other: GuideProgramme): boolean {
  const languages = one.titles.map(({ lang }) => lang);
  return (
    !languages.includes(undefined) &&
    other.titles.every(({ lang }) => lang !== undefined && !languages.includes(lang))
  );
}

function inAllLanguages<P extends GuideProgramme>(one: P, other: P): P {
  const merged: P = { ...other, ...one, titles: [...one.titles, ...other.titles] };
  for (const field of ['subTitles', 'descriptions', 'categories'] as const) {
    const texts = [...(one[field] ?? []), ...(other[field] ?? [])];
    if (texts.length > 0) merged[field] = texts;
  }
  return merged;
}

/** How much a programme says: characters of its texts, and a little for everything else. */
function weight(programme: GuideProgramme): number {
  const texts = [programme.titles, programme.subTitles, programme.descriptions, programme.categories];
  const characters = texts.flatMap((list) => list ?? []).reduce((sum, { text }) => sum + text.length, 0);
  return characters + 10 * Object.keys(programme).length;
}
