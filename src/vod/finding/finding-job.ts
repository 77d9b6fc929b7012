import type { DatabaseLocation } from '../../platform/database/bulk-connection.js';

export interface FindingReport {
  programmes: number;
  /** Showings that are films or candidates. */
  showings: number;
  /** Films and candidates. */
  newFilms: number;
  /** Some of them, as written on screen. */
  newTitles: string[];
  changedFilms: number;
  airings: number;
}

export interface FindingProgress {
  /** Guide channels. */
  done: number;
  total: number;
}

export interface FindingWindow {
  /** Epoch seconds. */
  from: number;
  /** Not included. */
  to: number;
}

/** A channel that viewers see, and one of the guide channels it takes its programmes from. */
export interface FindingLink {
  channelId: number;
  guideChannelId: number;
  shiftSeconds: number;
  isAdult: boolean;
}

/** Everything a search needs, as plain data: it happens in a thread of its own. */
export interface FindingJob {
  location: DatabaseLocation;
  nowSeconds: number;
  /** See `packLinks`. */
  links: Float64Array;
  /** Only tells what a run would do. */
  isTrial: boolean;
}

export interface FindingResult {
  report: FindingReport;
  /** Pages that could not be unpacked: a damaged database. */
  damaged: number;
  /** Something of it was stored. */
  isChanged: boolean;
  /** Ids of films that nobody knew before. */
  newFilms: Float64Array;
}

export type FindingMessage =
  | { kind: 'progress'; progress: FindingProgress }
  /** It goes on: storing has no progress of its own. */
  | { kind: 'alive' }
  | { kind: 'end'; result: FindingResult }
  | { kind: 'failure'; reason: string };

const FIELDS = 4;

/** One array crosses to a thread at once; tens of thousands of objects would hold the event loop. */
export function packLinks(links: readonly FindingLink[]): Float64Array {
  const packed = new Float64Array(links.length * FIELDS);
  for (const [at, { channelId, guideChannelId, shiftSeconds, isAdult }] of links.entries()) {
    packed.set([channelId, guideChannelId, shiftSeconds, Number(isAdult)], at * FIELDS);
  }
  return packed;
}

export function unpackLinks(packed: Float64Array): FindingLink[] {
  return Array.from({ length: packed.length / FIELDS }, (_, at) => {
    const [channelId = 0, guideChannelId = 0, shiftSeconds = 0, isAdult = 0] = packed.subarray(at * FIELDS);
    return { channelId, guideChannelId, shiftSeconds, isAdult: isAdult === 1 };
  });
}
