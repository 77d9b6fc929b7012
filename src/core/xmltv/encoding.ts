import { isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { guessCharset, utf16Kind } from '../lists/decode.js';

/** Bytes looked at to decide. */
export const SNIFF_BYTES = 65_536;

export interface FoundEncoding {
  /** As `TextDecoder` calls it. */
  encoding: string;
  /** Bytes of the byte order mark. */
  skip: number;
  /** The source names an encoding that nobody knows. */
  isUnknown: boolean;
}

/**
 * The encoding of a guide by its first bytes. In this order: byte order mark; UTF-16 without one; UTF-8 when the bytes
 * are nothing else, whatever is declared; the encoding of the XML declaration; the charset of the server; and for bytes
 * that are not the UTF-8 they claim to be, windows-1251 or windows-1252 by their neighbourhoods.
 */
export function findEncoding(head: Uint8Array, charset?: string): FoundEncoding {
  const wide = utf16Kind(head);
  if (wide !== null) {
    const hasMark = (head[0] ?? 0) + (head[1] ?? 0) === 0xff + 0xfe;
    return { encoding: wide, skip: hasMark ? 2 : 0, isUnknown: false };
  }
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) {
    return { encoding: 'utf-8', skip: 3, isUnknown: false };
  }
  const declared = declaredEncoding(head) ?? charset;
  const named = declared === undefined ? null : knownEncoding(declared);
  const isUnknown = declared !== undefined && named === null;
  const isAscii = head.every((byte) => byte < 0x80);
  if (isAscii) return { encoding: singleByte(named) ?? 'utf-8', skip: 0, isUnknown };
  if (isMostlyUtf8(head)) return { encoding: 'utf-8', skip: 0, isUnknown };
  return { encoding: singleByte(named) ?? guessCharset(head), skip: 0, isUnknown };
}

/** Bytes in `encoding` → bytes in UTF-8, in any chunking. */
export class Transcoder {
  private readonly decoder: TextDecoder;

  constructor(encoding: string) {
    this.decoder = new TextDecoder(encoding);
  }

  write(chunk: Uint8Array): Uint8Array {
    return Buffer.from(this.decoder.decode(chunk, { stream: true }));
  }

  end(): Uint8Array {
    return Buffer.from(this.decoder.decode());
  }
}

function declaredEncoding(head: Uint8Array): string | undefined {
  const start = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, 400)).toString('latin1');
  return /^\s*<\?xml\b[^>]*?\sencoding\s*=\s*["']?\s*([\w.:-]{2,40})/i.exec(start)?.[1];
}

function knownEncoding(label: string): string | null {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return null;
  }
}

/** Neither UTF-8 nor UTF-16 is what these bytes are. */
function singleByte(encoding: string | null): string | null {
  return encoding === null || encoding.startsWith('utf-') ? null : encoding;
}

/** UTF-8, but for a title or two, and for a character that the cut took apart. */
function isMostlyUtf8(head: Uint8Array): boolean {
  if (isUtf8(head)) return true;
  let right = 0;
  let wrong = 0;
  for (const line of lines(head)) {
    if (line.every((byte) => byte < 0x80)) continue;
    if (isUtf8(line)) right++;
    else wrong++;
  }
  return right > wrong || (wrong === 1 && isUtf8(withoutLastCharacter(head)));
}

/** Tags break lines too: some guides have only one. */
function* lines(bytes: Uint8Array): Generator<Uint8Array> {
  let start = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x0a && bytes[at] !== 0x3c) continue;
    yield bytes.subarray(start, at);
    start = at;
  }
  yield bytes.subarray(start);
}

function withoutLastCharacter(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && end > bytes.length - 4 && (bytes[end - 1] ?? 0) >= 0x80) end--;
  return bytes.subarray(0, end);
}
