import { decodeTwice } from './entities.js';

// C1 controls and noncharacters have no place in a text either, and XML readers refuse some of them. What has no width
// or turns the direction deceives; joiners stay: scripts and emoji need them.
const CONTROLS =
  // eslint-disable-next-line no-control-regex -- dropping them is the purpose
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]/g;
const BREAKS = /[^\S\n]*(?:\r\n?|\n|\u0085|\u2028|\u2029)\s*/g;

/** What `tidyText` changes; nearly every text has none of it. */
// eslint-disable-next-line no-control-regex -- as above
const UNTIDY = /[\u0000-\u001f\u007f-\u00a0\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]/;

/** Text for people: trimmed, no control characters, double escaping undone, each line break alone. */
export function tidyText(text: string): string {
  const once = text.includes('&') ? decodeTwice(text) : text;
  if (!UNTIDY.test(once)) return once.trim();
  return once
    .replace(CONTROLS, '')
    .replace(BREAKS, '\n')
    .replace(/[\t\u00a0]+/g, ' ')
    .trim();
}

/** The same on one line: titles, names, categories. */
export function tidyTitle(text: string): string {
  const tidy = tidyText(text);
  return tidy.includes('\n') ? tidy.replaceAll('\n', ' ') : tidy;
}

/** For ids, attributes and addresses: one line, and nothing is unescaped that was not escaped once. */
export function tidyLine(text: string): string {
  if (!UNTIDY.test(text) && !text.includes('  ')) return text.trim();
  return text.replace(CONTROLS, '').replace(/\s+/g, ' ').trim();
}

/** `trim`, which costs more than a look at the ends that nearly always are letters. */
export function trimmed(text: string): string {
  return isInked(text.charCodeAt(0)) && isInked(text.charCodeAt(text.length - 1)) ? text : text.trim();
}

/** Above that come the first spaces of other scripts; the one of Latin-1 is in no tidy text. */
function isInked(code: number): boolean {
  return code > 0x20 && code < 0x1680 && code !== 0xa0;
}

/** Cut off at `max` UTF-16 units, never inside a character. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  const last = text.charCodeAt(max - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? max - 1 : max);
}

/** `tidyLine` for the values of attributes, which seldom need it. */
export function tidyAttribute(value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code < 0x20 || code > 0x7e || (code === 0x20 && (at === 0 || at === value.length - 1))) {
      return tidyLine(value);
    }
  }
  return value;
}
