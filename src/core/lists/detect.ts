// Which kind of list is this? The content decides: extensions and content types lie.
import { utf16Kind } from './decode.js';
import type { ListFormat, ProblemReason } from './types.js';

const HEAD = 65_536;
/** Somebody gave the address of a stream for that of a list. */
const TS_SYNC = 0x47;
const TS_PACKET = 188;

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

/** A transport stream, or more control bytes among the first 4 KiB than any text has. */
function isBinary(bytes: Uint8Array): boolean {
  if (bytes[0] === TS_SYNC && bytes[TS_PACKET] === TS_SYNC && bytes[2 * TS_PACKET] === TS_SYNC) return true;
  if (utf16Kind(bytes) !== null) return false;
  const head = bytes.subarray(0, 4096);
  let controls = 0;
  for (const byte of head) if (byte < 0x09 || (byte > 0x0d && byte < 0x20 && byte !== 0x1b)) controls++;
  return controls > head.length * 0.05;
}
