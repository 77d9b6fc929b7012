import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { GuideProgramme } from '../xmltv/types.js';

/** A programme in its place: of a known channel, with an end. */
export type ScheduledProgramme = Omit<GuideProgramme, 'channelId' | 'stop'> & {
  /** Epoch seconds, after `start`. */
  stop: number;
};

const SECONDS_PER_DAY = 86_400;
/** Of one page, unpacked: a bound against a damaged database, far above what an import stores. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;

/** Day of a moment in UTC, counted from the epoch. */
export function dayOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / SECONDS_PER_DAY);
}

/** Programmes of one channel and day as they are stored: JSON, deflated. */
export function packPage(programmes: readonly ScheduledProgramme[]): Buffer {
  return deflateRawSync(JSON.stringify(programmes), { level: 1 });
}

/** Throws for bytes that `packPage` has not made. */
export function unpackPage(data: Uint8Array): ScheduledProgramme[] {
  const text = inflateRawSync(data, { maxOutputLength: MAX_PAGE_BYTES }).toString();
  return JSON.parse(text) as ScheduledProgramme[];
}
