// What a guide source says, typed: the same records whether it spoke XMLTV or a provider's JSON. Plain data that
// travels between threads. An optional field is absent, never empty, so that a million records stay small.

export interface LocalText {
  text: string;
  /** As written, e.g. "es" or "en-GB"; absent when the source names none. */
  lang?: string;
}

export interface GuideChannel {
  /** As written, trimmed; never "". */
  id: string;
  /** In the order of the source; empty when it names none. */
  names: LocalText[];
  icons?: string[];
  urls?: string[];
  /** Logical channel numbers (`<lcn>`), as written. */
  numbers?: string[];
}

export type CreditRole =
  | 'director'
  | 'actor'
  | 'writer'
  | 'adapter'
  | 'producer'
  | 'composer'
  | 'editor'
  | 'presenter'
  | 'commentator'
  | 'guest';

export interface GuideCredit {
  role: CreditRole;
  name: string;
  /** Whom an actor plays. */
  character?: string;
}

/** A value in a numbering, rating or scoring system; `system` is absent when the source names none. */
export interface SystemValue {
  system?: string;
  value: string;
}

export interface GuideImage {
  url: string;
  /** 'poster', 'backdrop', 'still', …; as written. */
  type?: string;
  /** 'P' portrait or 'L' landscape. */
  orient?: string;
}

export interface GuideProgramme {
  /** As written, trimmed; never "". */
  channelId: string;
  /** Epoch seconds. */
  start: number;
  /** Epoch seconds, always after `start`; null when the source says none or nonsense: see `core/guide/finish`. */
  stop: number | null;
  /** At least one. */
  titles: LocalText[];
  subTitles?: LocalText[];
  descriptions?: LocalText[];
  credits?: GuideCredit[];
  /** When the work was made: `YYYY`, `YYYYMM` or `YYYYMMDD`. */
  date?: string;
  categories?: LocalText[];
  keywords?: LocalText[];
  language?: string;
  originalLanguage?: string;
  /** Length of the work itself, in seconds, without advertisements. */
  length?: number;
  icons?: string[];
  images?: GuideImage[];
  urls?: string[];
  countries?: LocalText[];
  /** Episode numbers, and ids in the systems of databases (`themoviedb.com`, `imdb.com`, `dd_progid`). */
  episodes?: SystemValue[];
  video?: { aspect?: string; quality?: string; colour?: string };
  audio?: { stereo: string };
  subtitles?: { type?: string; language?: string }[];
  ratings?: SystemValue[];
  starRatings?: SystemValue[];
  /** Present when it was shown before; `start` as written. */
  previouslyShown?: { start?: string; channel?: string };
  isNew?: true;
  isPremiere?: true;
  isLastChance?: true;
  isLive?: true;
  /** What the players' `{catchup-id}` stands for. */
  catchupId?: string;
}

export type GuideProblemReason =
  /** A channel without `id`, or a programme without `channel`. */
  | 'no-id'
  | 'no-title'
  | 'no-start'
  /** `start` or `stop` that cannot be read, or outside the years believed in. */
  | 'bad-time'
  | 'zero-length'
  | 'backwards'
  /** A record that never ends: kept as far as it goes where another follows, dropped at the end of the file. */
  | 'unclosed'
  /** A bare `&` or `<`: kept as text. */
  | 'stray-character'
  /** The file ends in the middle of something. */
  | 'truncated'
  /** Text that is not in the encoding of the file, or was damaged before: kept, with replacement characters. */
  | 'bad-encoding'
  | 'unknown-encoding'
  | 'text-too-long'
  | 'too-many-values'
  | 'record-too-large'
  | 'tag-too-long'
  | 'too-deep'
  /** JSON only. */
  | 'broken-json'
  /** It names no programme and no channel, and no list where they might be. */
  | 'unknown-shape'
  /** There is nothing where programmes would be. */
  | 'empty'
  | 'no-channel';

export interface GuideProblem<Reason extends string = GuideProblemReason> {
  reason: Reason;
  /** Byte of the unpacked source near which it was found; in JSON the ordinal of the record, from 1. */
  at: number;
  /** Line of the source, from 1; absent in JSON. */
  line?: number;
  /** Some of the text concerned, shortened; "" when there is none. */
  sample: string;
}

export interface GuideSummary {
  /** Records handed over. */
  channels: number;
  programmes: number;
  /** Unpacked bytes read. */
  bytes: number;
  /** The encoding the text was in, e.g. 'utf-8', 'windows-1251'. */
  encoding: string;
  /** Every problem, counted. */
  problemsBy: Partial<Record<GuideProblemReason, number>>;
  /** At most `maxProblems`, shared among the kinds as `GuideProblems` says, in the order of the source. */
  problems: GuideProblem[];
  /** The source ended in the middle: what it said so far may be a part. */
  isTruncated: boolean;
}

/**
 * Called synchronously from `write` and `end`; the records are the receiver's to keep. `at` and `line` say where a record
 * begins, as they do in a problem; line 0 = the source has none.
 */
export interface GuideHandler {
  channel(channel: GuideChannel, at: number, line: number): void;
  programme(programme: GuideProgramme, at: number, line: number): void;
}

/** Reads one guide from any chunking. Memory depends on the limits, never on the size of the guide. */
export interface GuideReader {
  /** The chunk may be reused by the caller afterwards. */
  write(chunk: Uint8Array): void;
  /** Once, after the last chunk. */
  end(): GuideSummary;
}

export interface GuideReaderOptions {
  /** IANA zone of times that name none; 'UTC' when absent. An unknown zone is a RangeError. */
  defaultZone?: string;
  /** The `charset` of the Content-Type, for guides that do not say themselves. */
  charset?: string;
  limits?: Partial<GuideLimits>;
}

/** What one guide may cost. */
export interface GuideLimits {
  /** Bytes of one tag with its attributes; a longer one costs its element. */
  maxTagBytes: number;
  /** UTF-16 units of one text; the rest is cut off. */
  maxTextLength: number;
  /** UTF-16 units of an id, a system, an address or another short value; longer ones are dropped. */
  maxValueLength: number;
  /** Bytes of one channel or programme; a larger one is dropped. */
  maxRecordBytes: number;
  /** Values of one kind in one record. */
  maxValues: number;
  /** Elements inside each other within one record. */
  maxDepth: number;
  /** Problems kept with their place; all are counted. */
  maxProblems: number;
  /** Epoch seconds: times before and after are nonsense. */
  earliest: number;
  latest: number;
  /** Bytes gathered before they are looked at. */
  blockBytes: number;
  /** JSON cannot be read in pieces, so the whole of it is bounded: bytes. */
  maxDocumentBytes: number;
}

export const DEFAULT_GUIDE_LIMITS: Readonly<GuideLimits> = {
  maxTagBytes: 65_536,
  maxTextLength: 32_768,
  maxValueLength: 2_048,
  maxRecordBytes: 1_048_576,
  maxValues: 200,
  maxDepth: 32,
  maxProblems: 100,
  earliest: Date.UTC(1990, 0, 1) / 1000,
  latest: Date.UTC(2100, 0, 1) / 1000,
  blockBytes: 131_072,
  maxDocumentBytes: 32 * 1024 * 1024,
};
