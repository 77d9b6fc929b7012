// Control characters, the line separators of Unicode and the two non-characters that XML forbids.
// eslint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]+/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const HTTP_URL = /^https?:\/\/[^/?#\s]/i;
const UNSAFE_IN_URL = /[\s"<>\\^`{|}]/g;

/** One line of foreign text, safe in JSON, XML and M3U alike: no control characters, no broken surrogates. */
export function cleanLine(text: string): string {
  return text.replace(UNPRINTABLE, ' ').replace(LONE_SURROGATE, '\ufffd').replace(/\s+/g, ' ').trim();
}

/** The name a player shows. Never empty: pyxtream drops nameless rows, Jellyfin crashes on null. */
export function displayName(name: string, fallback: string): string {
  const clean = cleanLine(name);
  return clean === '' ? fallback : clean;
}

/** An absolute http(s) URL, or "" for anything else: players cannot resolve a relative one. */
export function absoluteUrl(url: string): string {
  const clean = cleanLine(url);
  return HTTP_URL.test(clean) ? clean.replace(UNSAFE_IN_URL, encodeURIComponent) : '';
}

/** Epoch seconds as players want them: a string of digits, never "" (pyxtream and go.xtream-codes parse it). */
export function epochText(seconds: number): string {
  return Number.isFinite(seconds) && seconds > 0 ? String(Math.trunc(seconds)) : '0';
}
