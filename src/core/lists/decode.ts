// Bytes of a list → text. Lists say nothing reliable about their encoding, so the bytes decide.
import { isUtf8 } from 'node:buffer';

const PIECE_BYTES = 65_536;
/** Everything below space but tab and line ends. C1 stays: the repair of mojibake reads it. */
// eslint-disable-next-line no-control-regex -- dropping them is the purpose
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const LF = 0x0a;
const CR = 0x0d;

type SingleByte = 'windows-1252' | 'windows-1251';

/**
 * Decodes in pieces of about 64 KiB. In this order: byte order mark; UTF-16 without one; valid UTF-8; and for lines that
 * are not UTF-8 the charset the server or the page names, else latin-1 or windows-1251 by `guessCharset`. One foreign line in a
 * UTF-8 list therefore costs that line alone. NUL and other control characters are dropped.
 */
export function* decodeText(bytes: Uint8Array, contentType?: string | null): Generator<string> {
  const wide = utf16Kind(bytes);
  if (wide !== null) yield* decodeStream(bytes, wide);
  else if (isUtf8(bytes)) yield* decodeStream(bytes, 'utf-8');
  else yield* decodeLines(bytes, charsetOf(contentType ?? '') ?? charsetOfPage(bytes));
}

/** The `charset` of a Content-Type or of an HTML page's head, in the name TextDecoder knows, or null. */
export function charsetOf(text: string): string | null {
  const label = /charset\s*=\s*["']?\s*([\w.:-]{2,40})/i.exec(text)?.[1];
  if (label === undefined) return null;
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

/**
 * Latin-1 or windows-1251? In Cyrillic text letters above 0xC0 stand beside each other; in western text they stand
 * alone among ASCII letters. The more frequent neighbourhood wins, latin-1 on a tie.
 */
export function guessCharset(bytes: Uint8Array): SingleByte {
  let together = 0;
  let alone = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (!isHighLetter(bytes[at])) continue;
    if (isHighLetter(bytes[at - 1]) || isHighLetter(bytes[at + 1])) together++;
    else if (isAsciiLetter(bytes[at - 1]) || isAsciiLetter(bytes[at + 1])) alone++;
  }
  return together > alone ? 'windows-1251' : 'windows-1252';
}

/** The charset a page names in its head, if the bytes begin like a page. */
export function charsetOfPage(bytes: Uint8Array): string | null {
  const head = new TextDecoder('windows-1252').decode(bytes.subarray(0, 2048));
  const meta = /<meta\b[^>]{0,200}charset\s*=\s*["']?[\w.:-]+/i.exec(head);
  return meta === null ? null : charsetOf(meta[0]);
}

function* decodeStream(bytes: Uint8Array, encoding: string): Generator<string> {
  const decoder = new TextDecoder(encoding);
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    yield tidy(decoder.decode(bytes.subarray(at, at + PIECE_BYTES), { stream: true }));
  }
  yield tidy(decoder.decode());
}

function* decodeLines(bytes: Uint8Array, hint: string | null): Generator<string> {
  const body = startsWith(bytes, [0xef, 0xbb, 0xbf]) ? bytes.subarray(3) : bytes;
  // A server that says utf-8 of bytes that are not has said nothing.
  const named = hint === 'utf-8' || hint?.startsWith('utf-16') === true ? null : hint;
  const fallback = new TextDecoder(named ?? guessCharset(foreignSample(body)));
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: false });
  for (const block of blocks(body)) {
    if (isUtf8(block)) yield tidy(utf8.decode(block));
    else for (const line of lines(block)) yield tidy((isUtf8(line) ? utf8 : fallback).decode(line));
  }
}

/** Up to 64 KiB of the lines that are not UTF-8. */
function foreignSample(bytes: Uint8Array): Uint8Array {
  const sample = new Uint8Array(PIECE_BYTES);
  let used = 0;
  for (const block of blocks(bytes)) {
    if (isUtf8(block)) continue;
    for (const line of lines(block)) {
      if (isUtf8(line)) continue;
      const part = line.subarray(0, sample.length - used);
      sample.set(part, used);
      used += part.length;
      if (used === sample.length) return sample;
    }
  }
  return sample.subarray(0, used);
}

/** Pieces that end at a line end, or after 64 KiB where a line is longer. */
function* blocks(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + PIECE_BYTES, bytes.length);
    if (end < bytes.length) {
      let back = end;
      while (back > start && !isLineEnd(bytes[back - 1])) back--;
      if (back > start) end = back;
    }
    yield bytes.subarray(start, end);
    start = end;
  }
}

function* lines(block: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < block.length; at++) {
    if (!isLineEnd(block[at])) continue;
    yield block.subarray(start, at + 1);
    start = at + 1;
  }
  if (start < block.length) yield block.subarray(start);
}

/** UTF-16 by its mark, or by the zeros that ASCII directives leave at every second byte; null for anything else. */
export function utf16Kind(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (startsWith(bytes, [0xff, 0xfe])) return 'utf-16le';
  if (startsWith(bytes, [0xfe, 0xff])) return 'utf-16be';
  const length = Math.min(bytes.length, 512) & ~1;
  if (length < 16) return null;
  const zeros = [0, 0];
  for (let at = 0; at < length; at++) if (bytes[at] === 0) zeros[at % 2] = (zeros[at % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (odd > length * 0.3 && even < length * 0.02) return 'utf-16le';
  return even > length * 0.3 && odd < length * 0.02 ? 'utf-16be' : null;
}

function tidy(text: string): string {
  return text.replace(CONTROLS, '');
}

function startsWith(bytes: Uint8Array, mark: readonly number[]): boolean {
  return mark.every((byte, at) => bytes[at] === byte);
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

function isHighLetter(byte: number | undefined): boolean {
  // 0xA8 and 0xB8 are Ё and ё in windows-1251; 0xD7 and 0xF7 are signs in latin-1 but letters in windows-1251.
  return byte !== undefined && (byte >= 0xc0 || byte === 0xa8 || byte === 0xb8);
}

function isAsciiLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a));
}
