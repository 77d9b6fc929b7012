// Which attributes and texts of a page lead to a stream.
import type { Element } from 'domhandler';
import type { LocatorResult } from './locator.js';
import { contentIdLocator, isBareAceStreamId, parseLocator } from './locator.js';

const ADDRESS_HINT =
  /acestream:|\/ace\/|\/(?:pid|content_id)\/[0-9a-f]{40}|\.m3u8|^\s*(?:sop|rtsp|rtmp|rtmps|udp|rtp|srt|mms):\/\//i;
/** A whole AceStream address inside other text. */
const EMBEDDED = /acestream:\/{0,2}[0-9a-f]{40}(?![0-9a-z])/i;
const EMBEDDED_ALL = new RegExp(EMBEDDED, 'gi');
const ID_ATTRIBUTE = /^data-.*(?:ace|stream|content|infohash|cid|pid)/i;

export function addressesOf(element: Element): LocatorResult[] {
  const results: LocatorResult[] = [];
  for (const [name, value] of Object.entries(element.attribs)) {
    const result = addressIn(name, value);
    if (result !== null && results.length < 4) results.push(result);
  }
  return results;
}

/** Only attributes that lead somewhere; handlers (`onclick`) only where they hold a whole AceStream address. */
function addressIn(name: string, value: string): LocatorResult | null {
  if (value.length > 4096) return null;
  if (name === 'href' || name === 'src' || name === 'value' || name.startsWith('data-')) {
    if (isBareAceStreamId(value) && ID_ATTRIBUTE.test(name)) {
      return { ok: true, locator: contentIdLocator(value.trim()), userAgent: null, headers: {} };
    }
    if (!ADDRESS_HINT.test(value)) return null;
    const result = parseLocator(value);
    if (result.ok) return result.locator.kind === 'http' ? null : result;
    if (['sopcast', 'mms', 'dash'].includes(result.reason)) return result;
  }
  const isHandler = name.startsWith('on') || (name === 'href' && /^\s*javascript:/i.test(value));
  const embedded = isHandler ? EMBEDDED.exec(value)?.[0] : undefined;
  return embedded === undefined ? null : parseLocator(embedded);
}

/** Splits a text at the AceStream addresses written out in it. */
export function splitAtAddresses(text: string): (string | LocatorResult)[] {
  if (!EMBEDDED.test(text)) return [text];
  const parts: (string | LocatorResult)[] = [];
  let from = 0;
  for (const match of text.matchAll(EMBEDDED_ALL)) {
    parts.push(text.slice(from, match.index), parseLocator(match[0]));
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}
