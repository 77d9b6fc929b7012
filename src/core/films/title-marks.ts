// Marks that guides put around titles: what kind of work it is, which part of it, for whom.

export type TitleMark = 'film' | 'animation' | 'series' | 'documentary';

export interface MarkedTitle {
  /** Without the marks. */
  title: string;
  mark: TitleMark | null;
  /** An episode or a part of several: "5-я серия", "S1 E2", "T4", "2 с.", "(4/4)". */
  part: 'episode' | 'part' | null;
  ageLimit: number | null;
  /** "(1999)" at the end. */
  year: number | null;
  /** "(AKA …)", or the other half of "Имя / Name". */
  originalTitle: string;
}

const PREFIXES: readonly (readonly [TitleMark, RegExp])[] = [
  ['series', /^(?:т|м|д|д-ф|мульт)\s?\/\s?с(?:ериал)?\.?(?=[\s"«„“])\s*/iu],
  ['documentary', /^(?:д|док)\s?\/\s?ф(?:ильм)?\.?(?=[\s"«„“])\s*/iu],
  ['animation', /^м\s?\/\s?ф(?:ильм)?\.?(?=[\s"«„“])\s*/iu],
  ['film', /^(?:х|к|худ|т)\.?\s?\/\s?ф(?:ильм)?\.?(?=[\s"«„“])\s*/iu],
  ['film', /^(?:художественный фильм|худ\.\s?фильм|кинофильм|фильм|кино|фільм)\s*[:.]?\s*(?=["«„“])/iu],
  ['film', /^(?:фильм|кино|кинофильм|художественный фильм)\s*[:—–]\s*/iu],
  [
    'film',
    /^(?:film|movie|feature film|cine|cinema|pel[ií]cula|t[ée]l[ée]film|spielfilm|filme|scann[aá]n)\s?:\s+/iu,
  ],
  ['film', /^movie\s+[-–]\s+/iu],
];
/** Before the mark: "Премьера. Т/с …". */
const OVERTURE = /^(?:премьера(?:\s+недели|\s+сезона)?|premiere|estreno|kино на\s\S+)\s*[.!:]\s*/iu;

const EPISODE: readonly RegExp[] = [
  /(?:^|[^\p{L}\d])\d{1,5}(?:-?[яй]\.?)?(?:\s*(?:[-–,]|и)\s*\d{1,5}(?:-?[яй])?)*\s*(?:сери[яийюе]\p{L}*|сер\.|выпуск|эпизод|серія|серії)(?![\p{L}])/iu,
  /(?:^|[^\p{L}])(?:сери[яи]|эпизод|выпуск|сезон|episode|episodio|épisode|folge|staffel|season|saison|temporada|stagione|cap[ií]tulo|puntata|aflevering|ep\.)\s*[#№:]?\s*\d/iu,
  /(?:^|[^\p{L}\d])(?:s\d{1,3}\s?[./:]?\s?e\p{L}{0,2}\d{1,5}|t\d{1,3}\s?[./:]?\s?e\d{1,5}|\d{1,2}x\d{2,3})(?![\p{L}\d])/iu,
  /\s(?:T|S)\d{1,2}(?:\/\d+)?\s*(?:$|·|\(\d{1,3}\/\d{1,3}\))/u,
  /\.\s*фильм\s+\d+(?:-й)?\s*\./iu,
  /\(\s*\d{1,3}\s*\/\s*\d{1,3}\s*\)/u,
  /(?:^|[^\p{L}])часть\s+\d+-я(?![\p{L}])/iu,
];
/** "2 с.", "1-4 с.", "3 и 4 с.", "1 ч.", "1 и 2 части": what stands behind the title of a film in parts. */
const PART =
  /(?:["».!?]|^|\s)\s*\d{1,3}(?:\s*(?:[-–,]|и)\s*\d{1,3})*\s*(?:с|ч)\.(?=\s|$|\()|\d+(?:\s*(?:[-–]|и)\s*\d+)?-?я?\s+част[ьи](?![\p{L}])/iu;

const AGE = /[([]?\s*(?<![\d+])(\d{1,2})\s?\+\s*[)\]]?\s*\.?\s*$/u;
const YEAR = /\s*[([]((?:18|19|20)\d\d)[)\]]\s*\.?$/u;
const AKA = /\s*\((?:aka|a\.k\.a\.|originaltitel|original title|t\.o\.|vo|v\.o\.)[:.]?\s+([^()]+)\)\s*$/iu;
/** Language of the sound, as Pluto writes it behind titles. */
const LANGUAGE_TAG = /\s+(?:DE|EN|ES|FR|IT|PT|OV|OmU|HD|UHD)$/u;
const REMARKS =
  /\s*[([](?:с субтитрами|субтитры|повтор|hd|uhd|4k|sub|subt?itulad[ao]|vose|ov|omu|stereo|ad|r|repeat)[)\]]\s*\.?$/iu;

/** What a mark in front of a title cannot do without: guides hold a million titles, and most have none of it. */
const MAY_BE_MARKED = /[/:"«„“.!]|^movie\s/iu;
const MARK_REACH = 40;

/** Takes a title apart. */
export function readTitle(written: string): MarkedTitle {
  let text = decodeLeftovers(written).replace(/\s+/gu, ' ').trim();
  let mark: TitleMark | null = null;
  if (MAY_BE_MARKED.test(text.slice(0, MARK_REACH))) {
    text = text.replace(OVERTURE, '');
    const found = PREFIXES.find(([, prefix]) => prefix.test(text));
    if (found) {
      mark = found[0];
      text = text.replace(found[1], '');
    }
  }
  const part = partOf(text);
  let ageLimit: number | null = null;
  if (text.includes('+')) {
    ageLimit = matchNumber(AGE, text, 21);
    text = text.replace(AGE, '');
  }
  text = trimEnds(text);
  if (/[)\]]$/.test(text)) text = trimEnds(text.replace(REMARKS, ''));
  text = trimEnds(text.replace(LANGUAGE_TAG, ''));
  let year: number | null = null;
  let aka = '';
  if (/[)\]]$/.test(text)) {
    year = matchNumber(YEAR, text, 2100);
    text = trimEnds(text.replace(YEAR, ''));
    aka = AKA.exec(text)?.[1] ?? '';
    text = trimEnds(text.replace(AKA, ''));
  }
  const { title, other } = splitScripts(unquote(text));
  return { title, mark, part, ageLimit, year, originalTitle: aka === '' ? other : aka.trim() };
}

function partOf(text: string): MarkedTitle['part'] {
  if (!/\d/.test(text)) return null;
  if (EPISODE.some((pattern) => pattern.test(text))) return 'episode';
  return PART.test(text) ? 'part' : null;
}

/** Some grabbers escape twice: `&#34;` is still there after the guide was read. */
function decodeLeftovers(text: string): string {
  if (!text.includes('&')) return text;
  return text
    .replace(/&#(\d{1,6});/g, (whole, code: string) => safeCharacter(Number(code)) ?? whole)
    .replace(/&(?:quot|#x22);/g, '"')
    .replace(/&amp;/g, '&');
}

function safeCharacter(code: number): string | undefined {
  return code >= 0x20 && code <= 0xffff && !(code >= 0x7f && code < 0xa0)
    ? String.fromCodePoint(code)
    : undefined;
}

function matchNumber(pattern: RegExp, text: string, most: number): number | null {
  const found = pattern.exec(text)?.[1];
  const value = found === undefined ? NaN : Number(found);
  return Number.isInteger(value) && value <= most ? value : null;
}

/** One full stop at the end is the guide's; dots of "E.T." and of "…" are the title's. */
function trimEnds(text: string): string {
  const trimmed = text.trim().replace(/(?<=\S)\s*[-–—|:]$/u, '');
  if (!trimmed.endsWith('.')) return trimmed;
  const before = trimmed.slice(-12);
  return /(?:^|[^.\p{L}])\p{L}{2,}["»”)\d]*\.$|\p{L}{6,}["»”)\d]*\.$|["»”)!?\d]\.$/u.test(before)
    ? trimmed.slice(0, -1).trim()
    : trimmed;
}

const QUOTES: readonly (readonly [string, string])[] = [
  ['"', '"'],
  ['«', '»'],
  ['„', '“'],
  ['“', '”'],
  ['‘', '’'],
];

/** Quotes around the whole title go; quotes inside stay. */
function unquote(text: string): string {
  for (const [open, close] of QUOTES) {
    if (text.length < 3 || !text.startsWith(open) || !text.endsWith(close)) continue;
    const inner = text.slice(1, -1);
    // `"След". "Неповинная"` is two titles in quotes, not one.
    if (open === close ? !/"[.,;:]?\s+"/.test(inner) : balanced(inner, open, close)) {
      return inner.trim();
    }
  }
  return text;
}

function balanced(text: string, open: string, close: string): boolean {
  let depth = 0;
  for (const character of text) {
    if (character === open) depth++;
    else if (character === close && --depth < 0) return false;
  }
  return depth === 0;
}

/** "Имя / Name": the half in the other script is the original title. */
function splitScripts(text: string): { title: string; other: string } {
  const halves = text.includes('/') ? text.split(/\s+\/\s+/u) : [text];
  const [first, second] = halves;
  if (halves.length !== 2 || !first || !second) return { title: text, other: '' };
  const isCyrillic = (half: string): boolean => /\p{Script=Cyrillic}/u.test(half);
  if (isCyrillic(first) === isCyrillic(second)) return { title: text, other: '' };
  return { title: first.trim(), other: second.trim() };
}
