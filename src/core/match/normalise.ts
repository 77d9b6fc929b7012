// Channel names → what is compared. Spelling, quality and decoration go; words, numbers, plus signs and time shifts stay.

export type Quality = 'uhd' | 'fhd' | 'hd' | 'sd';

/** What a channel name says, taken apart. */
export interface NameParts {
  /** Normal form: equal for two spellings of one channel. Empty where nothing is left. */
  key: string;
  /** The name as the list means it: without source notes, id remnants and stars. */
  title: string;
  /** The title without quality, bitrate and country: what all alternates of the channel share. */
  display: string;
  quality: Quality | null;
  /** Two-letter country of a tag such as `[RU]`, `(UK)` or `RU:`, upper case. */
  country: string | null;
  /** The numbers that tell channels of one family apart, in order: "1", "2 1000"; a time shift as "+1". */
  numbers: string;
}

/** "ESPN 2 dab ...e63": lists that show the end of each AceStream id, sometimes of two. */
const ID_REMNANT = /(?:\s+(?=[0-9a-f]*[a-f])[0-9a-f]{3})?\s*(?:\.{2,}|…)\s*[0-9a-f]{3}\s*$/i;
/** "--> ELCANO": who published it. */
const SOURCE_NOTE = /\s+(?:-{1,3}>|→)\s+.*$/u;
const STARS = /[*★☆✪]+/gu;
/** Ⓖ Ⓢ Ⓨ and other circled letters and pictures mark restrictions, not names. */
const MARKS = /[\u24b6-\u24e9\u2b50\u{1f1e6}-\u{1f1ff}\u{1f300}-\u{1faff}\u2600-\u27bf]|\ufe0f/gu;
const NOTES =
  /[([]\s*(?:not 24\/7|geo-?blocked|geo|offline|backup|reserve?|резерв|test(?:ed)?|тест|dead|eng|multi(?:-?audio)?|vpn)\s*[)\]]/giu;
const BITRATE =
  /(?<![\p{L}\p{N}])\d+(?:[.,]\d+)?\s?(?:kbps|kb\/s|kbit(?:\/s)?|mbps|mbit(?:\/s)?|кбит\/?с?)(?![\p{L}\p{N}])/giu;
const FRAME_RATE = /(?<![\p{L}\p{N}])(?:25|30|50|60)\s?fps(?![\p{L}\p{N}])/giu;
const CODEC = /(?<![\p{L}\p{N}])(?:hevc|[hx]\.?26[45]|avc|mpeg-?[24]|hdr(?:10)?)(?![\p{L}\p{N}])/giu;

/** Best first; the first that is found names the quality, all of them leave the name. */
const QUALITIES: readonly (readonly [Quality, RegExp])[] = [
  ['uhd', word('u-?hd|ultra\\s?hd|4k|8k|2160[pi]?|3840x2160')],
  ['fhd', word('f-?hd|full\\s?hd|1080[pi]?|1440p?|1920x1080')],
  ['hd', word('hd|hdtv|720[pi]?|1280x720')],
  ['sd', word('sd|[es]dtv|w?s?vga|576[pi]?|540[pi]?|480[pi]?|404p|360p|240p|lq')],
];

const COUNTRIES = new Set(
  (
    'AD AE AL AM AR AT AU AZ BA BE BG BO BR BY CA CH CL CN CO CR CU CY CZ DE DK DO DZ EC EE EG EN ES FI FR GB GE GR ' +
    'GT HK HN HR HU ID IE IL IN IQ IR IS IT JO JP KE KG KR KW KZ LB LT LU LV LY MA MD ME MK MT MX MY NI NL NO NZ PA ' +
    'PE PH PK PL PR PS PT PY QA RO RS RU SA SE SG SI SK SV SY TH TJ TM TN TR UA UK US UY UZ VE VN XK YE ZA LAT LATAM ' +
    'ENG ESP FRA GER DEU ITA POL POR RUS TUR UKR USA'
  ).split(' '),
);
const LONG_COUNTRIES: ReadonlyMap<string, string> = new Map([
  ['ENG', 'UK'],
  ['EN', 'UK'],
  ['GB', 'UK'],
  ['ESP', 'ES'],
  ['FRA', 'FR'],
  ['GER', 'DE'],
  ['DEU', 'DE'],
  ['ITA', 'IT'],
  ['POL', 'PL'],
  ['POR', 'PT'],
  ['RUS', 'RU'],
  ['TUR', 'TR'],
  ['UKR', 'UA'],
  ['USA', 'US'],
]);
/** `[RU]`, `(UK)` anywhere but first, `RU:` and `|ES|` in front. Upper case only: "(it)" is a word. */
const BRACKET_TAG = /\s*[[(|]\s*([A-Z]{2,5})\s*[\])|]/g;
const PREFIX_TAG = /^\s*(?:\|\s*([A-Z]{2,5})\s*\||\[\s*([A-Z]{2,5})\s*\]|([A-Z]{2,5})\s*[:|])\s*/;

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

/** The normal form alone. */
export function normaliseName(name: string): string {
  return readName(name).key;
}

/** Takes a channel name apart. `idTail`: end of the entry's AceStream id, so that a bare remnant of it is known for one. */
export function readName(name: string, idTail?: string): NameParts {
  const bare = withoutRemnant(name, idTail).replace(SOURCE_NOTE, '').replace(MARKS, ' ');
  const { text: untagged, country } = takeCountry(bare.normalize('NFKC'));
  const plain = untagged
    .replace(NOTES, ' ')
    .replace(BITRATE, ' ')
    .replace(FRAME_RATE, ' ')
    .replace(CODEC, ' ');
  const { text, quality } = takeQuality(plain.replace(STARS, ' '));
  const title = tidyTitle(bare.replace(STARS, ' ')) || name.trim();
  const display = tidyTitle(text) || title;
  const key = compareKey(display);
  return { key, title, display, quality, country, numbers: numbersOf(key) };
}

/** Rank for sorting alternates, best picture first; what says nothing stands between HD and SD. */
export function qualityRank(quality: Quality | null): number {
  return quality === null ? 3 : { uhd: 0, fhd: 1, hd: 2, sd: 4 }[quality];
}

function withoutRemnant(name: string, idTail: string | undefined): string {
  const cut = name.replace(ID_REMNANT, '');
  if (cut !== name || idTail === undefined) return cut.trim() === '' ? name : cut;
  const tail = /^(.+\S)\s+([0-9a-f]{3,6})$/i.exec(name.trim());
  const isOwnTail = tail?.[2] !== undefined && idTail.endsWith(tail[2].toLowerCase());
  return isOwnTail ? (tail[1] ?? name) : name;
}

function takeCountry(name: string): { text: string; country: string | null } {
  let country: string | null = null;
  const known = (code: string | undefined): boolean => {
    if (code === undefined || !COUNTRIES.has(code)) return false;
    country ??= LONG_COUNTRIES.get(code) ?? code;
    return true;
  };
  const text = name
    .replace(PREFIX_TAG, (tag, a?: string, b?: string, c?: string) => (known(a ?? b ?? c) ? '' : tag))
    .replace(BRACKET_TAG, (tag, code: string) => (known(code) ? ' ' : tag));
  return /[\p{L}\p{N}]/u.test(text) ? { text, country } : { text: name, country: null };
}

function takeQuality(name: string): { text: string; quality: Quality | null } {
  let text = name;
  let quality: Quality | null = null;
  for (const [step, pattern] of QUALITIES) {
    const cut = text.replace(pattern, ' ');
    if (cut === text) continue;
    quality ??= step;
    text = cut;
  }
  // A channel named "HD" or "4K" is one.
  return /[\p{L}\p{N}]/u.test(text) ? { text, quality } : { text: name, quality };
}

function tidyTitle(text: string): string {
  return text
    .replace(/[([{]\s*[-/,.|]*\s*[)\]}]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s\-–—|:,;/]+|[\s\-–—|:,;/]+$/gu, '')
    .trim();
}

/** Any identifier or title in the form two of them are compared in, quality left out. */
export function compareText(text: string): string {
  return compareKey(takeQuality(text.normalize('NFKC')).text);
}

/** Lower case, no diacritics, one script a word, no blanks but between digits. */
function compareKey(display: string): string {
  const folded = stripMarks(display.toLowerCase()).replace(
    /[ßøłđðþıæœ]/g,
    (letter) => LATIN_SPECIAL.get(letter) ?? letter,
  );
  const tokens = folded.match(/\+\d+|[\p{L}\p{N}\p{M}]+\+*(?!\d)|[\p{L}\p{N}\p{M}]+|\+/gu) ?? [];
  return tokens.map(oneScript).reduce((key, token) => {
    // "Canal 1 1" and "Canal 11" are two channels: digits never run together.
    const wouldMerge = /\d$/.test(key) && /^\d/.test(token);
    return key + (wouldMerge ? ' ' : '') + token;
  }, '');
}

/** Diacritics of Latin, Greek and Cyrillic go, ё is е; й and ў stay letters of their own, and so do the signs of other scripts. */
function stripMarks(text: string): string {
  if (!/[^\p{ASCII}а-яё]|ё/u.test(text)) return text;
  return text
    .normalize('NFD')
    .replace(/([\p{sc=Latin}\p{sc=Greek}\p{sc=Cyrillic}])(\p{Mn}+)/gu, (_, letter: string, marks: string) =>
      /[иу]/.test(letter) && marks.includes('\u0306') ? `${letter}\u0306` : letter,
    )
    .normalize('NFC');
}

/**
 * A word that mixes Cyrillic and Latin is spelt in the script of its letters that exist in one script only ("СТC" with a
 * Latin C, "РTС"). Where look-alikes alone make up the word ("ТВ", "СТС", "HTB") it stays: turning it would make two
 * channels one.
 */
function oneScript(word: string): string {
  const hasCyrillic = /[а-яёіїєґў]/.test(word);
  const hasLatin = /[a-z]/.test(word);
  if (!hasCyrillic || !hasLatin) return word;
  const letters = Array.from(word);
  const ownCyrillic = letters.some((letter) => /[а-яёіїєґў]/.test(letter) && !TO_LATIN.has(letter));
  const ownLatin = letters.some((letter) => /[a-z]/.test(letter) && !TO_CYRILLIC.has(letter));
  if (ownCyrillic && ownLatin) return word;
  const cyrillicCount = letters.filter((letter) => /[а-яёіїєґў]/.test(letter)).length;
  const latinCount = letters.filter((letter) => /[a-z]/.test(letter)).length;
  const toCyrillic = ownCyrillic || (!ownLatin && cyrillicCount >= latinCount);
  const table = toCyrillic ? TO_CYRILLIC : TO_LATIN;
  return letters.map((letter) => table.get(letter) ?? letter).join('');
}

function numbersOf(key: string): string {
  return (key.match(/\+?\d+/g) ?? []).map((number) => number.replace(/^(\+?)0+(?=\d)/, '$1')).join(' ');
}

function word(alternatives: string): RegExp {
  return new RegExp(`[([]?\\s*(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])\\s*[)\\]]?`, 'giu');
}

function pairs(from: string, to: string): ReadonlyMap<string, string> {
  return new Map(Array.from(from, (letter, at) => [letter, to.charAt(at)]));
}
