import { titleKey, transliterate } from '../../core/films/title-key.js';

export interface FilmSearch {
  title: string;
  year: number | null;
  /** In which answers name the films: one that writes like the title. */
  language: string;
}

const MAX_TITLE = 120;
/** Scripts that one language stands for well enough: titles come back in letters that can be compared. */
const SCRIPTS: readonly { letters: RegExp; languages: readonly [string, ...string[]] }[] = [
  { letters: /\p{Script=Cyrillic}/u, languages: ['ru-RU', 'uk', 'bg', 'sr', 'be', 'mk', 'kk'] },
  { letters: /\p{Script=Greek}/u, languages: ['el-GR'] },
  { letters: /\p{Script=Hebrew}/u, languages: ['he-IL'] },
  { letters: /\p{Script=Arabic}/u, languages: ['ar-SA', 'fa', 'ur'] },
  { letters: /\p{Script=Hangul}/u, languages: ['ko-KR'] },
  { letters: /[\p{Script=Hiragana}\p{Script=Katakana}]/u, languages: ['ja-JP'] },
  { letters: /\p{Script=Han}/u, languages: ['zh-CN', 'ja'] },
  { letters: /\p{Script=Thai}/u, languages: ['th-TH'] },
  { letters: /\p{Script=Devanagari}/u, languages: ['hi-IN'] },
];
const UKRAINIAN = /[іїєґ]/i;

/**
 * What to ask TMDB for a film, the likeliest question first: its title with the year, its original title, both without
 * the year (guides are off by one), and a Cyrillic title in Latin letters. Empty where nothing can be searched for.
 */
export function searchesFor(
  wanted: { title: string; originalTitle: string; year: number | null },
  languages: readonly string[],
): FilmSearch[] {
  const titles = [wanted.title, wanted.originalTitle].filter(isSearchable);
  const [first] = titles;
  if (first === undefined) return [];
  const dated = titles.map((title) => search(title, wanted.year, languages));
  const undated = wanted.year === null ? [] : titles.map((title) => search(title, null, languages));
  const latin = /\p{Script=Cyrillic}/u.test(first) ? [search(transliterate(first), null, languages)] : [];
  return unique([...dated, ...undated, ...latin]);
}

/** The first configured language that writes like the title, else one that does. */
export function languageOf(title: string, languages: readonly string[]): string {
  const preferred = languages[0] ?? 'en-US';
  const script = SCRIPTS.find(({ letters }) => letters.test(title));
  if (!script) return languages.find((language) => !isOtherScript(language)) ?? 'en-US';
  const fitting = languages.find((language) => isOf(language, script.languages));
  if (fitting !== undefined) return fitting;
  if (UKRAINIAN.test(title)) return 'uk-UA';
  return isOf(preferred, script.languages) ? preferred : script.languages[0];
}

function isOtherScript(language: string): boolean {
  return SCRIPTS.some(({ languages }) => isOf(language, languages));
}

function isOf(language: string, languages: readonly string[]): boolean {
  return languages.some((each) => each.slice(0, 2) === language.slice(0, 2));
}

function isSearchable(title: string): boolean {
  return titleKey(title) !== '' && /[\p{L}\p{N}]/u.test(title);
}

function search(title: string, year: number | null, languages: readonly string[]): FilmSearch {
  const short = articleFirst(title)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_TITLE);
  const isYear = year !== null && year >= 1870 && year <= 2200;
  return { title: short, year: isYear ? year : null, language: languageOf(title, languages) };
}

/** "Godfather, The" is filed as "The Godfather". */
function articleFirst(title: string): string {
  const [, rest, article] =
    /^(.+), (the|a|an|der|die|das|le|la|les|el|los|las|il|lo|gli)$/i.exec(title) ?? [];
  return rest === undefined || article === undefined ? title : `${article} ${rest}`;
}

function unique(searches: readonly FilmSearch[]): FilmSearch[] {
  const seen = new Map(searches.map((each) => [`${each.title.toLowerCase()}|${each.year ?? ''}`, each]));
  return [...seen.values()];
}
