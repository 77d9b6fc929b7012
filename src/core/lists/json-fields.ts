// Which field of a JSON object says what: the names seen in lists of channels and in guides.
import {
  aceStreamId,
  contentIdLocator,
  infohashLocator,
  isBareAceStreamId,
  parseLocator,
} from './locator.js';
import type { LocatorRefusal, StreamLocator } from './locator.js';
import type { RequestHeaders } from './http-headers.js';
import { addHeader, noHeaders } from './http-headers.js';

export type JsonObject = Readonly<Record<string, unknown>>;

const NAME_KEYS = [
  'name',
  'title',
  'channel_name',
  'channelName',
  'name_ru',
  'name_en',
  'channel',
  'label',
  'display_name',
  'displayName',
  'tvg-name',
  'event',
  'match',
];
const GROUP_KEYS = [
  'group-title',
  'group',
  'group_title',
  'groupTitle',
  'category',
  'category_name',
  'categoryName',
  'categories',
  'genre',
  'section',
];
const LOGO_KEYS = [
  'tvg-logo',
  'logo',
  'logo_url',
  'logoUrl',
  'icon',
  'icons',
  'image',
  'picture',
  'stream_icon',
  'poster',
  'cover',
  'thumbnail',
];
const GUIDE_ID_KEYS = [
  'tvg-id',
  'tvg_id',
  'tvgId',
  'epg_id',
  'epgId',
  'epg_channel_id',
  'xmltv_id',
  'xmltvId',
];
const NUMBER_KEYS = ['tvg-chno', 'number', 'num', 'lcn', 'channel_number', 'channelNumber'];
const LANGUAGE_KEYS = ['tvg-language', 'language', 'languages', 'lang'];
const COUNTRY_KEYS = ['tvg-country', 'country', 'countries', 'country_code', 'countryCode'];
const TYPE_KEYS = ['tvg-type', 'type', 'stream_type'];
/** Fields that hold an address; where several do, the first is taken. */
const ADDRESS_KEYS = [
  'url',
  'stream_url',
  'streamUrl',
  'stream',
  'play_url',
  'playUrl',
  'hls',
  'hls_url',
  'hlsUrl',
  'm3u8',
  'cdn',
  'link',
  'href',
  'file',
  'src',
  'source',
  'uri',
  'acestream',
  'acestream_url',
  'ace_url',
  'magnet',
];
/** Of those, the ones that hold nothing but streams: a plain web address there is one. */
const STREAM_KEYS = new Set(['stream_url', 'streamUrl', 'stream', 'play_url', 'playUrl', 'cdn', 'file']);
const CONTENT_ID_KEYS = [
  'ace_id',
  'aceId',
  'acestream_id',
  'acestreamId',
  'aceStreamId',
  'acestream',
  'content_id',
  'contentId',
  'cid',
  'ace',
  'pid',
  'id',
];
const INFOHASH_KEYS = ['infohash', 'info_hash', 'infoHash', 'btih'];
/** An object of nothing but these is an entry of a list, not of a web page. */
const ENTRY_KEYS = new Set(
  [
    ...NAME_KEYS,
    ...GROUP_KEYS,
    ...LOGO_KEYS,
    ...GUIDE_ID_KEYS,
    ...NUMBER_KEYS,
    ...LANGUAGE_KEYS,
    ...COUNTRY_KEYS,
    ...TYPE_KEYS,
    ...ADDRESS_KEYS,
    'id',
    'attributes',
    'extinf',
    'duration',
    'headers',
    'http',
    'user_agent',
    'userAgent',
    'user-agent',
    'referer',
    'referrer',
    'quality',
    'description',
    'desc',
    'epg',
    'tvg',
    'raw',
    'isAdult',
    'is_adult',
    'adult',
    'catchup',
    'timeshift',
    'lang',
  ].map((key) => key.toLowerCase()),
);
const START_KEY =
  /^(?:time|date|fecha|hora|air|broadcast|event|real|utc|local|unix|[_-])*(?:start|begin|inicio|debut)(?:s|ed|ing|time|date|at|utc|local|unix|stamp|iso|ts|[_-])*$/i;
const STOP_KEY =
  /^(?:time|date|fecha|hora|air|broadcast|event|real|utc|local|unix|[_-])*(?:stop|end|fin|finish|duration)(?:s|ed|ing|time|date|at|utc|local|unix|stamp|iso|ts|[_-])*$/i;
const PAGE_OR_PICTURE = /\.(?:html?|aspx?|jpe?g|png|gif|webp|svg|ico|css|js|json|xml|pdf|zip|gz)(?:$|[?#])/i;

export type FoundAddress =
  | { kind: 'stream'; locator: StreamLocator; request: RequestHeaders }
  | { kind: 'refused'; reason: LocatorRefusal }
  | { kind: 'none' };

/** Begin and end, or begin and length: a programme of a guide. */
export function isProgramme(object: JsonObject): boolean {
  const keys = Object.keys(object);
  return keys.some((key) => START_KEY.test(key)) && keys.some((key) => STOP_KEY.test(key));
}

/** The stream an object names. AceStream ids come first, then playlists, then anything else that is surely a stream. */
export function addressOf(object: JsonObject): FoundAddress {
  const id = aceStreamOf(object);
  if (id !== null) return { kind: 'stream', locator: id, request: headersOf(object) };
  let refused: LocatorRefusal | null = null;
  let web: FoundAddress = { kind: 'none' };
  const isGuide = isProgramme(object);
  for (const key of ADDRESS_KEYS) {
    const text = stringOf(object[key]);
    if (text === null) continue;
    const result = parseLocator(text);
    if (!result.ok) {
      if (isTelling(result.reason)) refused ??= result.reason;
      continue;
    }
    const request = headersOf(object);
    for (const [name, value] of Object.entries(result.headers)) addHeader(request, name, value);
    request.userAgent = result.userAgent ?? request.userAgent;
    const found: FoundAddress = { kind: 'stream', locator: result.locator, request };
    if (result.locator.kind === 'acestream') return found;
    const isAddress = result.locator.kind !== 'http' || isPlainStream(object, key, result.locator);
    if (web.kind === 'none' && isAddress && !isGuide) web = found;
  }
  if (web.kind === 'stream' || refused === null || isGuide) return web;
  return { kind: 'refused', reason: refused };
}

/** Attributes in the names of M3U, so that both formats are read by the same rules. */
export function attributesOf(object: JsonObject): Map<string, string> {
  const attributes = new Map<string, string>();
  const nested = objectOf(object.attributes);
  for (const [key, value] of Object.entries(nested ?? {}).slice(0, 64)) {
    const text = stringOf(value);
    if (text !== null) attributes.set(key.toLowerCase(), text);
  }
  const put = (key: string, text: string | null): void => {
    if (text !== null && !attributes.has(key)) attributes.set(key, text);
  };
  put('group-title', textOf(object, GROUP_KEYS));
  put('tvg-logo', textOf(object, LOGO_KEYS));
  put('tvg-id', textOf(object, GUIDE_ID_KEYS));
  put('tvg-chno', textOf(object, NUMBER_KEYS));
  put('tvg-language', textOf(object, LANGUAGE_KEYS));
  put('tvg-country', textOf(object, COUNTRY_KEYS));
  put('tvg-type', textOf(object, TYPE_KEYS));
  const isAdult = [object.isAdult, object.is_adult, object.adult].some(
    (flag) => flag === true || flag === 1 || flag === '1',
  );
  put('adult', isAdult ? '1' : null);
  return attributes;
}

export function nameOf(object: JsonObject): string | null {
  return textOf(object, NAME_KEYS);
}

export function stringOf(value: unknown): string | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

export function objectOf(value: unknown): JsonObject | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : null;
}

function aceStreamOf(object: JsonObject): StreamLocator | null {
  for (const key of INFOHASH_KEYS) {
    const text = stringOf(object[key]);
    if (text !== null && isBareAceStreamId(text)) return infohashLocator(text.trim());
  }
  for (const key of CONTENT_ID_KEYS) {
    const text = stringOf(object[key]);
    if (text !== null && isBareAceStreamId(text)) return contentIdLocator(text.trim());
  }
  for (const key of [...ADDRESS_KEYS, ...CONTENT_ID_KEYS]) {
    const text = stringOf(object[key]);
    if (text === null || !/acestream:|\/ace\/|^magnet:|\/pid\//i.test(text)) continue;
    const result = parseLocator(text);
    if (result.ok && aceStreamId(result.locator) !== null) return result.locator;
  }
  return null;
}

function isPlainStream(object: JsonObject, key: string, locator: StreamLocator): boolean {
  if (PAGE_OR_PICTURE.test(locator.locator)) return false;
  if (STREAM_KEYS.has(key) || 'extinf' in object || 'attributes' in object) return true;
  if (key !== 'url' || nameOf(object) === null) return false;
  return Object.keys(object).every((field) => ENTRY_KEYS.has(field.toLowerCase()));
}

/** Reasons that show an attempt to name a stream; web pages and words are no attempt. */
function isTelling(reason: LocatorRefusal): boolean {
  return ![
    'empty',
    'relative-address',
    'not-an-address',
    'too-long',
    'file',
    'script',
    'unknown-scheme',
  ].includes(reason);
}

function headersOf(object: JsonObject): RequestHeaders {
  const request = noHeaders();
  for (const source of [object, objectOf(object.headers), objectOf(object.http)]) {
    if (source === null) continue;
    for (const key of [
      'user_agent',
      'userAgent',
      'user-agent',
      'User-Agent',
      'referer',
      'Referer',
      'referrer',
      'origin',
      'Origin',
      'cookie',
      'Cookie',
    ]) {
      const value = source[key];
      if (typeof value === 'string') {
        addHeader(request, key.replace(/_|(?=Agent$)/, '-').replace('--', '-'), value);
      }
    }
  }
  return request;
}

/** The first of the fields that holds text: a string, a number, the name or address of an object, the first of an array. */
function textOf(object: JsonObject, keys: readonly string[]): string | null {
  for (const key of keys) {
    const value = object[key];
    const first: unknown = Array.isArray(value) ? value[0] : value;
    const inner = objectOf(first);
    const text = stringOf(inner === null ? first : (inner.name ?? inner.title ?? inner.url));
    if (text !== null) return text;
  }
  return null;
}
