import type { LocatorRefusal, StreamLocator } from './locator.js';

export type ListFormat = 'm3u' | 'json' | 'html' | 'unknown';
export type EntryKind = 'live' | 'film' | 'episode';

/** How a channel's past can be asked for, in the words of the list. */
export interface Catchup {
  /** 'default', 'append', 'shift', 'flussonic', 'xc', …; lower case. */
  mode: string;
  days: number | null;
  /** Address template with the placeholders of the mode, as written. */
  source: string | null;
}

/** One thing to watch that a list names. A plain record: it travels between threads. */
export interface FoundEntry {
  /** Line of the list the entry begins at; for JSON and HTML its ordinal, from 1. */
  line: number;
  name: string;
  group: string | null;
  logo: string | null;
  tvgId: string | null;
  tvgName: string | null;
  number: number | null;
  kind: EntryKind;
  series: string | null;
  season: number | null;
  episode: number | null;
  /** What the name says behind the numbers of an episode. */
  episodeTitle: string | null;
  /** As the list tells it. */
  durationSeconds: number | null;
  locator: StreamLocator;
  userAgent: string | null;
  headers: Record<string, string>;
  catchup: Catchup | null;
  /** Hours to add to the guide's times. */
  guideShiftHours: number | null;
  isRadio: boolean;
  isAdult: boolean;
  language: string | null;
  country: string | null;
}

export type ProblemReason =
  | LocatorRefusal
  | 'no-address'
  | 'stray-text'
  | 'line-too-long'
  | 'drm'
  | 'too-many-entries'
  | 'stream-not-list'
  | 'error-page'
  | 'guide-not-list'
  | 'no-entries'
  | 'compressed'
  | 'empty-list'
  | 'binary'
  | 'broken-json'
  | 'too-deep'
  | 'too-large';

export interface ListProblem {
  line: number;
  reason: ProblemReason;
  /** Name of the entry concerned, where it had one. Never an address: those carry credentials. */
  name: string | null;
}

export interface ListCounts {
  /** Entries the list tries to name: imported + refused. */
  found: number;
  imported: number;
  refused: number;
  refusedBy: Partial<Record<ProblemReason, number>>;
  /** Pages only: further links to an address that is an entry already. Not part of `found`. */
  repeats: number;
  live: number;
  films: number;
  episodes: number;
}

export interface ParsedList {
  format: ListFormat;
  entries: FoundEntry[];
  /** The first `maxProblems` of them; `counts` is complete. */
  problems: ListProblem[];
  /** Guides the list names for itself (http and https only), in its order, each once. */
  guideUrls: string[];
  counts: ListCounts;
}

/** What one list may cost. Lengths in UTF-16 units. */
export interface ListLimits {
  maxLineLength: number;
  maxNameLength: number;
  maxAttributes: number;
  maxEntries: number;
  maxProblems: number;
  maxGuideUrls: number;
  /** JSON is read as a whole, so its text is bounded. */
  maxDocumentLength: number;
  /** So are web pages. */
  maxPageLength: number;
  /** How deep JSON may nest before the rest is left unread. */
  maxDepth: number;
}

export const DEFAULT_LIST_LIMITS: Readonly<ListLimits> = {
  maxLineLength: 65_536,
  maxNameLength: 300,
  maxAttributes: 64,
  maxEntries: 200_000,
  maxProblems: 1000,
  maxGuideUrls: 256,
  maxDocumentLength: 32 * 1024 * 1024,
  maxPageLength: 8 * 1024 * 1024,
  maxDepth: 32,
};

const REASON_TEXTS: Readonly<Record<ProblemReason, string>> = {
  empty: 'the address is empty',
  'too-long': 'the address is too long',
  'control-characters': 'the address holds control characters',
  'not-an-address': 'this is not an address',
  'relative-address': 'the address has no host',
  'invalid-address': 'the address cannot be read',
  'acestream-without-id': 'the AceStream address holds no id of 40 hexadecimal digits',
  dash: 'MPEG-DASH streams (.mpd) are not supported',
  'smooth-streaming': 'Smooth Streaming is not supported',
  sopcast: 'SopCast is not supported',
  pipe: 'commands (pipe://) are never run',
  mms: 'MMS is not supported',
  file: 'files of this machine are never read',
  script: 'scripts and embedded data are not addresses',
  plugin: 'player add-ons (plugin://) are not supported',
  'unknown-scheme': 'this kind of address is not supported',
  'no-address': 'no address follows the entry',
  'stray-text': 'text that is neither a directive nor an address',
  'line-too-long': 'the line is too long',
  drm: 'encrypted streams (DRM) are not supported',
  'too-many-entries': 'the list holds more entries than allowed',
  'stream-not-list': 'this is an HLS stream, not a list of channels',
  'error-page': 'a web page without any stream came instead of a list',
  'guide-not-list': 'this is a programme guide, not a list of channels',
  'no-entries': 'the list names no stream',
  compressed: 'the list is still compressed (gzip, zip or xz)',
  'empty-list': 'the list is empty',
  binary: 'this is not text',
  'broken-json': 'the JSON is damaged',
  'too-deep': 'the list nests deeper than allowed',
  'too-large': 'the list is longer than allowed',
};

/** One English sentence part for people, without a full stop. */
export function describeReason(reason: ProblemReason): string {
  return REASON_TEXTS[reason];
}
