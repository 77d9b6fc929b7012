/** Request headers a list asks the player to send. */
export interface RequestHeaders {
  userAgent: string | null;
  headers: Record<string, string>;
}

/** Headers that belong to the connection, not to the list: taking them over would let a list break our requests apart. */
const OWN =
  /^(host|connection|content-length|content-type|transfer-encoding|te|trailer|upgrade|keep-alive|expect|range|proxy-.*|accept-encoding)$/;
/** Kodi puts its own switches beside headers behind the pipe. */
const KODI_SWITCHES =
  /^(seekable|noshout|auth|sslcipherlist|failonerror|connection-timeout|postdata|customrequest|verifypeer|redirect-limit|active-speed|low-speed-time)$/;
const NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const MAX_HEADERS = 16;
const MAX_VALUE = 2048;

/** Whether a header, its name in lower case, is the business of one connection and never of a list. */
export function isOfConnection(name: string): boolean {
  return OWN.test(name);
}

/** Shared by the many entries that ask for nothing. */
export const NO_HEADERS: Readonly<RequestHeaders> = Object.freeze({
  userAgent: null,
  headers: Object.freeze({}),
});

export function noHeaders(): RequestHeaders {
  return { userAgent: null, headers: {} };
}

/** What both ask for, `over` winning; no copy is made where one of them asks for nothing. */
export function joinHeaders(under: RequestHeaders, over: RequestHeaders): RequestHeaders {
  if (isEmpty(over)) return under;
  if (isEmpty(under)) return over;
  return { userAgent: over.userAgent ?? under.userAgent, headers: { ...under.headers, ...over.headers } };
}

function isEmpty({ userAgent, headers }: RequestHeaders): boolean {
  if (userAgent !== null) return false;
  for (const _ in headers) return false;
  return true;
}

/** Adds one header; names and values that could not be sent, and those that are ours to set, are left out. */
export function addHeader(target: RequestHeaders, rawName: string, rawValue: string): void {
  const name = canonicalName(rawName);
  const value = stripQuotes(rawValue.trim());
  if (name === null || value === '' || value.length > MAX_VALUE || !isHeaderText(value)) return;
  if (name === 'User-Agent') target.userAgent = value;
  else if (name in target.headers || Object.keys(target.headers).length < MAX_HEADERS) {
    target.headers[name] = value;
  }
}

/** `User-Agent=…&Referer=…`, values plain or percent-encoded (Kodi). */
export function addKodiHeaders(target: RequestHeaders, text: string): void {
  for (const pair of text.split('&', 64)) {
    const equals = pair.indexOf('=');
    if (equals > 0) addHeader(target, pair.slice(0, equals), decodePercent(pair.slice(equals + 1)));
  }
}

export function stripQuotes(text: string): string {
  const quote = text[0];
  const isQuoted = text.length > 1 && (quote === '"' || quote === "'") && text.endsWith(quote);
  return isQuoted ? text.slice(1, -1) : text;
}

function canonicalName(raw: string): string | null {
  const lower = raw.trim().toLowerCase().replace(/^!/, '');
  // VLC calls it "referrer", the wire "Referer".
  const name = lower === 'referrer' ? 'referer' : lower;
  if (!NAME.test(name) || isOfConnection(name) || KODI_SWITCHES.test(name)) return null;
  return name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase());
}

function isHeaderText(value: string): boolean {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    // Beyond latin-1 an HTTP client refuses the whole request.
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0xff) return false;
  }
  return true;
}

function decodePercent(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
