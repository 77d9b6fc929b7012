import { FetchError } from './fetch-error.js';

/** One request of a chain of redirects. */
export interface Hop {
  /** May hold user info; `target` leaves it out. */
  url: URL;
  /** Names in lower case. */
  headers: Record<string, string>;
}

/** Goes along to another origin; everything else may be a credential. */
const HARMLESS = [
  'accept',
  'accept-encoding',
  'accept-language',
  'if-modified-since',
  'if-none-match',
  'user-agent',
];
/** The connection's own business. */
const FORBIDDEN = [
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'transfer-encoding',
  'upgrade',
];

/** Throws `fetch_blocked` for anything that is not http or https. */
export function firstHop(url: string, headers: Readonly<Record<string, string>>): Hop {
  const allowed = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    url: parseUrl(url, url),
    headers: Object.fromEntries(allowed.filter(([name]) => !FORBIDDEN.includes(name))),
  };
}

/** Where a redirect leads. Credentials stay with the origin they were given for. */
export function nextHop(from: Hop, location: string, requested: string): Hop {
  const url = parseUrl(location, requested, from.url);
  if (url.origin !== from.url.origin) {
    const harmless = Object.entries(from.headers).filter(([name]) => HARMLESS.includes(name));
    return { url, headers: Object.fromEntries(harmless) };
  }
  if (url.username === '' && url.password === '') {
    url.username = from.url.username;
    url.password = from.url.password;
  }
  return { url, headers: from.headers };
}

/** Headers as they are sent: user info of the URL becomes Basic authorization unless a header says otherwise. */
export function sentHeaders({ url, headers }: Hop): Record<string, string> {
  if (url.username === '' && url.password === '') return headers;
  const pair = `${decodeUserInfo(url.username)}:${decodeUserInfo(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}`, ...headers };
}

export function withoutUserInfo(url: URL): URL {
  const clean = new URL(url);
  clean.username = '';
  clean.password = '';
  return clean;
}

function parseUrl(text: string, requested: string, base?: URL): URL {
  if (!URL.canParse(text, base?.href)) throw new FetchError('fetch_blocked', requested, 'not a valid URL');
  const url = new URL(text, base);
  if (url.protocol === 'http:' || url.protocol === 'https:') return url;
  const subject = base ? 'it redirects to' : 'it is';
  const reason = `${subject} a ${url.protocol} address; only http and https are fetched`;
  throw new FetchError('fetch_blocked', requested, reason);
}

/** User info may hold a stray percent sign. */
export function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}
