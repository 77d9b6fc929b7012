// Channel names → what is compared. Spelling, quality and decoration go; words, numbers, plus signs and time shifts stay.
import { joinTokens, numbersOf, tokensOf } from './compare-text.js';

export type Quality = 'uhd' | 'fhd' | 'hd' | 'sd';

/** What a channel name says, taken apart. */
export interface NameParts {
  /** Normal form: equal for two spellings of one channel. Empty where nothing is left. */
  key: string;
  /** The words of the normal form. */
  tokens: readonly string[];
  /** The name as the list means it: without source notes, id remnants and stars. */
  title: string;
  /** The title without quality, bitrate and country: what all alternates of the channel share. */
  display: string;
  quality: Quality | null;
  /** Country of a tag such as `[RU]`, `(UK)` or `RU:`, upper case. */
  country: string | null;
  /** The numbers that tell channels of one family apart, in order: "1", "2 1000"; a time shift as "+1". */
  numbers: string;
}

/** What is known of an entry besides its name. */
export interface NameContext {
  /** Last hexadecimal digits of the entry's own AceStream id. */
  ownTail: string;
  /** Whether three hexadecimal digits end some AceStream id of the list. */
  isTail: (hex: string) => boolean;
}

const MAX_NAME = 512;
/** "ESPN 2 dab ...e63": lists that show the end of each AceStream id, sometimes of the one before it too. */
const ID_REMNANT = /^(.*?)(?:\s+([0-9a-f]{3}))?\s*(?:\.{2,}|…)\s*[0-9a-f]{3}\s*$/i;
/** "--> NAME": who published it. */
const SOURCE_NOTE = /\s+(?:-{1,3}>|→)\s+.*$/u;
const STARS = /[*★☆✪]+/gu;
/** Ⓖ Ⓢ Ⓨ and other circled letters and pictures mark restrictions, not names. */
const MARKS = /[\u24b6-\u24e9\u2b50\u{1f1e6}-\u{1f1ff}\u{1f300}-\u{1faff}\u2600-\u27bf]|\ufe0f/gu;
const NOTES =
  /[([]\s*(?:not 24\/7|geo-?blocked|geo|offline|backup|reserve?|резерв|test(?:ed)?|тест|dead|eng|multi(?:-?audio)?|vpn)\s*[)\]]/giu;
const TECHNICAL: readonly RegExp[] = [
  word('\\d{1,6}(?:[.,]\\d{1,3})?\\s?(?:kbps|kb/s|kbit(?:/s)?|mbps|mbit(?:/s)?|кбит(?:/с)?)'),
  word('(?:25|30|50|60)\\s?fps'),
  word('hevc|[hx]\\.?26[45]|avc|mpeg-?[24]|hdr(?:10)?'),
];

/** Best first; the first that is found names the quality, all of them leave the name. */
const QUALITIES: readonly (readonly [Quality, RegExp])[] = [
  ['uhd', word('u-?hd|ultra\\s?hd|[48]k|(?:2160|4320)[pi]?|3840x2160')],
  ['fhd', word('f-?hd|full\\s?hd|(?:1080|1440)[pi]?|1920x1080')],
  ['hd', word('hd\\s?ready|hdtv|hd|720[pi]?|[79]\\d\\d[pi]|1280x720')],
  ['sd', word('sd|nhd|[es]dtv|w?s?vga|[1-6]\\d\\d[pi]|576|lq')],
];

/** Quick look before the exact ones: most names say nothing of quality. */
const MAYBE_QUALITY = /hd|sd|[48]k|\d{3}|vga|lq/i;
const MAYBE_NOTE = /[([]|\d\s?(?:k|m|к|fps)|hevc|26[45]|avc|mpeg|hdr/i;

const COUNTRIES = new Set(
  (
    'AD AE AL AM AR AT AU AZ BA BE BG BO BR BY CA CH CL CN CO CR CU CY CZ DE DK DO DZ EC EE EG EN ES FI FR GB GE GR ' +
    'GT HK HN HR HU ID IE IL IN IQ IR IS IT JO JP KE KG KR KW KZ LB LT LU LV LY MA MD ME MK MT MX MY NI NL NO NZ PA ' +
    'PE PH PK PL PR PS PT PY QA RO RS RU SA SE SG SI SK SV SY TH TJ TM TN TR UA UK US UY UZ VE VN XK YE ZA LAT LATAM ' +
    'ENG ESP FRA GER DEU ITA POL POR RUS TUR UKR USA'
  ).split(' '),
);
const COUNTRY_SYNONYMS: ReadonlyMap<string, string> = new Map([
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
/** `[RU]`, `(UK)` and `|ES|` anywhere, `RU:` and `RU |` in front. Upper case only: "(it)" is a word. */
const BRACKET_TAG = /\s*[[(|]\s*([A-Z]{2,5})\s*[\])|]/g;
const PREFIX_TAG = /^\s*(?:\|\s*([A-Z]{2,5})\s*\||\[\s*([A-Z]{2,5})\s*\]|([A-Z]{2,5})\s*[:|])\s*/;
const HAS_WORD = /[\p{L}\p{N}]/u;

/** The normal form alone; see `NameParts.key`. */
export function normaliseName(name: string): string {
  return readName(name).key;
}

/** Takes a channel name apart. */
export function readName(name: string, context?: NameContext): NameParts {
  const bare = withoutRemnant(name.slice(0, MAX_NAME), context).replace(SOURCE_NOTE, '').replace(MARKS, ' ');
  const { text: untagged, country } = takeCountry(bare.normalize('NFKC'));
  const plain = MAYBE_NOTE.test(untagged)
    ? TECHNICAL.reduce((text, pattern) => text.replace(pattern, ' '), untagged.replace(NOTES, ' '))
    : untagged;
  const { text, quality } = takeQuality(plain.replace(STARS, ' '));
  const title = tidy(bare.replace(STARS, ' ')) || name.trim();
  const display = tidy(text) || title;
  const tokens = tokensOf(display);
  return { key: joinTokens(tokens), tokens, title, display, quality, country, numbers: numbersOf(tokens) };
}

/** An identifier (a guide id) in the form two of them are compared in, quality left out. */
export function normaliseId(id: string): string {
  return joinTokens(tokensOf(takeQuality(id.slice(0, MAX_NAME).normalize('NFKC')).text));
}

/** Rank for sorting alternates, best picture first; what says nothing stands between HD and SD. */
export function qualityRank(quality: Quality | null): number {
  return quality === null ? 3 : { uhd: 0, fhd: 1, hd: 2, sd: 4 }[quality];
}

function withoutRemnant(name: string, context: NameContext | undefined): string {
  const match = ID_REMNANT.exec(name);
  if (match === null) return withoutOwnTail(name, context);
  const [, body = '', hex] = match;
  if (body.trim() === '') return name;
  return hex === undefined || isRemnant(hex, body, context) ? body : `${body} ${hex}`;
}

/** Three digits alone may be a part of the name ("Eurosport 360"): something must speak for an id. */
function isRemnant(hex: string, body: string, context: NameContext | undefined): boolean {
  const isNumber = /^\d+$/.test(hex);
  return (
    !isNumber ||
    hex.startsWith('0') ||
    /\d\S*$|hd$/i.test(body) ||
    context?.isTail(hex.toLowerCase()) === true
  );
}

function withoutOwnTail(name: string, context: NameContext | undefined): string {
  if (context === undefined) return name;
  const tail = /^(.+\S)\s+([0-9a-f]{3,6})\s*$/i.exec(name);
  const isOwn = tail?.[2] !== undefined && context.ownTail.endsWith(tail[2].toLowerCase());
  return isOwn ? (tail[1] ?? name) : name;
}

function takeCountry(name: string): { text: string; country: string | null } {
  let country: string | null = null;
  const known = (code: string | undefined): boolean => {
    if (code === undefined || !COUNTRIES.has(code)) return false;
    country ??= COUNTRY_SYNONYMS.get(code) ?? code;
    return true;
  };
  const text = name
    .replace(PREFIX_TAG, (tag, a?: string, b?: string, c?: string) => (known(a ?? b ?? c) ? '' : tag))
    .replace(BRACKET_TAG, (tag, code: string) => (known(code) ? ' ' : tag));
  return HAS_WORD.test(text) ? { text, country } : { text: name, country: null };
}

function takeQuality(name: string): { text: string; quality: Quality | null } {
  if (!MAYBE_QUALITY.test(name)) return { text: name, quality: null };
  let text = name;
  let quality: Quality | null = null;
  for (const [step, pattern] of QUALITIES) {
    const cut = text.replace(pattern, ' ');
    if (cut === text) continue;
    quality ??= step;
    text = cut;
  }
  // A channel named "HD" or "4K" is one.
  return HAS_WORD.test(text) ? { text, quality } : { text: name, quality };
}

/** Drops brackets that have been emptied, and signs left over at both ends. */
function tidy(text: string): string {
  return text
    .replace(/[([{][\s\-/,.|]*[)\]}]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[\s\-–—|:,;/]+|[\s\-–—|:,;/]+$/gu, '')
    .trim();
}

function word(alternatives: string): RegExp {
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives})(?![\\p{L}\\p{N}])`, 'giu');
}
