import { InvalidArgumentError } from 'commander';

export function wholeNumber(min: number, max: number): (text: string) => number {
  const form = min < 0 ? /^[+-]?\d+$/ : /^\d+$/;
  return (text) => {
    const value = Number(text);
    if (!form.test(text) || value < min || value > max) {
      throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
    }
    return value;
  };
}

/** By which times of a guide are moved; negative = earlier. */
export const shiftMinutes = wholeNumber(-1440, 1440);

/** `none` = null; what an address must look like is judged where it is kept. */
export function proxyOrNone(text: string): string | null {
  return text === 'none' ? null : text;
}

export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError('A number from 0 to 1 is needed.');
  }
  return value;
}

/**
 * `never`, `+30d` (also h, w, m, y), `2026-12-31` (to the end of that day, UTC) or an ISO time.
 * Epoch seconds; null = never.
 */
export function expiryDate(text: string, nowMs: number): number | null {
  if (text === 'never') return null;
  const span = /^\+(\d{1,5})([hdwmy])$/.exec(text);
  if (span) return addSpan(nowMs, Number(span[1]), span[2] ?? 'd');
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const ms = day
    ? Date.parse(`${text}T23:59:59Z`)
    : /^\d{4}-\d{2}-\d{2}T/.test(text)
      ? Date.parse(text)
      : Number.NaN;
  if (Number.isNaN(ms) || ms < 0) {
    throw new InvalidArgumentError('A date such as 2026-12-31, a span such as +30d, or never is needed.');
  }
  return Math.floor(ms / 1000);
}

function addSpan(nowMs: number, count: number, unit: string): number {
  const date = new Date(nowMs);
  if (unit === 'h') date.setUTCHours(date.getUTCHours() + count);
  if (unit === 'd') date.setUTCDate(date.getUTCDate() + count);
  if (unit === 'w') date.setUTCDate(date.getUTCDate() + 7 * count);
  if (unit === 'm') date.setUTCMonth(date.getUTCMonth() + count);
  if (unit === 'y') date.setUTCFullYear(date.getUTCFullYear() + count);
  return Math.floor(date.getTime() / 1000);
}

/** `Name: value`, collected over several uses of the option. */
export function header(text: string, before: Record<string, string> = {}): Record<string, string> {
  const colon = text.indexOf(':');
  if (colon < 1) throw new InvalidArgumentError('A header such as "Authorization: Bearer abc" is needed.');
  return { ...before, [text.slice(0, colon).trim()]: text.slice(colon + 1).trim() };
}

export function idList(text: string): number[] {
  return text
    .split(',')
    .filter(Boolean)
    .map((part) => wholeNumber(1, 2_147_483_647)(part.trim()));
}

export function wordList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
}

/** `on`, `off`, and `default` for the server's setting (null). */
export function onOffDefault(text: string): boolean | null {
  if (text === 'default') return null;
  if (text === 'on' || text === 'off') return text === 'on';
  throw new InvalidArgumentError('One of on, off and default is needed.');
}
