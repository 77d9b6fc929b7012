// What a channel without a guide shows instead: the event its name announces, or blocks of some hours.
import type { WallClock } from '../xmltv/zones.js';
import type { ScheduledProgramme } from './page.js';
import { readEventName, type EventName } from './event-name.js';
import { compileNamePattern, matchName } from './name-pattern.js';

export const PLACEHOLDER_KINDS = ['none', 'auto', 'event', 'blocks', 'pattern'] as const;
export type PlaceholderKind = (typeof PLACEHOLDER_KINDS)[number];

export interface PlaceholderRule {
  /** `auto`: an event where the name says when, blocks where it says "24/7", else nothing. `pattern`: an event of `pattern`. */
  kind: PlaceholderKind;
  /** How names say what is on and when, see `compileNamePattern`; with the kind `pattern` alone. */
  pattern?: string;
  /** IANA zone of times in names that do not say theirs, and of the day at whose beginning blocks begin. */
  timeZone?: string;
  /** Length of an event, default 120. */
  eventMinutes?: number;
  /** Length of a block, default 240. */
  blockMinutes?: number;
  /** `{title}` stands for the name without time, date and "24/7"; default `{title}`. */
  title?: string;
}

export interface PlaceholderQuestion {
  name: string;
  rule: PlaceholderRule;
  /** Epoch seconds, `to` excluded. */
  from: number;
  to: number;
  /** Epoch seconds: a time without a date means today, a date without a year the nearest. */
  now: number;
  /** Clocks of zones; throws RangeError for an unknown one. */
  clockOf: (zone: string) => WallClock;
}

const MINUTE = 60;
const DAY = 86_400;
const EVENT_MINUTES = 120;
const BLOCK_MINUTES = 240;
/** Blocks of one answer, whatever the window. */
const MAX_BLOCKS = 5000;
const ALWAYS_ON = /(?<!\d)24\s?[/-]\s?7(?!\d)/;

/** Programmes that run in the window, in order, without overlaps. Blocks begin at midnight of the zone, also when clocks change. */
export function placeholderProgrammes(question: PlaceholderQuestion): ScheduledProgramme[] {
  const { rule, name } = question;
  if (rule.kind === 'none') return [];
  const event = eventOf(name, rule);
  if (event !== null) return eventProgrammes(event, question);
  const isBlocks = rule.kind === 'blocks' || (rule.kind === 'auto' && ALWAYS_ON.test(name));
  return isBlocks ? blocks(question) : [];
}

/** Whether a channel of this name shows a placeholder at some time. */
export function hasPlaceholder(name: string, rule: PlaceholderRule): boolean {
  const { kind } = rule;
  if (kind === 'none' || kind === 'blocks') return kind === 'blocks';
  return (kind === 'auto' && ALWAYS_ON.test(name)) || eventOf(name, rule) !== null;
}

function eventOf(name: string, { kind, pattern = '' }: PlaceholderRule): EventName | null {
  if (kind === 'blocks') return null;
  if (kind !== 'pattern') return readEventName(name);
  const compiled = compileNamePattern(pattern);
  return compiled.kind === 'pattern' ? matchName(compiled.pattern, name) : null;
}

/** The event, and from midnight before it an announcement with its time. */
function eventProgrammes(event: EventName, question: PlaceholderQuestion): ScheduledProgramme[] {
  const { rule, from, to, clockOf } = question;
  const clock = clockOf(event.zone ?? rule.timeZone ?? 'UTC');
  const midnight = dayOfEvent(event, clock.toWall(question.now));
  const start = clock.toEpoch(midnight + (event.hour * 60 + event.minute) * MINUTE);
  const title = titled(rule, event.title);
  const length = (rule.eventMinutes ?? EVENT_MINUTES) * MINUTE;
  const zone = clockOf(rule.timeZone ?? 'UTC');
  const announcement = {
    ...programme(zone.toEpoch(midnight), start, `${timeOf(zone.toWall(start))} ${title}`),
  };
  const both = [announcement, { ...programme(start, start + length, title), isLive: true as const }];
  return both.filter((one) => one.stop > one.start && one.start < to && one.stop > from);
}

/** Midnight of its day by the clock of its zone: the date, the next such weekday, or today. */
function dayOfEvent({ year, month, day, weekday }: EventName, wallNow: number): number {
  const today = Math.floor(wallNow / DAY) * DAY;
  if (month !== undefined && day !== undefined) {
    const thisYear = new Date(today * 1000).getUTCFullYear();
    const years = year === undefined ? [thisYear - 1, thisYear, thisYear + 1] : [year];
    const dates = years.map((one) => Date.UTC(one, month - 1, day) / 1000);
    return dates.reduce((best, one) => (Math.abs(one - today) < Math.abs(best - today) ? one : best));
  }
  if (weekday === undefined) return today;
  const days = (weekday - new Date(today * 1000).getUTCDay() + 7) % 7;
  return today + days * DAY;
}

function blocks({ name, rule, from, to, clockOf }: PlaceholderQuestion): ScheduledProgramme[] {
  const clock = clockOf(rule.timeZone ?? 'UTC');
  const length = Math.max(1, rule.blockMinutes ?? BLOCK_MINUTES) * MINUTE;
  const title = titled(
    rule,
    name
      .replace(ALWAYS_ON, ' ')
      .replace(/[([]\s*[)\]]/g, ' ')
      .replace(/\s+/g, ' ')
      .trim() || name,
  );
  const found: ScheduledProgramme[] = [];
  for (
    let midnight = Math.floor(clock.toWall(from) / DAY) * DAY;
    clock.toEpoch(midnight) < to;
    midnight += DAY
  ) {
    for (let wall = midnight; wall < midnight + DAY; wall += length) {
      const [start, stop] = [clock.toEpoch(wall), clock.toEpoch(Math.min(wall + length, midnight + DAY))];
      if (found.length >= MAX_BLOCKS || start >= to) return found;
      if (stop > start && stop > from) found.push(programme(start, stop, title));
    }
  }
  return found;
}

function titled(rule: PlaceholderRule, title: string): string {
  return (rule.title ?? '{title}').replaceAll('{title}', title);
}

function programme(start: number, stop: number, title: string): ScheduledProgramme {
  return { start, stop, titles: [{ text: title }] };
}

/** "21:00". */
function timeOf(wall: number): string {
  return new Date(wall * 1000).toISOString().slice(11, 16);
}
