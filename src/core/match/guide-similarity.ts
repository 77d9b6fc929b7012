// Names that are not one but close: what a person is shown.
import type { GuideIndex, Hit } from './guide-index.js';
import type { GuideName } from './guide-name.js';

/** A word of more names than this leads nowhere by itself. */
const MAX_OF_WORD = 400;
const MAX_COMPARED = 600;
const MAX_CLOSE = 8;
const MIN_SIMILARITY = 0.5;
const MAX_SIMILARITY = 0.99;
const UNLIKE_NUMBERS = 0.7;
const MIN_TYPO_LENGTH = 7;

export interface Close {
  hit: Hit;
  /** `MIN_SIMILARITY` or more, below 1; exactly 1 for a slip of the pen. */
  similarity: number;
}

/** Names that share rare words with the given one, most similar first. */
export function closeNames(index: GuideIndex, name: GuideName): Close[] {
  const close: Close[] = [];
  for (const hit of neighbours(index, name.sounds)) {
    const similarity = differByOneLetter(name, hit.name) ? 1 : similarityOf(index, name, hit.name);
    if (similarity >= MIN_SIMILARITY) close.push({ hit, similarity });
  }
  return close.sort((a, b) => b.similarity - a.similarity).slice(0, MAX_CLOSE);
}

/** Rare words first, until enough is found. */
function neighbours(index: GuideIndex, sounds: ReadonlySet<string>): Set<Hit> {
  const near = new Set<Hit>();
  const lists = [...sounds].map((sound) => index.withSound(sound)).filter(({ length }) => length > 0);
  lists.sort((a, b) => a.length - b.length);
  for (const [at, hits] of lists.entries()) {
    if (near.size >= MAX_COMPARED || (at > 0 && hits.length > MAX_OF_WORD)) break;
    for (const hit of hits.slice(0, MAX_COMPARED)) near.add(hit);
  }
  return near;
}

/** Shared words by how rare they are; other numbers or another shift make two names unlike. */
function similarityOf(index: GuideIndex, name: GuideName, other: GuideName): number {
  let shared = 0;
  let total = 0;
  for (const sound of name.sounds) {
    const weight = index.weightOf(sound);
    total += weight;
    if (other.sounds.has(sound)) shared += weight;
  }
  for (const sound of other.sounds) if (!name.sounds.has(sound)) total += index.weightOf(sound);
  const likeness = total === 0 ? 0 : shared / total;
  const sameNumbers = name.numbers === other.numbers && name.shiftHours === other.shiftHours;
  return Math.min(MAX_SIMILARITY, sameNumbers ? likeness : likeness * UNLIKE_NUMBERS);
}

/** Whether two names have a telling word in common, in any script. */
export function shareWord(a: GuideName, b: GuideName): boolean {
  for (const sound of a.sounds) if (b.sounds.has(sound)) return true;
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
