import { readTitle, type MarkedTitle } from '../films/title-marks.js';

/** What people write around the title of a film when they put it up. */
const CHATTER =
  /(?:^|[\s,.|([])(?:смотреть(?:\s+(?:онлайн|фильм|бесплатно))*|онлайн|бесплатно|без\s+рекламы|в\s+(?:хорошем|отличном|высоком)\s+качестве|в\s+hd|(?:full\s?)?hd(?:rip)?|web-?dl(?:rip)?|bd-?rip|blu-?ray|[248]k|uhd|(?:480|720|1080|2160)[pр]?|полный\s+фильм|полная\s+версия|фильм\s+целиком|целиком|full\s+movie|дубляж|дублированный|лицензия)(?=$|[\s,.|)\]!])/giu;
/** Behind these stands what is no title: genres, a studio, a country. */
const ASIDE = /\s+[|•·]\s+|\s{2,}[-–—]\s+/u;
/** A bare number may belong to the title; "2010 года", "«Имя» 2010" and ", 2010" do not. */
const LOOSE_YEAR =
  /(?:[»"”,|]\s*((?:19|20)\d\d)(?!\d)|(?<!\d)((?:19|20)\d\d)\s*г(?:\.|од\p{L}{0,2}))(?:\s*г(?:\.|од\p{L}{0,2}))?/u;
const YEAR_IN_BRACKETS = /[([][^()[\]]{0,60}?((?:18|19|20)\d\d)(?:\s*(?:г\.?|год\.?))?[^()[\]]{0,60}[)\]]/u;
/** "Имя /Name" and "Имя/ Name": a slash with a blank on one side. A slash without any may be part of a name. */
const SLASH = /\s+\/\s*|\s*\/\s+/gu;
const KIND_IN_FRONT =
  /^(?:(?:художественный|полнометражный|русский|советский)\s+)*(?:кино)?фильм\s+(?=["«„“])/iu;

/**
 * The title of a film out of what stands above a video: "Ларри Краун /Larry Crowne (2011) | комедия в HD" is "Ларри
 * Краун" of 2011. The marks mean what they mean in guides.
 */
export function cleanTitle(written: string): MarkedTitle {
  const inBrackets = YEAR_IN_BRACKETS.exec(written);
  const [head = ''] = (inBrackets ? written.slice(0, inBrackets.index) : written).split(ASIDE);
  const spaced = head.replace(SLASH, ' / ').replace(KIND_IN_FRONT, '').trim();
  const quiet = spaced
    .replace(LOOSE_YEAR, closingQuote)
    .replace(CHATTER, ' ')
    .replace(/[([]\s*[)\]]/g, ' ')
    .trim();
  // A film may be called "Онлайн".
  const title = /\p{L}|\d/u.test(quiet) ? quiet : spaced;
  const read = readTitle(title === '' ? written : title);
  // Episodes and parts may stand in what was cut off.
  const part = read.part ?? readTitle(written).part;
  return { ...read, part, year: read.year ?? numberIn(inBrackets?.[1]) ?? looseYear(written) };
}

function looseYear(written: string): number | null {
  const [, behind, dated] = LOOSE_YEAR.exec(written) ?? [];
  return numberIn(behind ?? dated);
}

/** The quote before the year stays. */
function closingQuote(found: string): string {
  return /^[»"”]/u.exec(found)?.[0] ?? '';
}

function numberIn(text: string | undefined): number | null {
  return text === undefined ? null : Number(text);
}
