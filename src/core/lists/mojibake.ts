// Titles that were decoded wrongly before they reached us ("EspaÃ±a", "РџРµСЂРІС‹Р№", "Ïåðâûé").
import { isUtf8 } from 'node:buffer';
import { guessCharset } from './decode.js';

const utf8 = new TextDecoder();
const cyrillic = new TextDecoder('windows-1251');
const WESTERN_BYTES = bytesOf('windows-1252');
const CYRILLIC_BYTES = bytesOf('windows-1251');
/** A lead byte followed by a trail byte, both shown as windows-1252. */
const WESTERN_TRACE = /[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]/;
/** The same, shown as windows-1251. */
const CYRILLIC_TRACE = /[РС][\u0080-\u00bf\u0402-\u040f\u0452-\u045f\u0490\u0491\u2013-\u2122]/;
/** Words of nothing but letters above 0xC0: windows-1251 shown as latin-1. No western language writes those. */
const HIGH_WORD = /(?<![\p{L}])[\u00c0-\u00ff\u00a8\u00b8]{4,}(?![\p{L}])/u;
const MIXED_WORD = /[A-Za-z][\u00c0-\u00ff]|[\u00c0-\u00ff][A-Za-z]/;

/**
 * Undoes one wrong decoding of one title: UTF-8 read as latin-1 or windows-1251, windows-1251 read as latin-1. A title
 * that is not wholly explained by one of the three stays as it is.
 */
export function repairMojibake(title: string): string {
  if (WESTERN_TRACE.test(title)) {
    const repaired = reread(title, WESTERN_BYTES);
    if (repaired !== null) return repaired;
  }
  if (CYRILLIC_TRACE.test(title)) {
    const repaired = reread(title, CYRILLIC_BYTES);
    // "Сё" is by chance one UTF-8 letter: three of them are none by chance.
    if (repaired !== null && (repaired.match(/[\u0400-\u04ff]/g)?.length ?? 0) >= 3) return repaired;
  }
  if (HIGH_WORD.test(title) && !MIXED_WORD.test(title)) {
    const bytes = toBytes(title, WESTERN_BYTES);
    if (bytes !== null && guessCharset(bytes) === 'windows-1251') return cyrillic.decode(bytes);
  }
  return title;
}

function reread(text: string, table: ReadonlyMap<string, number>): string | null {
  const bytes = toBytes(text, table);
  return bytes !== null && isUtf8(bytes) ? utf8.decode(bytes) : null;
}

function toBytes(text: string, table: ReadonlyMap<string, number>): Uint8Array | null {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const byte = code < 0x80 ? code : table.get(text.charAt(at));
    if (byte === undefined) return null;
    bytes[at] = byte;
  }
  return bytes;
}

function bytesOf(charset: string): ReadonlyMap<string, number> {
  const decoder = new TextDecoder(charset);
  const high = Array.from({ length: 0x80 }, (_, at) => at + 0x80);
  return new Map(high.map((byte) => [decoder.decode(Uint8Array.of(byte)), byte]));
}
