// The one entrance: bytes or text of any list → channels, films and what could not be taken, as plain records.
import { ListCollector } from './collector.js';
import { decodeText } from './decode.js';
import { detectFormat, refuseBytes } from './detect.js';
import { readHtmlList } from './html-list.js';
import { readJsonList } from './json-list.js';
import { M3uReader } from './m3u.js';
import { takeTitleCategories } from './title-category.js';
import type { ListFormat, ListLimits, ParsedList } from './types.js';
import { DEFAULT_LIST_LIMITS } from './types.js';

export interface ParseListOptions {
  /** What the source is said to be. The content decides; this counts only where the content leaves it open. */
  type?: 'auto' | 'm3u' | 'json' | 'html';
  /** Content-Type of the answer; only its charset is used. */
  contentType?: string | null;
  limits?: Partial<ListLimits>;
}

type KnownFormat = Exclude<ListFormat, 'unknown'>;

/**
 * Never throws on what a list holds: whatever is wrong with it stands in `problems`. Runs in one go (about 40 MB a second
 * of M3U), so large lists belong in a worker.
 */
export function parseList(input: Uint8Array | Iterable<string>, options: ParseListOptions = {}): ParsedList {
  const found = new ListCollector({ ...DEFAULT_LIST_LIMITS, ...options.limits });
  if (input instanceof Uint8Array) {
    const refusal = refuseBytes(input);
    if (refusal !== null) {
      found.note(1, refusal);
      return found.finish('unknown');
    }
    return readText(decodeText(input, options.contentType), options.type ?? 'auto', found);
  }
  return readText(typeof input === 'string' ? [input] : input, options.type ?? 'auto', found);
}

function readText(chunks: Iterable<string>, wanted: KnownFormat | 'auto', found: ListCollector): ParsedList {
  const { head, rest } = takeHead(chunks);
  if (head.trim() === '') {
    found.note(1, 'empty-list');
    return found.finish('unknown');
  }
  const detected = detectFormat(head);
  const format = detected === 'unknown' && wanted !== 'auto' ? wanted : detected;
  if (format === 'unknown') {
    found.note(1, 'no-entries');
    return found.finish('unknown');
  }
  if (format === 'm3u') readM3u(head, rest, found);
  else readDocument(format, head, rest, found);
  if (format !== 'html') takeTitleCategories(found.entries);
  return found.finish(format);
}

function readM3u(head: string, rest: Iterable<string>, found: ListCollector): void {
  const reader = new M3uReader(found);
  reader.push(head);
  for (const chunk of rest) reader.push(chunk);
  reader.end();
  if (found.isBarren) found.note(1, 'no-entries');
}

function readDocument(
  format: 'json' | 'html',
  head: string,
  rest: Iterable<string>,
  found: ListCollector,
): void {
  const parts = [head];
  const { maxDocumentLength, maxPageLength } = found.limits;
  const longest = format === 'json' ? maxDocumentLength : maxPageLength;
  let length = head.length;
  for (const chunk of rest) {
    length += chunk.length;
    parts.push(chunk);
    if (length > longest) break;
  }
  if (length > longest) return found.note(1, 'too-large');
  const text = parts.join('');
  if (format === 'json') readJsonList(text, found);
  else readHtmlList(text, found);
}

/** The first chunks up to 64 KiB, so that the kind of list can be told, and what follows. */
function takeHead(chunks: Iterable<string>): { head: string; rest: Iterable<string> } {
  const iterator = chunks[Symbol.iterator]();
  let head = '';
  while (head.length < 65_536) {
    const next = iterator.next();
    if (next.done === true) return { head, rest: [] };
    head += next.value;
  }
  return { head, rest: { [Symbol.iterator]: () => iterator } };
}
