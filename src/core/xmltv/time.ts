import { offsetOf, WallClock } from './zones.js';

/** Letters of `YYYYMMDDhhmmss ±hhmm`. */
export const USUAL_TIME_LENGTH = 20;
const DAY = 86_400;
const ZERO = 48;
const SPACE = 32;
const PLUS = 43;
const MINUS = 45;

/**
 * XMLTV times → epoch seconds. `YYYYMMDDhhmmss ±hhmm` and everything shorter down to `YYYY` (what is missing is the
 * beginning of it), separators between the digits allowed (`2026-03-14T19:00:00Z`), fractions of seconds ignored. A time
 * without a zone is in the default zone of the source.
 */
export class GuideTimes {
  private readonly clock: WallClock;
  private readonly offsets = new Map<string, number | null>();
  /** Of the time parsed last, the other moment that it may mean: it had no zone, and an autumn repeats its hour. */
  repetition: number | null = null;
  private day = -1;
  private dayStart = 0;

  /** Throws RangeError for an unknown zone. */
  constructor(defaultZone = 'UTC') {
    this.clock = new WallClock(defaultZone);
  }

  /** Null when it is no time. */
  parse(text: string): number | null {
    this.repetition = null;
    const quick = this.parsePlain(text);
    return quick === undefined ? this.parseLoose(text.trim()) : quick;
  }

  /** `parse` of the usual form, as bytes from `start`; undefined when it is another form. */
  parseBytes(bytes: Uint8Array, start: number): number | null | undefined {
    if (bytes[start + 14] !== SPACE) return undefined;
    const date = byteDigits(bytes, start, start + 8);
    const clock = byteDigits(bytes, start + 8, start + 14);
    return this.compose(date, clock, bytes[start + 15] as number, byteDigits(bytes, start + 16, start + 20));
  }

  /** The usual form, `YYYYMMDDhhmmss ±hhmm`, without a pattern; undefined when it is another. */
  private parsePlain(text: string): number | null | undefined {
    if (text.length !== USUAL_TIME_LENGTH || text.charCodeAt(14) !== SPACE) return undefined;
    return this.compose(digits(text, 0, 8), digits(text, 8, 14), text.charCodeAt(15), digits(text, 16, 20));
  }

  private compose(date: number, clock: number, sign: number, zone: number): number | null | undefined {
    if (sign !== PLUS && sign !== MINUS) return undefined;
    if (date < 0 || clock < 0 || zone < 0) return undefined;
    const wall = this.wall(date, clock);
    if (wall === null || zone > 1500 || zone % 100 > 59) return null;
    const offset = Math.floor(zone / 100) * 3600 + (zone % 100) * 60;
    return sign === PLUS ? wall - offset : wall + offset;
  }

  private parseLoose(text: string): number | null {
    const found =
      /^(\d{4})(?:[-/.]?(\d{2})(?:[-/.]?(\d{2})(?:[T\s]*(\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,]\d{1,9})?)?)?)?)?)?\s*(\S.{0,15})?$/.exec(
        text,
      );
    if (!found) return null;
    const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00', zone] = found;
    const wall = this.wall(Number(`${year}${month}${day}`), Number(`${hour}${minute}${second}`));
    if (wall === null) return null;
    if (zone === undefined) {
      this.repetition = this.clock.repetition(wall);
      return this.clock.toEpoch(wall);
    }
    const offset = this.offset(zone);
    return offset === null ? null : wall - offset;
  }

  private offset(zone: string): number | null {
    const known = this.offsets.get(zone);
    if (known !== undefined) return known;
    if (this.offsets.size >= 1000) this.offsets.clear();
    const offset = offsetOf(zone);
    this.offsets.set(zone, offset);
    return offset;
  }

  /** `YYYYMMDD` and `hhmmss` as numbers → seconds as if in UTC; null for the 31st of February and 25 o'clock. */
  private wall(date: number, clock: number): number | null {
    const hour = Math.floor(clock / 10_000);
    const minute = Math.floor(clock / 100) % 100;
    const second = clock % 100;
    // 24:00:00 is the end of a day, 60 a leap second.
    if (hour > 24 || minute > 59 || second > 60 || (hour === 24 && clock !== 240_000)) return null;
    if (date !== this.day) {
      const start = startOfDay(date);
      if (start === null) return null;
      this.day = date;
      this.dayStart = start;
    }
    return this.dayStart + hour * 3600 + minute * 60 + second;
  }
}

/**
 * The `date` of a work: `YYYY`, `YYYYMM` or `YYYYMMDD`, of a whole time the day; null for anything else, and for
 * 19700101, which means "unknown".
 */
export function workDate(text: string): string | null {
  const found = /^\s*(\d{4})(?:-?(\d{2})(?:-?(\d{2})(?:\d{4}|\d{6})?)?)?(?!\d)/.exec(text);
  if (!found) return null;
  const [, year = '', month = '', day = ''] = found;
  const date = `${year}${month}${day}`;
  if (date === '19700101' || Number(year) < 1850 || Number(year) > 2150) return null;
  if (month !== '' && (Number(month) < 1 || Number(month) > 12)) return year;
  return day !== '' && (Number(day) < 1 || Number(day) > 31) ? `${year}${month}` : date;
}

function startOfDay(date: number): number | null {
  const year = Math.floor(date / 10_000);
  const month = Math.floor(date / 100) % 100;
  const day = date % 100;
  if (year < 1000 || month < 1 || month > 12 || day < 1) return null;
  const seconds = Date.UTC(year, month - 1, day) / 1000;
  // A day that the month does not have rolls over into the next.
  return new Date(seconds * 1000).getUTCDate() === day ? Math.floor(seconds / DAY) * DAY : null;
}

function digits(text: string, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** `digits` of bytes. */
function byteDigits(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] as number) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
