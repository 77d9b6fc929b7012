import { isDeepStrictEqual } from 'node:util';

/** One demand on one field: the name of the type as the contract spells it, and the test. */
export interface Rule {
  name: string;
  holds: (value: unknown) => boolean;
  /** Halves are sound values of it. */
  isFraction?: true;
}

export type Shape = Readonly<Record<string, Rule>>;

const LAST_INT32 = 2_147_483_647;
const isText = (value: unknown): value is string => typeof value === 'string';
const isInt = (value: unknown): value is number =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= LAST_INT32;
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const int: Rule = { name: 'int32', holds: isInt };
export const positiveInt: Rule = { name: 'int32 > 0', holds: (v) => isInt(v) && v > 0 };
export const flag: Rule = { name: 'int 0/1', holds: (v) => v === 0 || v === 1 };
export const yes: Rule = { name: 'true', holds: (v) => v === true };
export const digits: Rule = { name: 'string of digits', holds: (v) => isText(v) && /^\d+$/.test(v) };
export const digits32: Rule = {
  name: 'string of digits, 32 bits',
  holds: (v) => isText(v) && /^\d+$/.test(v) && Number(v) <= LAST_INT32,
};
/** Standard alphabet, padded, of sound UTF-8. */
export const base64: Rule = {
  name: 'base64',
  holds: (v) => isText(v) && /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(v),
};
export const epoch: Rule = {
  name: 'epoch as string',
  holds: (v) => isText(v) && /^\d+$/.test(v) && Number(v) > 0 && Number(v) <= LAST_INT32,
};
export const flagText: Rule = { name: '"0"/"1"', holds: (v) => v === '0' || v === '1' };
export const text: Rule = { name: 'text', holds: isText };
export const name: Rule = { name: 'text, not empty', holds: (v) => isText(v) && v.trim() !== '' };
export const empty: Rule = { name: '""', holds: (v) => v === '' };
export const nothing: Rule = { name: 'null', holds: (v) => v === null };
export const url: Rule = {
  name: 'URL or ""',
  holds: (v) => isText(v) && (v === '' || /^https?:\/\/\S+$/.test(v)),
};
export const guide: Rule = {
  name: 'guide id or ""',
  holds: (v) => isText(v) && (v === '' || /^[-0-9A-Za-z]+(\.[-0-9A-Za-z]+)+$/.test(v)),
};
export const hostOnly: Rule = {
  name: 'host without scheme and port',
  holds: (v) => isText(v) && /^([A-Za-z0-9.-]+|\[[0-9a-fA-F:.]+\])$/.test(v),
};
export const dateTime: Rule = {
  name: 'YYYY-MM-DD HH:MM:SS',
  holds: (v) => isText(v) && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(v),
};
export const zone: Rule = { name: 'IANA zone', holds: (v) => isText(v) && isZone(v) };
export const emptyArray: Rule = { name: '[]', holds: (v) => Array.isArray(v) && v.length === 0 };
export const emptyObject: Rule = { name: '{}', holds: (v) => isRecord(v) && Object.keys(v).length === 0 };
export const ids: Rule = {
  name: 'array of int32, not empty',
  holds: (v) => Array.isArray(v) && v.length > 0 && v.every((item) => isInt(item)),
};

export function oneOf(...values: readonly unknown[]): Rule {
  return { name: values.map((value) => JSON.stringify(value)).join(' | '), holds: (v) => values.includes(v) };
}

export function someOf(...values: readonly unknown[]): Rule {
  return {
    name: `non-empty array of ${values.map((value) => JSON.stringify(value)).join(', ')}`,
    holds: (v) => Array.isArray(v) && v.length > 0 && v.every((item) => values.includes(item)),
  };
}

/** Fields that break their rule, are missing, or are not in the contract. */
export function violations(shape: Shape, value: unknown): string[] {
  if (!isRecord(value)) return ['not an object'];
  const wrong = Object.entries(shape)
    .filter(([field, rule]) => !(field in value) || !rule.holds(value[field]))
    .map(([field]) => field);
  return [...wrong, ...Object.keys(value).filter((field) => !(field in shape))];
}

/** The ways in which servers of the field get one value wrong, seen to break one client or another. */
export function mutationsOf(value: unknown, rule?: Rule): unknown[] {
  const isSound = (mutation: unknown): boolean =>
    rule?.isFraction === true && typeof value === 'number' && mutation === value + 0.5;
  return candidates(value).filter((mutation) => !isDeepStrictEqual(mutation, value) && !isSound(mutation));
}

function candidates(value: unknown): unknown[] {
  const common: unknown[] = [null, undefined, [], {}];
  if (typeof value === 'number') return [...common, String(value), '', value + 0.5, 2 ** 31, Number.NaN];
  if (typeof value === 'boolean') return [...common, String(value), 1];
  if (typeof value === 'string' && /^\d+$/.test(value)) {
    return [...common, Number(value), '', 'N/A', '2026-03-14T19:40:00Z', `${value}.5`];
  }
  if (typeof value === 'string') return [...common, 0, 1, false];
  if (Array.isArray(value)) return [null, undefined, {}, '', value.map(String), [null], 0];
  return [null, undefined, [], '', 0];
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
