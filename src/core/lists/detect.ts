// Which kind of list is this? The content decides: extensions and content types lie.
import type { ListFormat, ProblemReason } from './types.js';

const HEAD = 65_536;

/** Archives and media that are no text at all, by their first bytes. */
export function refuseBytes(
  bytes: Uint8Array,
): Extract<ProblemReason, 'compressed' | 'binary' | 'empty-list'> | null {
  if (bytes.length === 0) return 'empty-list';
  const [a, b, c, d] = bytes;
  const isGzip = a === 0x1f && (b === 0x8b || b === 0x9d);
  const isZip = a === 0x50 && b === 0x4b && (c === 0x03 || c === 0x05);
  const isXz = a === 0xfd && b === 0x37 && c === 0x7a;
  const isBzip = a === 0x42 && b === 0x5a && c === 0x68;
  const isZstd = a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd;
  if (isGzip || isZip || isXz || isBzip || isZstd) return 'compressed';
  return isBinary(bytes) ? 'binary' : null;
}

/** Judges the beginning of a text (64 KiB are enough). */
export function detectFormat(text: string): ListFormat {
  const head = text.slice(0, HEAD).trimStart();
  if (head === '') return 'unknown';
  if (/^\/*#EXTM3U/i.test(head)) return 'm3u';
  if (/^[[{]/.test(head) && looksLikeJson(head)) return 'json';
  if (/^(?:<!doctype html|<html|<head|<body|<\?xml[^>]*>\s*<(?:!doctype )?html)/i.test(head)) return 'html';
  if (/^[ \t]*#(?:EXTINF|EXTGRP|EXTVLCOPT|PLAYLIST)/im.test(head)) return 'm3u';
  if (/<(?:a|div|table|td|li|p|body|script|ul|span|h[1-6])\b[^>]*>/i.test(head)) return 'html';
  if (/^(?:const|let|var)\s+\w+\s*=\s*[[{]/.test(head)) return 'json';
  // A bare list of addresses, one a line.
  return /^\s*(?:[a-z][a-z0-9+.-]*:\/\/|acestream:|magnet:\?|[0-9a-f]{40}\s*$)/im.test(head)
    ? 'm3u'
    : 'unknown';
}

/** `{` and `[` also begin templates ("{extends 'layout'}") and agenda lines ("[12:00] …"). */
function looksLikeJson(head: string): boolean {
  return /^(?:\{\s*(?:"|\}|$)|\[\s*(?:[[{"\]\d-]|true|false|null|$))/.test(head);
}

/** Zero bytes beyond what UTF-16 explains, or many control bytes, among the first 4 KiB. */
function isBinary(bytes: Uint8Array): boolean {
  const head = bytes.subarray(0, 4096);
  const isMarked = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  if (isMarked) return false;
  let controls = 0;
  let zeros = 0;
  for (const byte of head) {
    if (byte === 0) zeros++;
    else if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) controls++;
  }
  return controls > head.length * 0.1 || (zeros > head.length * 0.1 && !isWide(head));
}

/** UTF-16 text of ASCII letters: zeros at every second byte only. */
function isWide(head: Uint8Array): boolean {
  let even = 0;
  let odd = 0;
  for (let at = 0; at < head.length; at++) {
    if (head[at] !== 0) continue;
    if (at % 2 === 0) even++;
    else odd++;
  }
  return Math.min(even, odd) < head.length * 0.02;
}
