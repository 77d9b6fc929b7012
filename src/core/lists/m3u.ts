// M3U of any make → entries. Text is fed in chunks; apart from what it has found, the reader holds one line and one entry.
import type { ListCollector } from './collector.js';
import type { RequestHeaders } from './http-headers.js';
import {
  addHeader,
  addKodiHeaders,
  joinHeaders,
  NO_HEADERS,
  noHeaders,
  stripQuotes,
} from './http-headers.js';
import { parseLocator } from './locator.js';
import type { Directive } from './m3u-attributes.js';
import { parseAttributes, parseExtInf } from './m3u-attributes.js';
import { LineSplitter } from './m3u-lines.js';
import { makeEntry } from './make-entry.js';
import { cleanOrNull, webAddressOrNull } from './text.js';
import type { ProblemReason } from './types.js';

/** What stands between one address and the next. */
interface Pending {
  line: number;
  info: Directive | null;
  request: RequestHeaders | null;
  group: string | null;
  logo: string | null;
  /** Set when the entry cannot be taken whatever its address is. */
  refusal: ProblemReason | null;
}

const GUIDE_KEYS = ['url-tvg', 'x-tvg-url', 'tvg-url', 'url-xml', 'url-epg', 'epg-url'];
const HEADER_ATTRIBUTES = [
  'user-agent',
  'http-user-agent',
  'referrer',
  'referer',
  'http-referrer',
  'http-referer',
];
const DEFAULT_KEYS = ['tvg-shift', 'catchup', 'catchup-type', 'catchup-days', 'catchup-source'];
const NO_INFO: Directive = { duration: null, attributes: new Map(), title: '' };

/**
 * Rules for what lists leave open: a group of #EXTGRP between #EXTINF and the address is that entry's; one before #EXTINF
 * holds until the next #EXTGRP; `group-title` wins over both. Options (#EXTVLCOPT, #KODIPROP, #EXTHTTP) belong to the next
 * address, wherever they stand before it. An address without #EXTINF is an entry named after its address.
 */
export class M3uReader {
  private readonly lines: LineSplitter;
  private readonly defaults = new Map<string, string>();
  private pending = nothingPending();
  private blockGroup: string | null = null;
  private isStream = false;

  constructor(private readonly found: ListCollector) {
    this.lines = new LineSplitter(found.limits.maxLineLength, (line, number, isCut) =>
      this.readLine(line, number, isCut),
    );
  }

  push(chunk: string): void {
    this.lines.push(chunk);
  }

  end(): void {
    this.lines.end();
    this.dropPending();
  }

  private readLine(raw: string, number: number, isCut: boolean): void {
    const line = raw.trim();
    if (line === '' || this.isStream) return;
    if (isCut) return this.readCutLine(line, number);
    if (line.startsWith('#EXTINF:')) return this.readInfo(line.slice('#EXTINF:'.length), number);
    const isDirective = line.startsWith('#') || /^\/+#EXTM3U/i.test(line);
    if (isDirective) this.readDirective(line, number);
    else this.readAddress(line, number);
  }

  private readDirective(line: string, number: number): void {
    const match = /^\/*#\s?(EXT[A-Z0-9-]*|KODIPROP)/i.exec(line);
    if (match === null) return;
    const rest = line.slice(match[0].length).replace(/^\s*:/, '');
    switch (match[1]?.toUpperCase()) {
      case 'EXTM3U':
        return this.readHeader(rest);
      case 'EXTINF':
        return this.readInfo(rest, number);
      case 'EXTGRP':
        return this.readGroup(rest);
      case 'EXTVLCOPT':
      case 'EXTVLCOP': // a misspelling that whole lists are written with
        return this.readVlcOption(rest);
      case 'KODIPROP':
        return this.readKodiProperty(rest);
      case 'EXTHTTP':
        return this.readJsonHeaders(rest);
      case 'EXTIMG':
        this.pending.logo = rest.trim();
        return;
      case 'EXT-X-TARGETDURATION':
      case 'EXT-X-STREAM-INF':
      case 'EXT-X-MEDIA-SEQUENCE':
        return this.readStreamDirective(number);
      case undefined:
      default:
        return;
    }
  }

  private readHeader(rest: string): void {
    const attributes = parseAttributes(rest, this.found.limits.maxAttributes);
    for (const key of GUIDE_KEYS) this.addGuides(attributes.get(key) ?? '');
    for (const key of DEFAULT_KEYS) {
      const value = attributes.get(key);
      if (value !== undefined) this.defaults.set(key, value);
    }
  }

  /** Several guides in one attribute, separated by commas or blanks; a comma inside an address is kept. */
  private addGuides(text: string): void {
    const separator = text.includes('://') ? /[\s;|]+|,(?=https?:|$)/i : /[\s;|,]+/;
    for (const part of text.split(separator)) {
      // "iptvx.example/epg" without a scheme is meant as a web address.
      const address = /^[\w-]+(?:\.[\w-]+)+(?:[/:]|$)/.test(part) ? `https://${part}` : part;
      const url = webAddressOrNull(address.replace(/,+$/, ''));
      if (url !== null) this.found.addGuide(url);
    }
  }

  private readInfo(rest: string, number: number): void {
    this.dropPending();
    this.pending.info = parseExtInf(rest, this.found.limits.maxAttributes);
    this.pending.line = number;
  }

  private readGroup(rest: string): void {
    const attributes = parseAttributes(rest, this.found.limits.maxAttributes);
    const group = cleanOrNull(attributes.get('group-title') ?? rest, this.found.limits.maxNameLength * 2);
    if (this.pending.info === null) this.blockGroup = group;
    else this.pending.group = group;
  }

  private readVlcOption(rest: string): void {
    const match = /^\s*(?:--|:)?http-(user-agent|referr?er|origin|cookie)s?\s*=(.*)$/i.exec(rest);
    if (match?.[1] !== undefined) addHeader((this.pending.request ??= noHeaders()), match[1], match[2] ?? '');
  }

  private readKodiProperty(rest: string): void {
    const equals = rest.indexOf('=');
    if (equals < 0) return;
    const key = rest.slice(0, equals).trim().toLowerCase();
    const value = stripQuotes(rest.slice(equals + 1).trim());
    if (/(?:stream|manifest|common)_headers$/.test(key)) {
      addKodiHeaders((this.pending.request ??= noHeaders()), value);
    } else if (key === 'inputstream.adaptive.manifest_type' && value.toLowerCase() === 'mpd') {
      this.pending.refusal = 'dash';
    } else if (/(?:license_key|license_type|drm|drm_legacy)$/.test(key) && value !== '') {
      this.pending.refusal ??= 'drm';
    }
  }

  private readJsonHeaders(rest: string): void {
    const parsed = parseJson(rest);
    if (typeof parsed !== 'object' || parsed === null) return;
    for (const [name, value] of Object.entries(parsed).slice(0, 32)) {
      if (typeof value === 'string') addHeader((this.pending.request ??= noHeaders()), name, value);
    }
  }

  private readStreamDirective(number: number): void {
    if (this.found.entries.length > 0) return;
    this.isStream = true;
    this.pending = nothingPending();
    this.found.note(number, 'stream-not-list');
  }

  private readAddress(line: string, number: number): void {
    const { pending } = this;
    const result = parseLocator(line);
    // Decoration and broken titles stand between entries and inside them; they end none.
    if (!result.ok && result.reason === 'not-an-address') {
      if (pending.info === null) this.found.note(number, 'stray-text');
      return;
    }
    const info = pending.info ?? NO_INFO;
    const start = pending.info === null ? number : pending.line;
    const refusal = result.ok ? pending.refusal : result.reason;
    this.pending = nothingPending();
    if (!result.ok || refusal !== null) return this.refuse(start, refusal ?? 'not-an-address', info);
    if (this.found.isFull) return this.refuse(start, 'too-many-entries', info);
    const request = joinHeaders(joinHeaders(requestOf(info), pending.request ?? NO_HEADERS), result);
    this.found.add(
      makeEntry(
        {
          line: start,
          title: info.title,
          locator: result.locator,
          request,
          duration: info.duration,
          group: pending.group ?? this.blockGroup,
          logo: pending.logo,
          attributes: info.attributes,
          defaults: this.defaults,
        },
        this.found.limits.maxNameLength,
      ),
    );
  }

  /** The beginning of a line that is too long still says what kind of line it is. */
  private readCutLine(line: string, number: number): void {
    const isInfo = /^#EXTINF/i.test(line);
    if (isInfo) {
      this.readInfo(line.slice('#EXTINF:'.length), number);
      this.pending.refusal = 'line-too-long';
    } else if (line.startsWith('#EXTM3U')) this.readHeader(line.slice('#EXTM3U'.length));
    else if (line.startsWith('#')) this.found.note(number, 'line-too-long');
    else {
      const info = this.pending.info ?? NO_INFO;
      this.refuse(this.pending.info === null ? number : this.pending.line, 'line-too-long', info);
      this.pending = nothingPending();
    }
  }

  private dropPending(): void {
    const { pending } = this;
    if (pending.info === null) return;
    this.pending = nothingPending();
    this.refuse(pending.line, pending.refusal ?? 'no-address', pending.info);
  }

  private refuse(line: number, reason: ProblemReason, info: Directive): void {
    const { maxNameLength } = this.found.limits;
    const name =
      cleanOrNull(info.title, maxNameLength) ?? cleanOrNull(info.attributes.get('tvg-name'), maxNameLength);
    this.found.refuse(line, reason, name);
  }
}

function nothingPending(): Pending {
  return { line: 0, info: null, request: null, group: null, logo: null, refusal: null };
}

/** Headers among the attributes of #EXTINF; the more special lines after it win over them. */
function requestOf({ attributes }: Directive): RequestHeaders {
  let request: RequestHeaders = NO_HEADERS;
  for (const key of HEADER_ATTRIBUTES) {
    const value = attributes.get(key);
    if (value === undefined) continue;
    if (request === NO_HEADERS) request = noHeaders();
    addHeader(request, key.replace(/^http-/, ''), value);
  }
  return request;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
