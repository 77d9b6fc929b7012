// "Name (Категория)": the only place where lists without attributes put a channel's category.
import type { FoundEntry } from './types.js';

const TRAILING = /^(.*\S)\s*\(([^()]{2,40})\)$/;
const NOT_A_CATEGORY =
  /\d|^(?:[fu]?hd|sd|4k|8k|uhd|hevc|hq|lq|backup|test(?:ed)?|geo.*|not 24.*|[a-z]{2,3}|live|online|vip|free)$/iu;

/**
 * Moves the category out of the name, only where no entry of the list has a group and at least half of the names end
 * with one: a single "Disney XD (England)" is a name.
 */
export function takeTitleCategories(entries: readonly FoundEntry[]): void {
  if (entries.some(({ group }) => group !== null)) return;
  const matches = entries.map(({ name }) => {
    const match = TRAILING.exec(name);
    return match?.[2] !== undefined && !NOT_A_CATEGORY.test(match[2]) ? match : null;
  });
  const named = matches.filter((match) => match !== null).length;
  if (named === 0 || named * 2 < entries.length) return;
  const distinct = new Set(matches.map((match) => match?.[2]));
  // Categories repeat; in a long list, what hardly ever repeats is a part of the names.
  if (named >= 20 && distinct.size > named * 0.75) return;
  entries.forEach((entry, at) => {
    const match = matches[at];
    if (match?.[1] === undefined || match[2] === undefined) return;
    entry.name = match[1];
    entry.group = match[2].trim();
  });
}
