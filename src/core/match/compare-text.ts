// Titles in the form they are compared in: no case, no diacritics, one script a word.

const LATIN_SPECIAL: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['ø', 'o'],
  ['ł', 'l'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['þ', 'th'],
  ['ı', 'i'],
  ['æ', 'ae'],
  ['œ', 'oe'],
]);

/** Cyrillic letters that are drawn like Latin ones, and the reverse. */
const CYRILLIC_LOOKALIKES = 'аеорсухкмтвні';
const LATIN_LOOKALIKES = 'aeopcyxkmtbhi';
const TO_LATIN = pairs(CYRILLIC_LOOKALIKES, LATIN_LOOKALIKES);
const TO_CYRILLIC = pairs(LATIN_LOOKALIKES, CYRILLIC_LOOKALIKES);
/** Nothing to fold: ASCII and Russian without ё. */
const PLAIN = /^[\p{ASCII}а-я]*$/u;
const CYRILLIC = /[а-яёіїєґў]/;
const LATIN = /[a-z]/;

/** A time shift ("+1", "(+2)", "Film4+1", "+3ч"), not the plus of "RTL+ 1" or of "1+1". */
const TIME_SHIFT = /^(.*\p{L}.*?)\s*\(?\+(\d{1,2})\s?(?:h|ч|час\p{L}*)?\)?\s*$/u;
/** Stands for a time shift among the tokens; no title holds it. */
const SHIFT = '±';

/**
 * The words of a title: letters, digits and plus signs that belong to a word ("canal+"); a time shift at the end becomes
 * "±1".
 */
export function tokensOf(text: string): string[] {
  const folded = fold(text);
  const shift = folded.includes('+') ? TIME_SHIFT.exec(folded) : null;
  const body = shift === null ? folded : (shift[1] ?? '');
  const tokens = (body.match(/[\p{L}\p{N}\p{M}]+\+*|\+/gu) ?? []).map(oneScript);
  return shift === null ? tokens : [...tokens, `${SHIFT}${Number(shift[2])}`];
}

/** Tokens without blanks, but never two numbers run together: "Canal 1 1" and "Canal 11" are two channels. */
export function joinTokens(tokens: readonly string[]): string {
  return tokens.reduce((key, token) => {
    const wouldMerge = /\d$/.test(key) && /^\d/.test(token);
    return key + (wouldMerge ? ' ' : '') + token;
  }, '');
}

/** The numbers among the tokens, in order, a time shift as "+1": what tells the channels of one family apart. */
export function numbersOf(tokens: readonly string[]): string {
  const numbers = tokens.join(' ').match(/±?\d+/g);
  if (numbers === null) return '';
  return numbers.map((number) => number.replace(/^0+(?=\d)/, '').replace(SHIFT, '+')).join(' ');
}

function fold(text: string): string {
  const lower = text.toLowerCase();
  if (PLAIN.test(lower)) return lower;
  return stripMarks(text.normalize('NFKC').toLowerCase()).replace(
    /[ßøłđðþıæœ]/g,
    (letter) => LATIN_SPECIAL.get(letter) ?? letter,
  );
}

/** Diacritics of Latin, Greek and Cyrillic go, ё is е; й and ў stay letters of their own, and so do the signs of other scripts. */
function stripMarks(text: string): string {
  return text
    .normalize('NFD')
    .replace(/([\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])(\p{Mn}+)/gu, (_, letter: string, marks: string) =>
      /[иу]/.test(letter) && marks.includes('\u0306') ? `${letter}\u0306` : letter,
    )
    .normalize('NFC');
}

/** Whether a word mixes Cyrillic and Latin letters. */
export function isMixedScript(word: string): boolean {
  return CYRILLIC.test(word) && LATIN.test(word);
}

/**
 * A word that mixes Cyrillic and Latin is spelt in the script of those of its letters that exist in one script only
 * ("Кинo" with a Latin o); where all of them are look-alikes, in the script of the majority. A word of one script stays as
 * it is, even if look-alikes alone make it up ("CTC"): turning it would be a guess.
 */
function oneScript(word: string): string {
  if (!isMixedScript(word)) return word;
  const letters = Array.from(word);
  const cyrillic = letters.filter((letter) => CYRILLIC.test(letter));
  const latin = letters.filter((letter) => LATIN.test(letter));
  const ownCyrillic = cyrillic.some((letter) => !TO_LATIN.has(letter));
  const ownLatin = latin.some((letter) => !TO_CYRILLIC.has(letter));
  if (ownCyrillic && ownLatin) return word;
  const toCyrillic = ownCyrillic || (!ownLatin && cyrillic.length >= latin.length);
  const table = toCyrillic ? TO_CYRILLIC : TO_LATIN;
  return letters.map((letter) => table.get(letter) ?? letter).join('');
}

function pairs(from: string, to: string): ReadonlyMap<string, string> {
  return new Map(Array.from(from, (letter, at) => [letter, to.charAt(at)]));
}
