import { slotsFit, type FilmTraits } from './film-index.js';
import { soundKey, titleKey } from './title-key.js';

/** A film as a database of films names it. */
export interface FilmCandidate {
  id: number;
  title: string;
  originalTitle: string;
  otherTitles?: readonly string[];
  year: number | null;
  /** Of the work, without advertisements; null = not asked yet or not known. */
  minutes: number | null;
  /** Votes of viewers: tells a known film from a namesake nobody saw. */
  votes: number;
}

export type RankReason =
  | 'same-title'
  | 'same-original-title'
  | 'same-sound'
  | 'part-of-title'
  | 'similar-title'
  | 'same-year'
  | 'year-off-by-one'
  | 'other-year'
  | 'year-unknown'
  | 'length-fits'
  | 'other-length'
  | 'only-one'
  | 'best-known';

export interface RankedFilm {
  candidate: FilmCandidate;
  /** 0–1. */
  score: number;
  reasons: RankReason[];
}

/** `ambiguous`: several could be it, or one with too little to go by: a person decides. */
export interface Ranking {
  kind: 'match' | 'ambiguous' | 'none';
  /** Best first; those that cannot be it are left out. */
  ranked: RankedFilm[];
  /** Ids whose running time would help to decide. */
  wantsLength: number[];
}

export interface RankOptions {
  /** Nothing but its length spoke for a film: a title alone proves nothing. */
  isDoubtful?: boolean;
}

/** `half`: enough in the very same year, and not next to it. */
const TITLE = { same: 1, sound: 0.93, half: 0.85, leastSimilar: 0.75 } as const;
const SHORTEST_HALF = 4;
/** From here on a film may be it. */
const POSSIBLE = 0.55;
const CERTAIN = 0.8;
/** The runner-up has to be this far behind. */
const MARGIN = 0.08;
/** A namesake with a tenth of the votes is not what a channel shows. */
const FAME_RATIO = 10;
const KNOWN_VOTES = 50;
const MAX_ASKED = 3;

/** Which of the candidates is meant, with reasons. Equal input gives equal answers, in any order of the candidates. */
export function rankFilm(
  wanted: FilmTraits,
  candidates: readonly FilmCandidate[],
  { isDoubtful = false }: RankOptions = {},
): Ranking {
  const ranked = candidates
    .map((candidate) => judge(wanted, candidate))
    .filter(({ score }) => score >= POSSIBLE)
    .sort(
      (a, b) => b.score - a.score || b.candidate.votes - a.candidate.votes || a.candidate.id - b.candidate.id,
    );
  const [best, second] = ranked;
  if (!best) return { kind: 'none', ranked, wantsLength: [] };
  const asked = ranked.slice(0, MAX_ASKED).filter(({ candidate }) => candidate.minutes === null);
  const wantsLength = asked.map(({ candidate }) => candidate.id);
  const isProven = has(best, 'same-year', 'year-off-by-one') || has(best, 'length-fits');
  if (isDoubtful && !isProven) return { kind: 'ambiguous', ranked, wantsLength };
  if (best.score < CERTAIN || !isAhead(best, second)) return { kind: 'ambiguous', ranked, wantsLength };
  if (!has(best, 'same-year', 'year-off-by-one')) {
    best.reasons.push(second ? 'best-known' : 'only-one');
    // Without a year and a length even the only namesake is a guess, unless half the world knows it.
    if (!isProven && best.candidate.votes < KNOWN_VOTES) return { kind: 'ambiguous', ranked, wantsLength };
  }
  return { kind: 'match', ranked, wantsLength: [] };
}

function judge(wanted: FilmTraits, candidate: FilmCandidate): RankedFilm {
  const title = judgeTitle(wanted, candidate);
  const year = judgeYear(wanted.year, candidate.year);
  const length = judgeLength(wanted.minutes, candidate.minutes);
  const score = title.score * year.factor * length.factor;
  return {
    candidate,
    score: Math.round(score * 1000) / 1000,
    reasons: [title.reason, year.reason, ...(length.reason ? [length.reason] : [])],
  };
}

function judgeTitle(wanted: FilmTraits, candidate: FilmCandidate): { score: number; reason: RankReason } {
  const mine = [wanted.title, wanted.originalTitle].filter((title) => titleKey(title) !== '');
  const theirs = [candidate.title, candidate.originalTitle, ...(candidate.otherTitles ?? [])];
  const keys = mine.map(titleKey);
  if (keys.includes(titleKey(candidate.title))) return { score: TITLE.same, reason: 'same-title' };
  if (theirs.some((title) => keys.includes(titleKey(title)))) {
    return { score: TITLE.same, reason: 'same-original-title' };
  }
  const sounds = mine.map(soundKey);
  if (theirs.some((title) => sounds.includes(soundKey(title)))) {
    return { score: TITLE.sound, reason: 'same-sound' };
  }
  const halves = theirs.flatMap(halvesOf).map(titleKey);
  if (keys.some((key) => key.length >= SHORTEST_HALF && halves.includes(key))) {
    return { score: TITLE.half, reason: 'part-of-title' };
  }
  const best = Math.max(0, ...mine.flatMap((a) => theirs.map((b) => similarity(a, b))));
  return { score: best >= TITLE.leastSimilar ? best * 0.9 : best * 0.5, reason: 'similar-title' };
}

/** "The Untouchables - Gli intoccabili": guides write one half of it. */
function halvesOf(title: string): string[] {
  const halves = title.split(/\s+[-–—]\s+|:\s+/);
  return halves.length === 1 ? [] : halves;
}

function judgeYear(wanted: number | null, found: number | null): { factor: number; reason: RankReason } {
  if (wanted === null || found === null) return { factor: 0.88, reason: 'year-unknown' };
  const difference = Math.abs(wanted - found);
  if (difference === 0) return { factor: 1, reason: 'same-year' };
  if (difference === 1) return { factor: 0.95, reason: 'year-off-by-one' };
  return { factor: difference <= 3 ? 0.65 : 0.4, reason: 'other-year' };
}

function judgeLength(wanted: number | null, found: number | null): { factor: number; reason?: RankReason } {
  if (wanted === null || found === null || found === 0) return { factor: 0.98 };
  // A slot is never much shorter than the film in it.
  const fits = slotsFit(wanted, found) && found <= wanted * 1.15 + 5;
  return fits ? { factor: 1, reason: 'length-fits' } : { factor: 0.7, reason: 'other-length' };
}

function isAhead(best: RankedFilm, second: RankedFilm | undefined): boolean {
  if (!second || best.score - second.score >= MARGIN) return true;
  const isFamous = best.candidate.votes >= KNOWN_VOTES;
  return (
    isFamous && best.candidate.votes >= second.candidate.votes * FAME_RATIO && best.score >= second.score
  );
}

function has({ reasons }: RankedFilm, ...wanted: RankReason[]): boolean {
  return wanted.some((reason) => reasons.includes(reason));
}

/** Shared pairs of letters of the two titles, 0–1. */
function similarity(a: string, b: string): number {
  const left = pairsOf(titleKey(a));
  const right = pairsOf(titleKey(b));
  let total = 0;
  for (const count of left.values()) total += count;
  let shared = 0;
  for (const [pair, count] of right) {
    total += count;
    shared += Math.min(count, left.get(pair) ?? 0);
  }
  return total === 0 ? 0 : (2 * shared) / total;
}

function pairsOf(text: string): Map<string, number> {
  const pairs = new Map<string, number>();
  const padded = ` ${text} `;
  for (let at = 0; at + 1 < padded.length; at++) {
    const pair = padded.slice(at, at + 2);
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  }
  return pairs;
}
