// Raw fields of a list, whatever its format → one FoundEntry.
import { classify, isAdultEntry, isRadioEntry } from './classify.js';
import type { RequestHeaders } from './http-headers.js';
import type { StreamLocator } from './locator.js';
import { aceStreamId } from './locator.js';
import { repairMojibake } from './mojibake.js';
import { cleanOrNull, cleanText, webAddressOrNull } from './text.js';
import type { Catchup, FoundEntry } from './types.js';

export interface RawEntry {
  line: number;
  title: string;
  locator: StreamLocator;
  request: RequestHeaders;
  duration: number | null;
  /** Group from outside the attributes (#EXTGRP, a heading); `group-title` wins over it. */
  group: string | null;
  logo: string | null;
  /** Attribute names in lower case. */
  attributes: ReadonlyMap<string, string>;
  /** What the head of the list says for all its entries. */
  defaults: ReadonlyMap<string, string>;
}

const MAX_ID = 200;
const MAX_CHANNEL_NUMBER = 99_999;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

export function rawEntry(
  line: number,
  title: string,
  locator: StreamLocator,
  request: RequestHeaders,
): RawEntry {
  return {
    line,
    title,
    locator,
    request,
    duration: null,
    group: null,
    logo: null,
    attributes: NO_ATTRIBUTES,
    defaults: NO_ATTRIBUTES,
  };
}

export function makeEntry(raw: RawEntry, maxNameLength: number): FoundEntry {
  const { attributes, locator } = raw;
  const tvgName = title(attributes.get('tvg-name'), maxNameLength);
  const name = title(raw.title, maxNameLength) ?? tvgName ?? nameFromLocator(locator, maxNameLength);
  const group = firstCategory(
    title(attributes.get('group-title'), maxNameLength) ?? title(raw.group, maxNameLength),
  );
  const tvgId = guideId(attributes.get('tvg-id'));
  const number = channelNumber(attributes);
  const type = attributes.get('tvg-type') ?? attributes.get('type') ?? null;
  const isChannel = tvgId !== null || number !== null || attributes.has('tvg-country');
  const { kind, series, season, episode, episodeTitle } = classify({
    name,
    group,
    locator,
    duration: raw.duration,
    type,
    isChannel,
  });
  return {
    line: raw.line,
    name,
    group,
    logo: webAddressOrNull(attributes.get('tvg-logo') ?? attributes.get('logo') ?? raw.logo),
    tvgId,
    tvgName,
    number,
    kind,
    series,
    season,
    episode,
    episodeTitle,
    durationSeconds: raw.duration !== null && raw.duration >= 1 ? Math.round(raw.duration) : null,
    locator,
    userAgent: raw.request.userAgent,
    headers: raw.request.headers,
    catchup: catchupOf(attributes, raw.defaults),
    guideShiftHours: guideShift(attributes.get('tvg-shift') ?? raw.defaults.get('tvg-shift')),
    isRadio: isRadioEntry(attributes.get('radio'), group, locator) || type?.toLowerCase() === 'radio',
    isAdult: isAdultEntry(attributes.get('adult') ?? attributes.get('censored'), group, name),
    language: cleanOrNull(firstOf(attributes.get('tvg-language')), 40),
    country: countryOf(attributes.get('tvg-country')),
  };
}

/** A name for an address that came without one: its last telling path segment, else its host. */
function nameFromLocator(locator: StreamLocator, maxLength: number): string {
  const id = aceStreamId(locator);
  if (id !== null) return `AceStream ${id.slice(0, 8)}`;
  const url = new URL(locator.locator.replaceAll(' ', '%20'));
  const segments = url.pathname.split('/').reverse();
  const telling = segments.find(
    (part) => part !== '' && !/^(?:index|playlist|master|video|mono|live|stream|chunklist)\b/i.test(part),
  );
  const name = cleanText(
    decode((telling ?? '').replace(/\.[a-z0-9]{2,5}$/i, '')).replace(/[_+]+/g, ' '),
    maxLength,
  );
  return name === '' ? url.hostname : name;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function title(text: string | null | undefined, maxLength: number): string | null {
  if (text === null || text === undefined || text === '') return null;
  return cleanOrNull(repairMojibake(text), maxLength);
}

/** `News;Sport` names several categories; a channel here stands in one, the first. */
function firstCategory(group: string | null): string | null {
  if (group === null || !group.includes(';')) return group;
  return (
    group
      .split(';')
      .map((part) => part.trim())
      .find((part) => part !== '') ?? null
  );
}

function firstOf(text: string | undefined): string | undefined {
  if (text === undefined || !/[;,\s]/.test(text)) return text;
  return text.split(/[;,]/, 1)[0]?.trim();
}

/** Compared letter by letter with the ids of a guide, so only what can be in none is taken out. */
function guideId(text: string | undefined): string | null {
  if (text === undefined) return null;
  const id = /^[\x21-\x7e]+$/.test(text) ? text : text.replace(/\p{Cc}|\p{Cs}/gu, '').trim();
  return id === '' || id.length > MAX_ID ? null : id;
}

function countryOf(text: string | undefined): string | null {
  const first = firstOf(text)?.toUpperCase() ?? '';
  return /^[A-Z]{2,3}$/.test(first) ? first : null;
}

function channelNumber(attributes: ReadonlyMap<string, string>): number | null {
  const text =
    attributes.get('tvg-chno') ?? attributes.get('channel-number') ?? attributes.get('ch-number') ?? '';
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return number > 0 && number <= MAX_CHANNEL_NUMBER ? number : null;
}

function guideShift(text: string | undefined): number | null {
  if (text === undefined) return null;
  const match = /^\s*([+-]?\d{1,2}(?:\.\d{1,2})?)\s*$/.exec(text);
  const hours = Number(match?.[1] ?? 0);
  return hours !== 0 && Math.abs(hours) <= 24 ? hours : null;
}

/** `catchup-type` is the precise word where `catchup` only says that there is one; days by any of four names. */
function catchupOf(own: ReadonlyMap<string, string>, defaults: ReadonlyMap<string, string>): Catchup | null {
  const read = (key: string): string | undefined => own.get(key) ?? defaults.get(key);
  const word = (read('catchup-type') ?? read('catchup'))?.toLowerCase();
  const daysText =
    read('catchup-days') ?? own.get('tvg-rec') ?? own.get('timeshift') ?? own.get('catchup-time');
  const days = /^\d{1,3}$/.test(daysText ?? '') ? Number(daysText) : null;
  if (word === undefined || word === '' || word === '0' || word === 'none' || word === 'false') {
    const isOffered = word === undefined && days !== null && days > 0 && !defaults.has('catchup-days');
    return isOffered ? { mode: 'shift', days, source: null } : null;
  }
  if (days === 0 || !/^[a-z0-9_-]{1,32}$/.test(word)) return null;
  const source = cleanOrNull(read('catchup-source'), 2048);
  return { mode: word === '1' || word === 'true' ? 'default' : word, days, source };
}
