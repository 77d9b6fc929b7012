/** The way of the bytes, in the order in which it is walked. */
export const HOPS = [
  'channel',
  'source',
  'name',
  'engine',
  'limit',
  'start',
  'bytes',
  'tables',
  'picture',
  'codecs',
  'rate',
] as const;
/** What the server itself stands on. */
export const SERVER_HOPS = [
  'data',
  'database',
  'disk',
  'clock',
  'port',
  'engines',
  'ffmpeg',
  'lists',
] as const;
export type Hop = (typeof HOPS)[number] | (typeof SERVER_HOPS)[number];

/** `note`: worth knowing, no reason for a dark screen. `skipped`: not looked at, and why. */
export const VERDICTS = ['ok', 'note', 'failed', 'skipped'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What is put into the sentences. Nothing in it may be secret. */
export type Facts = Readonly<Record<string, string | number>>;

export interface Finding<Code extends string = string> {
  hop: Hop;
  verdict: Verdict;
  code: Code;
  facts: Facts;
}

/** A finding in words. */
export interface Advice {
  says: string;
  /** What to do about it; null where there is nothing to be done. */
  advice: string | null;
}
