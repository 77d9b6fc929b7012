// Patterns that operators write for names of event channels: "{title} | {HH}:{mm} {zone}".
import { monthNamed, weekdayNamed, zoneNamed, type EventName } from './event-name.js';

const MAX_PATTERN = 200;
const MAX_NAME = 256;
/** Of literal texts and fields together. */
const MAX_PARTS = 32;

type Said = Partial<EventName> & { hour12?: number; half?: 'a' | 'p' };
type Part = { kind: 'text'; text: string } | { kind: 'field'; field: Field };

/** A pattern that was read: plain text and fields in a row. */
export type NamePattern = readonly Part[];

/** What a fixed field may take at a place: ends and what they say, likeliest first. */
type Take = (name: string, at: number) => { end: number; said: Said }[];

const FIXED = {
  HH: numeric([2, 1], 0, 23, (hour) => ({ hour })),
  hh: numeric([2, 1], 1, 12, (hour12) => ({ hour12 })),
  mm: numeric([2], 0, 59, (minute) => ({ minute })),
  ampm: takeHalf,
  zone: word((text) => said('zone', zoneNamed(text.toUpperCase()))),
  weekday: word((text) => said('weekday', weekdayNamed(text))),
  day: numeric([2, 1], 1, 31, (day) => ({ day })),
  month: (name, at) => [...monthByNumber(name, at), ...monthByName(name, at)],
  year: numeric([4], 1970, 2999, (year) => ({ year })),
} satisfies Record<string, Take>;

/** Take any text, at least one character. */
const FREE = ['title', 'any'] as const;
type FixedField = keyof typeof FIXED;
type Field = FixedField | (typeof FREE)[number];

/** For help and errors. */
export const PATTERN_FIELDS: readonly string[] = [...FREE, ...Object.keys(FIXED)].map((name) => `{${name}}`);

const monthByNumber = numeric([2, 1], 1, 12, (month) => ({ month }));
const monthByName = word((text) => said('month', monthNamed(text)));

/** A pattern, or in words what is wrong with it ("must …"). No part of it is ever a regular expression. */
export function compileNamePattern(
  text: string,
): { kind: 'pattern'; pattern: NamePattern } | { kind: 'wrong'; rule: string } {
  if (text.trim() === '' || text.length > MAX_PATTERN || /\p{Cc}/u.test(text)) {
    return wrong(`must be 1 to ${MAX_PATTERN} characters on one line`);
  }
  const parts: Part[] = [];
  for (const piece of plainSpaces(text).match(/\{[^{}]*\}|[^{}]+|[{}]/g) ?? []) {
    if (/^[{}]$/.test(piece)) return wrong('must close every { with a } and hold no others');
    if (!piece.startsWith('{')) {
      parts.push({ kind: 'text', text: piece.toLowerCase() });
      continue;
    }
    const field = piece.slice(1, -1);
    if (!isField(field)) return wrong(`must not hold ${piece}; fields are ${PATTERN_FIELDS.join(', ')}`);
    parts.push({ kind: 'field', field });
  }
  const rule = brokenRule(parts);
  return rule === null ? { kind: 'pattern', pattern: parts } : wrong(rule);
}

/**
 * What the name says by the pattern; null where it does not fit as a whole. Case and the number of spaces do not count.
 * Takes time of parts × length² at most.
 */
export function matchName(pattern: NamePattern, name: string): EventName | null {
  const found = new Matcher(pattern, plainSpaces(name.slice(0, MAX_NAME)).slice(0, MAX_NAME)).match();
  if (found === null) return null;
  const { hour12, half, title, minute = 0, ...rest } = found;
  const hour = hour12 === undefined ? rest.hour : (hour12 % 12) + (half === 'p' ? 12 : 0);
  return title === undefined || hour === undefined ? null : { ...rest, title, hour, minute };
}

class Matcher {
  /** Parts and places that led nowhere. */
  private readonly dead = new Set<number>();

  constructor(
    private readonly pattern: NamePattern,
    private readonly name: string,
  ) {}

  match(): Said | null {
    return this.from(0, 0);
  }

  private from(index: number, at: number): Said | null {
    const part = this.pattern[index];
    if (part === undefined) return at === this.name.length ? {} : null;
    const key = index * (MAX_NAME + 1) + at;
    if (this.dead.has(key)) return null;
    for (const { end, said: own } of this.takes(part, at)) {
      const rest = this.from(index + 1, end);
      if (rest !== null) return { ...own, ...rest };
    }
    this.dead.add(key);
    return null;
  }

  private *takes(part: Part, at: number): Generator<{ end: number; said: Said }, void, undefined> {
    const { name } = this;
    if (part.kind === 'text') {
      const end = at + part.text.length;
      if (name.slice(at, end).toLowerCase() === part.text) yield { end, said: {} };
      return;
    }
    if (isFixed(part.field)) return yield* FIXED[part.field](name, at);
    for (let end = at + 1; end <= name.length; end++) {
      const title = name.slice(at, end).trim();
      if (part.field === 'any') yield { end, said: {} };
      else if (/[\p{L}\p{N}]/u.test(title)) yield { end, said: { title } };
    }
  }
}

function brokenRule(parts: readonly Part[]): string | null {
  const fields = parts.flatMap((part) => (part.kind === 'field' ? [part.field] : []));
  const has = (field: Field): boolean => fields.includes(field);
  const twice = fields.find((field, at) => field !== 'any' && fields.indexOf(field) !== at);
  if (twice !== undefined) return `must hold {${twice}} once`;
  if (parts.length > MAX_PARTS) return `must not have more than ${MAX_PARTS} parts`;
  if (!has('title')) return 'must hold {title}';
  if (has('HH') === has('hh')) return 'must hold {HH} (0 to 23), or {hh} with {ampm}';
  if (has('hh') !== has('ampm')) return 'must hold {hh} and {ampm} together';
  if (has('day') !== has('month')) return 'must hold {day} and {month} together';
  if (has('year') && !has('day')) return 'must hold {day} and {month} where it holds {year}';
  const isFree = (part: Part | undefined): boolean => part?.kind === 'field' && !isFixed(part.field);
  if (parts.some((part, at) => isFree(part) && isFree(parts[at + 1]))) {
    return 'must have some text or field between {title} and {any}';
  }
  return null;
}

function wrong(rule: string): { kind: 'wrong'; rule: string } {
  return { kind: 'wrong', rule };
}

function isField(text: string): text is Field {
  return text === 'title' || text === 'any' || Object.hasOwn(FIXED, text);
}

function isFixed(field: Field): field is FixedField {
  return field !== 'title' && field !== 'any';
}

function plainSpaces(text: string): string {
  return text.normalize('NFKC').replace(/\s+/gu, ' ').trim();
}

function numeric(
  lengths: readonly number[],
  least: number,
  most: number,
  say: (value: number) => Said,
): Take {
  return (name, at) =>
    lengths.flatMap((length) => {
      const digits = name.slice(at, at + length);
      const value = digits.length === length && /^[0-9]+$/.test(digits) ? Number(digits) : -1;
      return value >= least && value <= most ? [{ end: at + length, said: say(value) }] : [];
    });
}

/** The whole word at the place, if `say` knows it. */
function word(say: (text: string) => Said | null): Take {
  return (name, at) => {
    const text = /^\p{L}{2,12}(?!\p{L})/u.exec(name.slice(at, at + 16))?.[0] ?? '';
    const told = text === '' ? null : say(text);
    return told === null ? [] : [{ end: at + text.length, said: told }];
  };
}

function takeHalf(name: string, at: number): { end: number; said: Said }[] {
  const match = /^([ap])\.?m\b\.?/i.exec(name.slice(at, at + 4));
  if (match === null) return [];
  return [{ end: at + match[0].length, said: { half: match[1]?.toLowerCase() === 'p' ? 'p' : 'a' } }];
}

function said<K extends keyof Said>(field: K, value: Said[K]): Said | null {
  return value === undefined ? null : { [field]: value };
}
