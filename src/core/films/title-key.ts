// Titles of films in the form they are compared in. What is shown stays as it was written.
import { tokensOf } from '../match/compare-text.js';

const ARTICLES = new Set(
  'the a an der die das ein eine el la los las un una le les l il lo gli i o os as'.split(' '),
);
const CONJUNCTIONS = new Set('and und et y e i и или und og och en'.split(' '));
/** Words before the number of a part: "Part II", "Часть 2", "Chapter Two". */
const PART_WORDS = new Set('part parte partie teil del часть chapter volume vol фильм'.split(' '));
const ROMAN = /^(?=[ivx]{2,5}$)x{0,2}(?:ix|iv|v?i{0,3})$/;
const NUMBER_WORDS: ReadonlyMap<string, string> = new Map([
  ['two', '2'],
  ['three', '3'],
  ['zwei', '2'],
  ['drei', '3'],
  ['dos', '2'],
  ['tres', '3'],
  ['deux', '2'],
  ['trois', '3'],
  ['due', '2'],
  ['tre', '3'],
  ['seconda', '2'],
  ['terza', '3'],
  ['segunda', '2'],
  ['tercera', '3'],
  ['вторая', '2'],
  ['третья', '3'],
  ['два', '2'],
  ['три', '3'],
]);

const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n',
    о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sh', ъ: '', ы: 'i',
    ь: '', э: 'e', ю: 'iu', я: 'ia', і: 'i', ї: 'i', є: 'e', ґ: 'g', ў: 'u',
  }),
); // prettier-ignore

/**
 * Equal for two spellings of one title: case, diacritics, ё and е, punctuation, articles at either end, "and", Roman
 * numerals and "Part" do not count. "" = nothing is left.
 */
export function titleKey(title: string): string {
  const all = tokensOf(title.replaceAll('½', ' 1/2')).map((token) => token.replace(/[+±]/g, ''));
  const words = all.filter((token) => token !== '' && !CONJUNCTIONS.has(token));
  const numbered = words.map((word, at) => numberOf(word, at > 0, words[at - 1]));
  const kept = numbered.filter((word, at) => !(PART_WORDS.has(word) && /^\d+$/.test(numbered[at + 1] ?? '')));
  return withoutArticles(kept).join(' ') || all.join(' ');
}

/**
 * The title by its sound, for titles in two scripts: "Сталкер" and "Stalker", "Титаник" and "Titanic". Coarser than
 * `titleKey`: what is equal here needs a second reason.
 */
export function soundKey(title: string): string {
  return soundOfKey(titleKey(title));
}

/** The same from the title's key. */
export function soundOfKey(key: string): string {
  return key
    .split(' ')
    .map((word) => soundOf(word))
    .join(' ');
}

/** Cyrillic in Latin letters; other letters as they are. */
export function transliterate(text: string): string {
  return Array.from(text.toLowerCase(), (letter) => LETTERS.get(letter) ?? letter).join('');
}

/** "II" behind a word, "два" behind "Part". A title that begins with a numeral ("IX", "Due") keeps its word. */
function numberOf(word: string, isLater: boolean, before: string | undefined): string {
  if (isLater && ROMAN.test(word)) return String(romanValue(word));
  const isPart = before !== undefined && PART_WORDS.has(before);
  return isPart ? (NUMBER_WORDS.get(word) ?? word) : word;
}

function romanValue(numeral: string): number {
  const values: Record<string, number> = { i: 1, v: 5, x: 10 };
  let sum = 0;
  for (let at = 0; at < numeral.length; at++) {
    const value = values[numeral.charAt(at)] ?? 0;
    const next = values[numeral.charAt(at + 1)] ?? 0;
    sum += value < next ? -value : value;
  }
  return sum;
}

function withoutArticles(words: readonly string[]): string[] {
  const kept = [...words];
  if (kept.length > 1 && ARTICLES.has(kept[0] ?? '')) kept.shift();
  // "Hangover, The"
  if (kept.length > 1 && ARTICLES.has(kept.at(-1) ?? '')) kept.pop();
  return kept;
}

function soundOf(word: string): string {
  return transliterate(word)
    .replace(/sch|sh/g, 's')
    .replace(/ch|tch|kh|h/g, 'h')
    .replace(/ph/g, 'f')
    .replace(/ck|c|q/g, 'k')
    .replace(/x/g, 'ks')
    .replace(/w/g, 'v')
    .replace(/[yj]/g, 'i')
    .replace(/(.)\1+/g, '$1')
    .replace(/i+(?=[aeou])/g, 'i');
}
