import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { GuideProgramme } from '../xmltv/types.js';

/** A programme in its place: of a known channel, with an end. */
export type ScheduledProgramme = Omit<GuideProgramme, 'channelId' | 'stop'> & {
  /** Epoch seconds, after `start`. */
  stop: number;
};

export interface PackedPage {
  /** Days since the epoch. */
  day: number;
  count: number;
  /** Epoch seconds. */
  firstStart: number;
  lastStop: number;
  data: Buffer;
}

export const SECONDS_PER_DAY = 86_400;
/** Of one page, unpacked: some 20 ms of a reader's time. A crowded day has 50 kB. */
const MAX_PAGE_BYTES = 1024 * 1024;
/** A page is small and read often: more effort gains a tenth and costs three times the time. */
const DEFLATE = { level: 1, windowBits: 14, memLevel: 8 } as const;

/** Day of a moment in UTC, counted from the epoch. */
export function dayOf(epochSeconds: number): number {
  return Math.floor(epochSeconds / SECONDS_PER_DAY);
}

/** Throws for bytes that no page holds. */
export function unpackPage(data: Uint8Array): ScheduledProgramme[] {
  const text = inflateRawSync(data, { maxOutputLength: MAX_PAGE_BYTES + 1024 }).toString();
  return JSON.parse(text) as ScheduledProgramme[];
}

/** What of a programme is the same wherever it stands: everything but its channel and its times, as JSON. */
export function programmeBody(programme: GuideProgramme | ScheduledProgramme): string {
  return JSON.stringify({ ...programme, channelId: undefined, start: undefined, stop: undefined });
}

/**
 * Packs the programmes of one channel and day: a JSON array, deflated. The bodies go in as they are, so that a
 * million programmes are not made into objects again.
 */
export class PageBuilder {
  private text = Buffer.allocUnsafe(64 * 1024);
  private length = 0;
  private count = 0;
  private firstStart = Number.POSITIVE_INFINITY;
  private lastStop = Number.NEGATIVE_INFINITY;

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** `body` is a JSON object that is not empty. False: the page is full, the programme is left out. */
  add(start: number, stop: number, body: Uint8Array): boolean {
    const head = `${this.count === 0 ? '[' : ','}{"start":${start},"stop":${stop},`;
    const needed = this.length + head.length + body.length;
    if (needed > MAX_PAGE_BYTES) return false;
    if (needed + 1 > this.text.length) this.grow(needed + 1);
    this.length += this.text.write(head, this.length, 'latin1');
    this.text.set(body.subarray(1), this.length);
    this.length += body.length - 1;
    this.count++;
    this.firstStart = Math.min(this.firstStart, start);
    this.lastStop = Math.max(this.lastStop, stop);
    return true;
  }

  /** The page, and begins the next one. */
  take(day: number): PackedPage {
    this.text[this.length++] = 0x5d;
    const data = deflateRawSync(this.text.subarray(0, this.length), DEFLATE);
    const page = { day, count: this.count, firstStart: this.firstStart, lastStop: this.lastStop, data };
    this.length = 0;
    this.count = 0;
    this.firstStart = Number.POSITIVE_INFINITY;
    this.lastStop = Number.NEGATIVE_INFINITY;
    return page;
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, this.text.length * 2));
    this.text.copy(larger, 0, 0, this.length);
    this.text = larger;
  }
}

/** A page of programmes that are objects already. Throws a RangeError when they do not fit into one page. */
export function packPage(programmes: readonly ScheduledProgramme[], day: number): PackedPage {
  const builder = new PageBuilder();
  for (const programme of programmes) {
    const body = Buffer.from(programmeBody(programme));
    if (!builder.add(programme.start, programme.stop, body)) throw new RangeError('the page is full');
  }
  return builder.take(day);
}
