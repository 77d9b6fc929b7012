// Names of films in lists: "EN - Name (1999) [1080p]", "Name.1999.BluRay.x264". What is shown and what tells films apart.
import { readTitle } from './title-marks.js';

export interface ListTitle {
  /** As written, without marks of quality, language and year; where nothing is left, as written. */
  title: string;
  /** "" = not told. */
  originalTitle: string;
  year: number | null;
  /** Years. */
  ageLimit: number | null;
}

/** In capital letters only: "(it)" is a word. */
const LANGUAGE =
  /^(?:ENG?|GB|UK|USA?|DEU?|GER|AT|CH|FRA?|ESP?|LAT|LATAM|ITA?|PT|POR|BR|RUS?|UKR|UA|PL|POL|NL|DUT|TR|TUR|AR|ARA|GR|RO|HU|CZ|SK|SE|SWE|NO|NOR|DK|DAN|FI|FIN|BG|HR|SRB|RS|ALB?|EX-?YU|IN|HIN|JP|JAP|KR|KOR|CN|CHN|IR|IL|HEB)(?=$|[\s,./|+&-])/u;
const TECHNICAL =
  '[48]K|U?HD|FHD|QHD|SD|HQ|LQ|3D|HDR(?:10)?\\+?|SDR|DoVi|Dolby Vision|(?:480|540|576|720|1080|1440|2160|4320)[pi]|10bit|' +
  'HEVC|AVC|AV1|VP9|XviD|DivX|[HX]\\.?26[456]|AAC|E?AC-?3|DTS(?:-HD)?|TrueHD|Atmos|DDP?\\s?[257]\\.[01]|[257]\\.[01]|' +
  'Blu-?Ray|B[DR]Rip|WEB-?(?:DL|Rip)|HD-?(?:Rip|TV|CAM|TS)|TVRip|SATRip|DVD(?:Rip|Scr)|VHSRip|CAMRip|REMUX|' +
  'MULTI(?:-?SUBS?)?|VOST(?:FR|A|ES)|VOSE|TRUEFRENCH|SUBFRENCH|DUBBED|SUBBED|REPACK';
/** Words too, so they count only where nothing but tags stands. */
const ALSO_WORDS =
  'DV|BD|WEB|DVDR?|CAM|TS|TC|SCREENER|VOD|VF[FQI]?|VOST|VO|OmU|OV|FRENCH|SUB(?:S|FORCED|TITULAD[AO])?|DUB|DUAL(?:[ -]?AUDIO)?|' +
  'Latino|Castellano|English|German|Deutsch|Spanish|Italian|Italiano|Russian|Turkish|Arabic|Hindi|Extended(?: Cut| Edition)?|' +
  "Uncut|Unrated|Remastered|Director'?s Cut|Theatrical|IMAX|PROPER|INTERNAL|AD|480|720|1080|2160|" +
  'Дубляж|Лицензия|Субтитры|Многоголосый|MVO|DVO|AVO';
const TAG = new RegExp(`^(?:${TECHNICAL}|${ALSO_WORDS})(?=$|[\\s,./|+&-])`, 'iu');
const LAST = new RegExp(`[\\s._–|,-]+(?:${TECHNICAL})[\\s._–|,-]*$`, 'iu');
const FIRST_TECHNICAL = new RegExp(`\\s(?:${TECHNICAL})(?![\\p{L}\\p{N}])`, 'iu');
const BETWEEN_TAGS = /^[\s,./|+&-]+/;
const BRACKET = /\s*[([{|]([^()[\]{}|]{1,60})[)\]}|]/gu;
/** "EN - Name", "4K-EN - Name", "HD : Name", "EN: Name". */
const PREFIX = /^([^\s|:]{2,12}(?:\s[A-Z0-9]{2,5})?)(?:\s+[-–:|]|[:|])\s+(?=\S)/u;
const MARKS = /[★☆✪]+|[\u24b6-\u24e9\u2b50\u{1f1e6}-\u{1f1ff}\u{1f300}-\u{1faff}\u2600-\u27bf]|\ufe0f/gu;
const FILE_END = /\.(?:mkv|mp4|avi|m4v|mov|wmv|flv|webm|mpe?g|divx|vob|m2ts|ts)$/i;
/** "The.Wizard.Of.Oz.1939": dots for spaces. */
const DOTTED = /^[^\s]+(?:[._][^\s]+){2,}$/u;
const BRACKET_YEAR = /\s*[([{]\s*((?:18|19|20)\d\d)(?:\s*[-–]\s*(?:(?:18|19|20)\d\d)?)?\s*[)\]}]/gu;
const BARE_YEAR = /^(.*[\p{L}\p{N}!?.)'"»”].*?)[\s,–-]+((?:19|20)\d\d)$/u;
/** "Class of 1984": the year belongs to the title. */
const YEAR_IN_TITLE =
  /(?:^|[^\p{L}])(?:of|in|since|anno|from|year|del|von|de|года?|год|summer|route|area)$/iu;
/** Films of the coming year are announced. */
const YEARS_AHEAD = 1;
const MAX_TAGS = 12;

/** `thisYear` bounds what a number behind a title may mean: "Blade Runner 2049" has none. */
export function readListTitle(name: string, thisYear: number): ListTitle {
  let text = name.replace(MARKS, ' ').replace(FILE_END, '').trim();
  if (DOTTED.test(text)) text = text.replace(/[._]+/g, ' ');
  text = withoutPrefix(withoutBrackets(text));
  let year: number | null = null;
  for (const found of text.matchAll(BRACKET_YEAR)) year = plausible(Number(found[1]), thisYear) ?? year;
  if (year !== null) text = beforeYear(text);
  text = withoutTags(text);
  if (year === null) {
    const bare = bareYear(text, thisYear);
    text = bare.text;
    year = bare.year;
  }
  const { title, originalTitle, ageLimit, year: marked } = readTitle(withoutTags(text));
  return { title: title || name.trim(), originalTitle, year: year ?? marked, ageLimit };
}

/** What follows the year of a file's name tells of the file. */
function beforeYear(text: string): string {
  const [first = ''] = text.split(BRACKET_YEAR, 1);
  const rest = text.replace(BRACKET_YEAR, ' ');
  return first.trim() !== '' && isTags(rest.slice(first.length)) ? first : rest;
}

function withoutBrackets(text: string): string {
  return text.replace(BRACKET, (whole, inner: string) => (isTags(inner) ? ' ' : whole)).trim();
}

function withoutPrefix(text: string): string {
  const head = PREFIX.exec(text);
  const isTold = head?.[1] !== undefined && head[1] === head[1].toUpperCase() && isTags(head[1]);
  // "IT: Chapter Two".
  return head && isTold && head[0].trimEnd() !== 'IT:' ? text.slice(head[0].length) : text;
}

/** Nothing but tags of quality, version and language. */
function isTags(text: string): boolean {
  let left = text.replace(BETWEEN_TAGS, '').trimEnd();
  while (left !== '') {
    const found = TAG.exec(left) ?? LANGUAGE.exec(left);
    if (!found) return false;
    left = left.slice(found[0].length).replace(BETWEEN_TAGS, '');
  }
  return true;
}

function withoutTags(text: string): string {
  let left = text.replace(/\s{2,}/g, ' ').trim();
  for (let at = 0; at < MAX_TAGS; at++) {
    const next = left.replace(LAST, '').trim();
    if (next === left || next === '') break;
    left = next;
  }
  return left;
}

function bareYear(text: string, thisYear: number): { text: string; year: number | null } {
  const direct = BARE_YEAR.exec(text);
  if (direct) return dated(text, direct, thisYear);
  // "Name 1999 1080p BluRay GROUP": whatever follows the first mark tells of the file.
  const technical = FIRST_TECHNICAL.exec(text);
  const head = technical ? BARE_YEAR.exec(text.slice(0, technical.index).trim()) : null;
  return head ? dated(text, head, thisYear) : { text, year: null };
}

function dated(
  text: string,
  [, before = '', digits]: RegExpExecArray,
  thisYear: number,
): ReturnType<typeof bareYear> {
  const title = before.replace(/[\s,–(-]+$/u, '');
  const year = plausible(Number(digits), thisYear);
  return year === null || YEAR_IN_TITLE.test(title) ? { text, year: null } : { text: title, year };
}

function plausible(year: number, thisYear: number): number | null {
  return year >= 1880 && year <= thisYear + YEARS_AHEAD ? year : null;
}
