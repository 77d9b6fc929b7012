// Names that are not one but close: what a person is shown.
import type { GuideIndex, Hit } from './guide-index.js';
import type { GuideName } from './guide-name.js';
import { soundOf } from './guide-words.js';

/** A word of more names than this leads nowhere by itself. */
const MAX_OF_WORD = 400;
const MAX_COMPARED = 600;
const MAX_CLOSE = 8;
const MIN_SIMILARITY = 0.4;
const MAX_SIMILARITY = 0.99;
const UNLIKE_NUMBERS = 0.7;
const MIN_TYPO_LENGTH = 7;
const ONLY_DIGITS = /^\d+$/;

export interface Close {
  hit: Hit;
  /** `MIN_SIMILARITY` or more, below 1; exactly 1 for a slip of the pen. */
  similarity: number;
}

/** Names that share rare words with the given one, most similar first. */
export function closeNames(index: GuideIndex, name: GuideName): Close[] {
  const weights = weightsOf(index, name);
  const near = neighbours(index, [...new Set(name.words.map(soundOf))]);
  const close: Close[] = [];
  for (const hit of near) {
    const similarity = differByOneLetter(name, hit.name)
      ? 1
      : similarityOf(index, { name, weights }, hit.name);
    if (similarity >= MIN_SIMILARITY) close.push({ hit, similarity });
  }
  return close.sort((a, b) => b.similarity - a.similarity).slice(0, MAX_CLOSE);
}

/** The words of a name by how rare they are; numbers are compared apart. */
function weightsOf(index: GuideIndex, name: GuideName): Map<string, number> {
  const weights = new Map<string, number>();
  for (const word of name.words) {
    const sound = soundOf(word);
    if (!ONLY_DIGITS.test(sound)) {
      weights.set(sound, Math.log1p(index.size / (1 + index.withWord(sound).length)));
    }
  }
  return weights;
}

/** Rare words first, until enough is found. */
function neighbours(index: GuideIndex, words: readonly string[]): Set<Hit> {
  const near = new Set<Hit>();
  const lists = words.map((word) => index.withWord(word)).filter(({ length }) => length > 0);
  lists.sort((a, b) => a.length - b.length);
  for (const [at, hits] of lists.entries()) {
    if (near.size >= MAX_COMPARED || (at > 0 && hits.length > MAX_OF_WORD)) break;
    for (const hit of hits.slice(0, MAX_COMPARED)) near.add(hit);
  }
  return near;
}

/** Shared words by how rare they are; other numbers or another shift make two names unlike. */
function similarityOf(
  index: GuideIndex,
  { name, weights }: { name: GuideName; weights: ReadonlyMap<string, number> },
  other: GuideName,
): number {
  const others = weightsOf(index, other);
  let shared = 0;
  let total = 0;
  for (const [word, weight] of weights) {
    total += weight;
    if (others.has(word)) shared += weight;
  }
  for (const [word, weight] of others) {
    if (!weights.has(word)) total += weight;
  }
  const likeness = total === 0 ? 0 : shared / total;
  const sameNumbers = numbersIn(name) === numbersIn(other) && name.shiftHours === other.shiftHours;
  return Math.min(MAX_SIMILARITY, sameNumbers ? likeness : likeness * UNLIKE_NUMBERS);
}

/** The numbers of a name in their order, "" where it has none. */
export function numbersIn(name: GuideName): string {
  return (name.words.join(' ').match(/\d+/g) ?? []).map(Number).join(' ');
}

/** Whether two names have a telling word in common, in any script. */
export function shareWord(a: GuideName, b: GuideName): boolean {
  const sounds = new Set(a.words.map(soundOf));
  if (b.words.some((word) => sounds.has(soundOf(word)))) return true;
  return sameKey(a, b);
}

/** Whether two names agree at any step. */
export function sameKey(a: GuideName, b: GuideName): boolean {
  return a.keys.some((key, step) => key !== '' && key === b.keys[step]);
}

/** All words equal but for one letter of a long one: a slip, not another channel. */
function differByOneLetter(a: GuideName, b: GuideName): boolean {
  if (a.words.length !== b.words.length || a.shiftHours !== b.shiftHours) return false;
  const pairs = a.words.map((word, at): [string, string] => [word, b.words[at] ?? '']);
  const [different, ...more] = pairs.filter(([left, right]) => left !== right);
  return different !== undefined && more.length === 0 && isSlip(...different);
}

function isSlip(a: string, b: string): boolean {
  if (Math.min(a.length, b.length) < MIN_TYPO_LENGTH || /\d/.test(a + b)) return false;
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return Math.max(a.length, b.length) - start - end <= 1;
}
