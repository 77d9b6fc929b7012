// Text of strangers made fit to be stored and shown.
import { isWebAddress } from './web-address.js';

/** C0 and C1 controls (tabs and breaks become spaces first), byte order marks, zero-width and direction marks; joiners of emoji and Persian stay. */
const UNWANTED =
  // eslint-disable-next-line no-control-regex -- removing them is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff0-\uffff]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;
/** Nothing to clean: Latin, Greek and Cyrillic words with single spaces between. */
const PLAIN =
  /^[\x21-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u052f]+(?: [\x21-\x7e\u00a1-\u00ac\u00ae-\u02ff\u0370-\u052f]+)*$/;

/** One line of shown text: no controls, no lone surrogates, single spaces, at most `maxLength` UTF-16 units. */
export function cleanText(text: string, maxLength: number): string {
  if (text.length <= maxLength && PLAIN.test(text)) return text;
  // Four times the limit is more than enough to find that much text in; the rest is never looked at.
  const cleaned = text
    .slice(0, maxLength * 4)
    .replace(/\s+/g, ' ')
    .replace(UNWANTED, '')
    .replace(LONE_SURROGATE, '')
    .replace(/ {2,}/g, ' ')
    .trim();
  return cleaned.length <= maxLength ? cleaned : cut(cleaned, maxLength);
}

/** The same, or null where nothing is left. */
export function cleanOrNull(text: string | null | undefined, maxLength: number): string | null {
  if (text === null || text === undefined) return null;
  const cleaned = cleanText(text, maxLength);
  return cleaned === '' ? null : cleaned;
}

/** An http(s) address for pictures and guides, or null; `//host/…` is taken as https. */
export function webAddressOrNull(text: string | null | undefined, maxLength = 2048): string | null {
  if (text === null || text === undefined) return null;
  const trimmed = text.trim();
  if (trimmed.length === 0 || trimmed.length > maxLength) return null;
  const address = trimmed.startsWith('//') ? `https:${trimmed}` : trimmed;
  if (!/^https?:\/\/[^/?#\s]/i.test(address)) return null;
  const encoded = address.replaceAll(' ', '%20');
  return isWebAddress(encoded) && !/[\p{Cc}\s]/u.test(encoded) ? encoded : null;
}

/** Cuts without leaving half a surrogate pair behind. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? length - 1 : length).trimEnd();
}
