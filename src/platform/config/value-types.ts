import ipaddr from 'ipaddr.js';
import { engineAddressText } from './engine-address.js';

/** How one kind of setting is read and shown. Readers answer `undefined` for whatever breaks the rule. */
export interface ValueType<T> {
  /** One phrase that completes "must be …". */
  rule: string;
  /** From an environment variable; never called with an empty text. */
  fromText: (text: string) => T | undefined;
  /** From a YAML value. */
  fromYaml: (value: unknown) => T | undefined;
  /** As it is written in an environment file; empty for "not set". */
  toText: (value: T) => string;
}

/** A type whose environment form says everything; YAML may also hold the value itself. */
function textual<T>(rule: string, read: (text: string) => T | undefined, native?: string): ValueType<T> {
  return {
    rule,
    fromText: (text) => read(text.trim()),
    fromYaml: (value) => {
      if (typeof value === 'string') return read(value.trim());
      return typeof value === native ? read(String(value)) : undefined;
    },
    toText: (value) => String(value),
  };
}

export interface Bounds {
  min: number;
  max: number;
}

export function integer({ min, max }: Bounds): ValueType<number> {
  const read = (text: string): number | undefined =>
    /^-?\d+$/.test(text) ? within(Number(text), { min, max }) : undefined;
  return textual(`a whole number from ${min} to ${max}`, read, 'number');
}

/** A share, e.g. 0.5 for one half. */
export function share(): ValueType<number> {
  const read = (text: string): number | undefined =>
    /^\d*\.?\d+$/.test(text) ? within(Number(text), { min: 0, max: 1 }) : undefined;
  return textual('a number from 0 to 1', read, 'number');
}

const UNITS: Record<string, number> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KIB: 1024,
  MIB: 1024 ** 2,
  GIB: 1024 ** 3,
};

/** A size in bytes; may carry a unit. */
export function bytes(bounds: Bounds): ValueType<number> {
  const read = (text: string): number | undefined => {
    const match = /^(\d+(?:\.\d+)?)\s*([A-Za-z]*)$/.exec(text);
    const unit = UNITS[match?.[2]?.toUpperCase() ?? 'none'];
    return match && unit ? within(Math.round(Number(match[1]) * unit), bounds) : undefined;
  };
  const rule = `a size from ${showBytes(bounds.min)} to ${showBytes(bounds.max)} (bytes, or with a unit: KB, MB, GB, KiB, MiB, GiB)`;
  return { ...textual(rule, read, 'number'), toText: showBytes };
}

function showBytes(value: number): string {
  for (const unit of ['GiB', 'MiB', 'KiB']) {
    const size = UNITS[unit.toUpperCase()] ?? 1;
    if (value >= size && value % size === 0) return `${value / size} ${unit}`;
  }
  return String(value);
}

/** For messages: `64 MiB`, `1000 bytes`. */
export function sizeText(bytes: number): string {
  const text = showBytes(bytes);
  return /\d$/.test(text) ? `${text} bytes` : text;
}

export function flag(): ValueType<boolean> {
  const words: Record<string, boolean> = {
    true: true,
    yes: true,
    on: true,
    1: true,
    false: false,
    no: false,
    off: false,
    0: false,
  };
  return textual('true or false', (text) => words[text.toLowerCase()], 'boolean');
}

export function choice<T extends string>(...options: readonly T[]): ValueType<T> {
  return textual(`one of ${options.join(', ')}`, (text) =>
    options.find((option) => option === text.toLowerCase()),
  );
}

/** Free text. Unquoted YAML numbers are refused: `0123` would silently lose its zero. */
export function text(rule: string, accept: (value: string) => boolean = () => true): ValueType<string> {
  return textual(`${rule} (text)`, (value) => (value !== '' && accept(value) ? value : undefined));
}

/** Text that is taken as it is: a password may begin or end with a space. */
export function secret(rule: string, accept: (value: string) => boolean): ValueType<string> {
  const read = (value: unknown): string | undefined =>
    typeof value === 'string' && value !== '' && accept(value) ? value : undefined;
  return { rule, fromText: read, fromYaml: read, toText: (value) => value };
}

/** An absolute URL of one of the schemes, without a slash at its end. */
export function url(...schemes: readonly string[]): ValueType<string> {
  return textual(
    `a URL that begins with ${schemes.map((scheme) => `${scheme}://`).join(' or ')}`,
    (value) => {
      const scheme = /^([a-z]+):\/\//i.exec(value)?.[1]?.toLowerCase() ?? '';
      return schemes.includes(scheme) && URL.canParse(value) ? value.replace(/\/+$/, '') : undefined;
    },
  );
}

/** A base that paths are appended to, so it has neither query nor fragment. */
export function baseUrl(): ValueType<string> {
  const inner = url('http', 'https');
  const read = (value: string | undefined): string | undefined =>
    value !== undefined && !/[?#]/.test(value) ? value : undefined;
  return {
    rule: `${inner.rule}, without ? and #`,
    fromText: (value) => read(inner.fromText(value)),
    fromYaml: (value) => read(inner.fromYaml(value)),
    toText: inner.toText,
  };
}

/** Base address of an AceStream engine, with its options behind `#`; in YAML also a record of them. */
export function engine(): ValueType<string> {
  return {
    rule:
      'a URL that begins with http:// or https://, optionally followed by #role=all|play|probe, maxStreams=1..100 and ' +
      'weight=1..100 joined by &',
    fromText: engineAddressText,
    fromYaml: engineAddressText,
    toText: (value) => value,
  };
}

/** Parts are separated by commas; the word `none` is the empty list, because an empty variable counts as not set. */
export function list(item: ValueType<string>): ValueType<string[]> {
  const all = (values: readonly (string | undefined)[]): string[] | undefined => {
    const present = values.filter((value) => value !== undefined);
    return present.length === values.length ? [...new Set(present)] : undefined;
  };
  const split = (value: string): string[] =>
    value.trim().toLowerCase() === 'none' ? [] : value.split(',').filter((part) => part.trim() !== '');
  return {
    rule: `a list (separated by commas, or "none"), each ${item.rule}`,
    fromText: (value) => all(split(value).map((part) => item.fromText(part))),
    fromYaml: (value) => {
      if (typeof value === 'string') return all(split(value).map((part) => item.fromText(part)));
      return Array.isArray(value) ? all(value.map((part: unknown) => item.fromYaml(part))) : undefined;
    },
    toText: (value) => (value.length === 0 ? 'none' : value.join(',')),
  };
}

/** A setting that may be absent. */
export function optional<T>(inner: ValueType<T>): ValueType<T | null> {
  return {
    rule: inner.rule,
    fromText: inner.fromText,
    fromYaml: inner.fromYaml,
    toText: (value) => (value === null ? '' : inner.toText(value)),
  };
}

/** An address or a network of them. */
export function network(): ValueType<string> {
  return textual('an address or a network such as 172.16.0.0/12', (value) =>
    ipaddr.isValid(value) || ipaddr.isValidCIDR(value) ? value : undefined,
  );
}

export function timezone(): ValueType<string> {
  return textual('a time zone name such as UTC or Europe/Berlin', (value) => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone && value;
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
  });
}

function within(value: number, { min, max }: Bounds): number | undefined {
  return value >= min && value <= max ? value : undefined;
}
