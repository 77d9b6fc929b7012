// Channel names that say what is on and when: "UFC 300 | 21:00", "PPV 1: Team A vs Team B @ 20:45 ET", "Fri 15 Mar 19:30".

/** What an event's name says. Absent parts are not said. */
export interface EventName {
  title: string;
  hour: number;
  minute: number;
  /** IANA name. */
  zone?: string;
  year?: number;
  /** 1 to 12. */
  month?: number;
  /** 1 to 31. */
  day?: number;
  /** 0 = Sunday. */
  weekday?: number;
}

const MAX_NAME = 256;
const MIN_TITLE_LETTERS = 3;

const ZONES: ReadonlyMap<string, string> = new Map([
  ...['ET', 'EST', 'EDT'].map((name) => [name, 'America/New_York'] as const),
  ...['CT', 'CST', 'CDT'].map((name) => [name, 'America/Chicago'] as const),
  ...['MT', 'MST', 'MDT'].map((name) => [name, 'America/Denver'] as const),
  ...['PT', 'PST', 'PDT'].map((name) => [name, 'America/Los_Angeles'] as const),
  ...['UK', 'BST'].map((name) => [name, 'Europe/London'] as const),
  ...['CET', 'CEST', 'MEZ'].map((name) => [name, 'Europe/Berlin'] as const),
  ...['EET', 'EEST'].map((name) => [name, 'Europe/Helsinki'] as const),
  ...['MSK', 'МСК'].map((name) => [name, 'Europe/Moscow'] as const),
  ...['AEST', 'AEDT'].map((name) => [name, 'Australia/Sydney'] as const),
  ...['GMT', 'UTC'].map((name) => [name, 'UTC'] as const),
]);
const AMERICAN = /^America\//;

const MONTHS = names([
  'jan january янв января ene enero janv janvier januar gen gennaio',
  'feb february фев февраля febrero fevr fevrier februar febbraio',
  'mar march мар марта marzo mars marz',
  'apr april апр апреля abr abril avril aprile',
  'may мая mai maggio mayo',
  'jun june июн июня junio juin juni giu giugno',
  'jul july июл июля julio juillet juli lug luglio',
  'aug august авг августа ago agosto aout',
  'sep sept september сен сентября septiembre septembre set settembre',
  'oct october окт октября octubre octobre okt oktober ott ottobre',
  'nov november ноя ноября noviembre novembre',
  'dec december дек декабря dic diciembre decembre dez dezember dicembre',
]);
const WEEKDAYS = names([
  'sun sunday вс воскресенье domingo dimanche sonntag domenica',
  'mon monday пн понедельник lunes lundi montag lunedi',
  'tue tues tuesday вт вторник martes mardi dienstag martedi',
  'wed wednesday ср среда miercoles mercredi mittwoch mercoledi',
  'thu thur thurs thursday чт четверг jueves jeudi donnerstag giovedi',
  'fri friday пт пятница viernes vendredi freitag venerdi',
  'sat saturday сб суббота sabado samedi samstag sabato',
]);

const CLOCK_TIME =
  /(?<![\d:.,])(\d{1,2})(?::([0-5]\d)(?::[0-5]\d)?|h([0-5]\d))(?![\d:])(?:\s?([ap])\.?m\b\.?)?/i;
const HOUR_ONLY = /(?<![\d:.,])(\d{1,2})\s?([ap])\.?m\b\.?/i;
const ZONE_AFTER = /^\s*[([]?(?:Uhr\s*)?([A-ZМСК]{2,4})(?!\p{L})[)\]]?/u;
const ISO_DATE = /(?<!\d)(20\d\d)-(\d{1,2})-(\d{1,2})(?!\d)/;
const DOTTED_DATE = /(?<![\d.])(\d{1,2})[./](\d{1,2})(?:[./](20\d\d|\d\d))?(?![\d.])/;
const DAY_MONTH =
  /(?<![\p{L}\d])(\d{1,2})(?:st|nd|rd|th)?\.?\s+(?:de\s+)?(\p{L}{3,10})\.?(?!\p{L})(?:\s+(20\d\d))?/u;
const MONTH_DAY = /(?<![\p{L}\d])(\p{L}{3,10})\.?\s+(\d{1,2})(?:st|nd|rd|th)?(?![\d:])(?:,?\s+(20\d\d))?/u;
const WORD = /(?<!\p{L})\p{L}{2,11}(?!\p{L})/gu;
/** "PPV 1:", "EVENT 03 |": which of many like it. */
const LABEL = /^[\p{L}+ ]{2,24}\d{1,3}\s*[:|]\s*(?=\S)/u;
const EDGES = /^[\s|@\-–—:,;/.()[\]]+|[\s|@\-–—:,;/([]+$/gu;

/** Takes the time, and a date if any, out of a name; null where the name has none, or nothing but that. */
export function readEventName(name: string): EventName | null {
  const text = name.slice(0, MAX_NAME).normalize('NFKC');
  const time = readTime(text);
  if (time === null) return null;
  const { rest, ...when } = time;
  const date = readDate(rest, AMERICAN.test(when.zone ?? ''));
  const title = titleOf(date.rest);
  if ((title.match(/\p{L}/gu) ?? []).length < MIN_TITLE_LETTERS) return null;
  return { title, ...when, ...date.said };
}

/** IANA name of the zone that is written so; upper case. */
export function zoneNamed(text: string): string | undefined {
  return ZONES.get(text);
}

/** 1 to 12, in any of the languages known. */
export function monthNamed(word: string): number | undefined {
  const month = MONTHS.get(plain(word));
  return month === undefined ? undefined : month + 1;
}

/** 0 = Sunday. */
export function weekdayNamed(word: string): number | undefined {
  return WEEKDAYS.get(plain(word));
}

function readTime(text: string): (Pick<EventName, 'hour' | 'minute' | 'zone'> & { rest: string }) | null {
  const match = CLOCK_TIME.exec(text) ?? HOUR_ONLY.exec(text);
  if (match === null) return null;
  const isHourOnly = match.length === 3;
  const half = (isHourOnly ? match[2] : match[4])?.toLowerCase();
  const hour = toHour(Number(match[1]), half);
  if (hour === null) return null;
  const minute = isHourOnly ? 0 : Number(match[2] ?? match[3]);
  const after = text.slice(match.index + match[0].length);
  const named = ZONE_AFTER.exec(after);
  const zone = ZONES.get(named?.[1] ?? '');
  const rest = `${text.slice(0, match.index)} ${zone === undefined ? after : after.slice(named?.[0].length)}`;
  return { hour, minute, ...(zone === undefined ? {} : { zone }), rest };
}

function toHour(hour: number, half: string | undefined): number | null {
  if (half === undefined) return hour < 24 ? hour : null;
  if (hour < 1 || hour > 12) return null;
  return (hour % 12) + (half === 'p' ? 12 : 0);
}

type Said = Pick<EventName, 'year' | 'month' | 'day' | 'weekday'>;

function readDate(text: string, isAmerican: boolean): { said: Said; rest: string } {
  const found = numericDate(text, isAmerican) ?? wordyDate(text);
  const rest = found === null ? text : text.replace(found.match, ' ');
  const weekday = readWeekday(rest);
  return {
    said: { ...found?.said, ...(weekday === null ? {} : { weekday: weekday.day }) },
    rest: weekday === null ? rest : rest.replace(weekday.word, ' '),
  };
}

function numericDate(text: string, isAmerican: boolean): { said: Said; match: string } | null {
  const iso = ISO_DATE.exec(text);
  if (iso) return dated(iso[0], { year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) });
  const dotted = DOTTED_DATE.exec(text);
  if (!dotted || dotted[0] === '24/7') return null;
  const [first, second] = [Number(dotted[1]), Number(dotted[2])];
  const monthFirst = second > 12 || (isAmerican && dotted[0].includes('/') && first <= 12);
  const [day, month] = monthFirst ? [second, first] : [first, second];
  const year = dotted[3] === undefined ? {} : { year: 2000 + (Number(dotted[3]) % 100) };
  return dated(dotted[0], { day, month, ...year });
}

function wordyDate(text: string): { said: Said; match: string } | null {
  const dayFirst = DAY_MONTH.exec(text);
  const monthOf = (word: string | undefined): number => MONTHS.get(plain(word ?? '')) ?? -1;
  if (dayFirst && monthOf(dayFirst[2]) >= 0) {
    return dated(
      dayFirst[0],
      withYear(dayFirst[3], { day: Number(dayFirst[1]), month: monthOf(dayFirst[2]) + 1 }),
    );
  }
  const monthFirst = MONTH_DAY.exec(text);
  if (!monthFirst || monthOf(monthFirst[1]) < 0) return null;
  return dated(
    monthFirst[0],
    withYear(monthFirst[3], { day: Number(monthFirst[2]), month: monthOf(monthFirst[1]) + 1 }),
  );
}

function withYear(year: string | undefined, said: Said): Said {
  return year === undefined ? said : { ...said, year: Number(year) };
}

function dated(match: string, said: Said): { said: Said; match: string } | null {
  const { month = 0, day = 0 } = said;
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { said, match } : null;
}

/** Short names count as weekdays only at the edge of a name ("Fri 15 Mar"), where they are no word of it ("Sat 1"). */
function readWeekday(text: string): { day: number; word: string } | null {
  const words = text.match(WORD) ?? [];
  for (const word of [words[0], words.at(-1)]) {
    const day = WEEKDAYS.get(plain(word ?? ''));
    if (word !== undefined && day !== undefined) return { day, word };
  }
  return null;
}

function titleOf(text: string): string {
  const tidy = text
    .replace(/[([]\s*[)\]]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(EDGES, '');
  const bare = tidy.replace(LABEL, '').replace(EDGES, '');
  return /\p{L}{2}/u.test(bare) ? bare : tidy;
}

function names(lines: readonly string[]): ReadonlyMap<string, number> {
  return new Map(lines.flatMap((line, at) => line.split(' ').map((name): [string, number] => [name, at])));
}

function plain(word: string): string {
  return word.toLowerCase().normalize('NFD').replace(/\p{M}/gu, '').normalize('NFC');
}
