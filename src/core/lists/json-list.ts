// JSON of any shape → entries: wherever an object (or a key with an address) names a stream, it is one.
import type { ListCollector } from './collector.js';
import { literalsOf, parseLiteral } from './js-literal.js';
import type { JsonObject } from './json-fields.js';
import { addressOf, attributesOf, isProgramme, nameOf, stringOf } from './json-fields.js';
import { isBareAceStreamId, parseLocator } from './locator.js';
import { parseExtInf } from './m3u-attributes.js';
import type { RawEntry } from './make-entry.js';
import { makeEntry, rawEntry } from './make-entry.js';
import { cleanOrNull } from './text.js';

/** What the surroundings of a value say about it. */
interface Context {
  name: string | null;
  /** The name is the key the value stands under, not a field of an object. */
  isNameKey: boolean;
  /** Inside a programme of a guide: its links lead to recordings and trailers. */
  isProgramme: boolean;
  group: string | null;
  /** Logo, guide id and the like of the object around. */
  attributes: ReadonlyMap<string, string>;
  depth: number;
}

/** The object a field stands in. */
interface Around {
  name: string | null;
  attributes: ReadonlyMap<string, string>;
}

/** Keys that hold lists and say nothing of what is in them. */
const CONTAINER_KEY =
  /^(?:\d+|channels?|links?|streams?|list|lists|items?|raw|data|results?|result|playlists?|entries|sources?|urls?|tv|live|response|body|content|contents|payload|objects?|elements?|alternatives|(?:mirror|server|backup|link|stream|source|url)s?\d*|all|main|primary|low|high|auto|hd|sd|fhd|uhd|4k)$/i;
const TECHNICAL_KEY =
  /hash$|sha|md5|token|checksum|etag|digest|sign|uuid|guid|commit|revision|(?:^|[_-])(?:key|id)$/i;
/** More programmes than this without a single stream make a guide. */
const GUIDE_PROGRAMMES = 3;
/** An object that names a category is a member of an array, not the document itself. */
const CATEGORY_DEPTH = 3;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
const TOP: Context = {
  name: null,
  isNameKey: false,
  isProgramme: false,
  group: null,
  attributes: NO_ATTRIBUTES,
  depth: 0,
};

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
    const isGuide = isProgramme(object);
    if (isGuide) this.programmes++;
    const inside = { ...context, isProgramme: context.isProgramme || isGuide };
    const address = addressOf(object);
    const isStream =
      address.kind === 'stream' && (!inside.isProgramme || address.locator.kind === 'acestream');
    if (isStream) {
      const raw = rawEntry(++this.ordinal, name ?? context.name ?? '', address.locator, address.request);
      return this.add(describe(raw, object, context));
    }
    if (address.kind === 'refused' && !inside.isProgramme) {
      const { maxNameLength } = this.found.limits;
      return this.found.refuse(
        ++this.ordinal,
        address.reason,
        cleanOrNull(name ?? context.name, maxNameLength),
      );
    }
    const around = { name, attributes: attributesOf(object) };
    for (const [key, value] of Object.entries(object)) this.visitField(key, value, around, inside);
  }

  /** A field of an object that names no stream itself. */
  private visitField(key: string, value: unknown, around: Around, context: Context): void {
    const { name, attributes } = around;
    const isContainer = CONTAINER_KEY.test(key);
    const depth = context.depth + 1;
    if (typeof value === 'string') {
      if (name !== null) return;
      // {"Eurosport 1": "acestream://…"}, and {"Sport": {"Eurosport 1": "acestream://…"}}
      const group = context.group ?? (context.isNameKey && !isContainer ? context.name : null);
      return this.visitText(value, isContainer ? context.name : key, { ...context, group, depth });
    }
    if (typeof value !== 'object' || value === null) return;
    const isNameKey = name === null && !isContainer && isNamedByKey(value);
    // {"Sport": [{"name": …, "url": …}]}
    const groupByKey = name === null && !isContainer && !isNameKey ? key : null;
    this.visit(value, {
      name: name ?? (isNameKey ? key : context.name),
      isNameKey: isNameKey || (name === null && context.isNameKey),
      isProgramme: context.isProgramme,
      group: attributes.get('group-title') ?? groupByKey ?? context.group,
      attributes: name === null ? context.attributes : attributes,
      depth,
    });
  }

  /** A bare text: only what is surely a stream counts. */
  private visitText(text: string, name: string | null, context: Context): void {
    if (text.length < 40 && !/^\w+:/.test(text)) return;
    // {"hash": "646b…"}: forty digits under such a key are a checksum.
    if (name !== null && TECHNICAL_KEY.test(name) && isBareAceStreamId(text)) return;
    const result = parseLocator(text);
    if (!result.ok || result.locator.kind === 'http') return;
    const raw = rawEntry(++this.ordinal, name ?? '', result.locator, result);
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

/** {"Eurosport 1": {"url": …}} and {"Eurosport 1": ["acestream://…"]} */
function isNamedByKey(value: object): boolean {
  if (Array.isArray(value)) return typeof value[0] === 'string';
  return nameOf(value as JsonObject) === null;
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
