// JSON of any shape → entries: wherever an object (or a key with an address) names a stream, it is one.
import type { ListCollector } from './collector.js';
import { noHeaders } from './http-headers.js';
import { literalsOf, parseLiteral } from './js-literal.js';
import type { JsonObject } from './json-fields.js';
import { addressOf, attributesOf, isProgramme, nameOf, objectOf, stringOf } from './json-fields.js';
import { isBareAceStreamId, parseLocator } from './locator.js';
import { parseExtInf } from './m3u-attributes.js';
import type { RawEntry } from './make-entry.js';
import { makeEntry, rawEntry } from './make-entry.js';
import { cleanOrNull } from './text.js';

/** What the surroundings of a value say about it. */
interface Context {
  name: string | null;
  group: string | null;
  /** Logo, guide id and the like of the object around. */
  attributes: ReadonlyMap<string, string>;
  depth: number;
}

/** Keys that hold lists and say nothing of what is in them. */
const CONTAINER_KEY =
  /^(?:\d+|channels?|links?|streams?|list|lists|items?|raw|data|results?|result|playlists?|entries|sources?|urls?|tv|live|response|body|content|contents|payload|objects?|elements?|alternatives|mirrors|servers|all|hd|sd|fhd|uhd|4k)$/i;
const TECHNICAL_KEY =
  /hash$|sha|md5|token|checksum|etag|digest|sign|uuid|guid|commit|revision|(?:^|[_-])(?:key|id)$/i;
/** More programmes than this without a single stream make a guide. */
const GUIDE_PROGRAMMES = 3;
/** An object that names a category is a member of an array, not the document itself. */
const CATEGORY_DEPTH = 3;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const TOP: Context = { name: null, group: null, attributes: NO_ATTRIBUTES, depth: 0 };

/** Reads a JSON document, or the data of a script. */
export function readJsonList(text: string, found: ListCollector): void {
  const value = parseLiteral(text);
  const reader = new JsonReader(found);
  if (value !== undefined) reader.read(value);
  else if (!readScriptData(text, reader)) return found.note(1, 'broken-json');
  reader.finish();
}

/** The data literals of a page's scripts; true when one of them names a stream. */
export function readScriptList(script: string, found: ListCollector): boolean {
  const before = found.entries.length;
  readScriptData(script, new JsonReader(found));
  return found.entries.length > before;
}

function readScriptData(script: string, reader: JsonReader): boolean {
  let isData = false;
  for (const value of literalsOf(script)) {
    isData = true;
    reader.read(value);
  }
  return isData;
}

class JsonReader {
  private ordinal = 0;
  private programmes = 0;
  private isTooDeep = false;

  constructor(private readonly found: ListCollector) {}

  read(value: unknown): void {
    this.visit(value, TOP);
  }

  finish(): void {
    if (!this.found.isBarren) return;
    this.found.note(1, this.programmes >= GUIDE_PROGRAMMES ? 'guide-not-list' : 'no-entries');
  }

  private visit(value: unknown, context: Context): void {
    if (typeof value !== 'object' || value === null) return;
    if (context.depth >= this.found.limits.maxDepth) return this.noteDepth();
    if (Array.isArray(value)) this.visitArray(value, context);
    else this.visitObject(value as JsonObject, context);
  }

  private visitArray(values: readonly unknown[], context: Context): void {
    const inside = { ...context, depth: context.depth + 1 };
    for (const value of values) {
      if (typeof value === 'string') this.visitText(value, context.name, inside);
      else this.visit(value, inside);
    }
  }

  private visitObject(object: JsonObject, context: Context): void {
    const name = nameOf(object);
    const address = addressOf(object);
    if (isProgramme(object)) this.programmes++;
    if (address.kind === 'stream') {
      const raw = rawEntry(++this.ordinal, name ?? context.name ?? '', address.locator, address.request);
      return this.add(describe(raw, object, context));
    }
    if (address.kind === 'refused') {
      this.ordinal++;
      return this.found.refuse(
        this.ordinal,
        address.reason,
        cleanOrNull(name ?? context.name, this.found.limits.maxNameLength),
      );
    }
    for (const [key, value] of Object.entries(object)) this.visitField(key, value, name, object, context);
  }

  /** A field of an object that names no stream itself. */
  private visitField(
    key: string,
    value: unknown,
    name: string | null,
    object: JsonObject,
    context: Context,
  ): void {
    const isContainer = CONTAINER_KEY.test(key);
    if (typeof value === 'string') {
      // {"Eurosport 1": "acestream://…"}
      if (name === null) {
        this.visitText(value, isContainer ? context.name : key, { ...context, depth: context.depth + 1 });
      }
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const own = objectOf(value);
    // {"Eurosport 1": {"url": …}} and {"Sport": [{"name": …, "url": …}]}
    const isNamedByKey = !isContainer && name === null && own !== null && nameOf(own) === null;
    const groupByKey = !isContainer && name === null && !isNamedByKey ? key : null;
    const holdsTexts = Array.isArray(value) && typeof value[0] === 'string';
    this.visit(value, {
      name: name ?? (isNamedByKey || (holdsTexts && !isContainer) ? key : context.name),
      group: attributesOf(object).get('group-title') ?? groupByKey ?? context.group,
      attributes: name === null ? context.attributes : attributesOf(object),
      depth: context.depth + 1,
    });
  }

  /** A bare text: only what is surely a stream counts. */
  private visitText(text: string, name: string | null, context: Context): void {
    if (text.length < 40 && !/^\w+:/.test(text)) return;
    // {"hash": "646b…"}: forty digits under such a key are a checksum.
    if (name !== null && TECHNICAL_KEY.test(name) && isBareAceStreamId(text)) return;
    const result = parseLocator(text);
    if (!result.ok || result.locator.kind === 'http') return;
    const request = noHeaders();
    request.userAgent = result.userAgent;
    request.headers = result.headers;
    const raw = rawEntry(++this.ordinal, name ?? '', result.locator, request);
    this.add({ ...raw, group: context.group, attributes: context.attributes });
  }

  private add(raw: RawEntry): void {
    this.found.add(makeEntry(raw, this.found.limits.maxNameLength));
  }

  private noteDepth(): void {
    if (this.isTooDeep) return;
    this.isTooDeep = true;
    this.found.note(1, 'too-deep');
  }
}

function describe(raw: RawEntry, object: JsonObject, context: Context): RawEntry {
  const attributes = attributesOf(object);
  const line = stringOf(object.extinf);
  const info = line === null ? null : parseExtInf(line.replace(/^\s*#EXTINF:?/i, ''), 64);
  for (const [key, value] of info?.attributes ?? []) if (!attributes.has(key)) attributes.set(key, value);
  for (const [key, value] of context.attributes) if (!attributes.has(key)) attributes.set(key, value);
  const title = raw.title === '' ? (info?.title ?? '') : raw.title;
  const duration = typeof object.duration === 'number' ? object.duration : (info?.duration ?? null);
  // The name of a category around it is the group; the name of the whole list, or the channel's own again, is not.
  const isCategory = context.name !== null && context.name !== title && context.depth >= CATEGORY_DEPTH;
  const group = context.group ?? (isCategory ? context.name : null);
  return { ...raw, title, duration, attributes, group };
}
