// Do two names under one guide id mean one channel? Lists give a whole family of channels the id of its head.

const MIN_TYPO_LENGTH = 5;
/** Words that tell no channel from another. */
const GENERIC = new Set(
  (
    'tv тв channel канал телеканал television network live online official the de la le el il les los das der die and y i и ' +
    'news новости backup reserve reserva резерв резервный запасной alt alternative mirror spare main source stream feed ' +
    'server link option opcion'
  ).split(' '),
);

/**
 * Whether two tokenised names can be one channel: every telling word of one has a counterpart in the other, equal, an
 * abbreviation ("M." for "Movistar") or one letter apart. "WDR Aachen" and "WDR Bonn" do not agree, nor do "KHL" and "KHL
 * Prime"; "CBC News" and "CBC News Network" do. Names in different scripts cannot be compared and are let agree.
 */
export function namesAgree(a: readonly string[], b: readonly string[]): boolean {
  const left = telling(a);
  const right = telling(b);
  if (left.length === 0 || right.length === 0) return left.length === right.length;
  if (scriptOf(left) !== scriptOf(right)) return true;
  if (left.join('') === right.join('')) return true;
  return (
    left.every((word) => hasCounterpart(word, right)) && right.every((word) => hasCounterpart(word, left))
  );
}

function telling(tokens: readonly string[]): string[] {
  const words = tokens.map((token) => token.replace(/\++$/, '')).filter((word) => word !== '');
  const kept = words.filter((word) => !GENERIC.has(word));
  return kept.length > 0 ? kept : words;
}

function hasCounterpart(word: string, others: readonly string[]): boolean {
  return others.some((other) => word === other || isAbbreviation(word, other) || isTypo(word, other));
}

/** Up to three letters that begin the other, in either direction; numbers are never abbreviated. */
function isAbbreviation(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  return short.length <= 3 && long.startsWith(short) && !/\d/.test(long);
}

function isTypo(a: string, b: string): boolean {
  if (a.length !== b.length || a.length < MIN_TYPO_LENGTH || /\d/.test(a + b)) return false;
  let differences = 0;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) differences++;
  return differences <= 1;
}

function scriptOf(words: readonly string[]): 'latin' | 'cyrillic' | 'other' {
  const text = words.join('');
  if (/\p{sc=Cyrillic}/u.test(text)) return 'cyrillic';
  return /\p{sc=Latin}/u.test(text) ? 'latin' : 'other';
}
