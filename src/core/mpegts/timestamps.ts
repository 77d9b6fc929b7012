import { byteAt } from './packet.js';

/** PTS and DTS: 90 kHz in 33 bits, about 26.5 hours. */
export const PTS_RATE = 90_000;
export const PTS_WRAP = 2 ** 33;
/** PCR: 27 MHz, wraps with the PTS. */
export const PCR_RATE = 27_000_000;
export const PCR_WRAP = PTS_WRAP * 300;

/** Smallest size of a PES header that can tell whether there are time stamps. */
const PES_FIXED = 9;

/** `a − b` on a clock that wraps: the shorter way round, in [−wrap/2, wrap/2). */
export function clockDifference(a: number, b: number, wrap: number): number {
  const forward = wrapClock(a - b, wrap);
  return forward >= wrap / 2 ? forward - wrap : forward;
}

/** `value` brought into [0, wrap). */
export function wrapClock(value: number, wrap: number): number {
  const rest = value % wrap;
  return rest < 0 ? rest + wrap : rest;
}

/** PCR of a packet that has one (`hasPcrAt`), 27 MHz. */
export function readPcrAt(bytes: Uint8Array, packetAt: number): number {
  const at = packetAt + 6;
  const high = byteAt(bytes, at) * 2 ** 25 + byteAt(bytes, at + 1) * 2 ** 17 + byteAt(bytes, at + 2) * 2 ** 9;
  const base = high + byteAt(bytes, at + 3) * 2 + (byteAt(bytes, at + 4) >> 7);
  return base * 300 + ((byteAt(bytes, at + 4) & 1) << 8) + byteAt(bytes, at + 5);
}

/** Overwrites the PCR of a packet that has one; `pcr` in [0, PCR_WRAP). */
export function writePcrAt(bytes: Uint8Array, packetAt: number, pcr: number): void {
  const at = packetAt + 6;
  const base = Math.floor(pcr / 300);
  const extension = pcr % 300;
  bytes[at] = Math.floor(base / 2 ** 25);
  bytes[at + 1] = Math.floor(base / 2 ** 17) & 0xff;
  bytes[at + 2] = Math.floor(base / 2 ** 9) & 0xff;
  bytes[at + 3] = Math.floor(base / 2) & 0xff;
  bytes[at + 4] = ((base % 2) << 7) | 0x7e | (extension >> 8);
  bytes[at + 5] = extension & 0xff;
}

/** The five bytes of a PTS or DTS at `at`. */
export function readTimestampAt(bytes: Uint8Array, at: number): number {
  const high = (byteAt(bytes, at) >> 1) & 0x07;
  const middle = (byteAt(bytes, at + 1) << 7) | (byteAt(bytes, at + 2) >> 1);
  const low = (byteAt(bytes, at + 3) << 7) | (byteAt(bytes, at + 4) >> 1);
  return high * 2 ** 30 + middle * 2 ** 15 + low;
}

/** Overwrites a PTS or DTS, keeping the prefix that tells which of them it is; `value` in [0, PTS_WRAP). */
export function writeTimestampAt(bytes: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 30);
  const middle = Math.floor(value / 2 ** 15) & 0x7fff;
  const low = value % 2 ** 15;
  bytes[at] = (byteAt(bytes, at) & 0xf0) | (high << 1) | 1;
  bytes[at + 1] = middle >> 7;
  bytes[at + 2] = ((middle << 1) & 0xff) | 1;
  bytes[at + 3] = low >> 7;
  bytes[at + 4] = ((low << 1) & 0xff) | 1;
}

/** Offsets of the time stamps within the PES packet that starts at `from`; −1 where there is none. */
export function ptsOffset(bytes: Uint8Array, from: number, end: number): number {
  return stampFlags(bytes, from, end) >= 2 && from + PES_FIXED + 5 <= end ? from + PES_FIXED : -1;
}

export function dtsOffset(bytes: Uint8Array, from: number, end: number): number {
  return stampFlags(bytes, from, end) === 3 && from + PES_FIXED + 10 <= end ? from + PES_FIXED + 5 : -1;
}

/** Only the stream ids whose PES header has the flags: not padding, private 2, ECM, EMM and their like. */
function stampFlags(bytes: Uint8Array, from: number, end: number): number {
  if (!isPesWithHeader(bytes, from, end)) return 0;
  return byteAt(bytes, from + 7) >> 6;
}

const PLAIN_STREAM_IDS: ReadonlySet<number> = new Set([0xbc, 0xbe, 0xbf, 0xf0, 0xf1, 0xf2, 0xf8, 0xff]);

/** A start code prefix, a stream id with the optional header and its '10' marker, all before `end`. */
export function isPesWithHeader(bytes: Uint8Array, from: number, end: number): boolean {
  if (from + PES_FIXED > end) return false;
  const prefix = (byteAt(bytes, from) << 16) | (byteAt(bytes, from + 1) << 8) | byteAt(bytes, from + 2);
  if (prefix !== 1 || PLAIN_STREAM_IDS.has(byteAt(bytes, from + 3))) return false;
  return byteAt(bytes, from + 6) >> 6 === 2;
}

/** Where the codec's bytes start; may lie beyond the first packet. For `isPesWithHeader` only. */
export function pesDataOffset(bytes: Uint8Array, from: number): number {
  return from + PES_FIXED + byteAt(bytes, from + 8);
}

/** Makes one ever growing (or shrinking) line out of a clock that wraps. */
export class ClockUnwrapper {
  private last: number | undefined;
  private total = 0;

  constructor(private readonly wrap: number) {}

  push(value: number): number {
    this.total = this.last === undefined ? value : this.total + clockDifference(value, this.last, this.wrap);
    this.last = value;
    return this.total;
  }

  reset(): void {
    this.last = undefined;
    this.total = 0;
  }
}

export interface PcrRateOptions {
  /** How much stream time one measurement spans at least. */
  windowMs?: number;
  /** A step between two PCRs over this (or backwards) is a break and starts anew; the standard allows 100 ms. */
  maxGapMs?: number;
}

/** The stream's own bit rate: bytes by PCR, whatever speed they come at. */
export class PcrRate {
  private readonly window: number;
  private readonly maxGap: number;
  private startPosition = 0;
  private elapsed = 0;
  private lastPcr: number | undefined;
  private rate: number | undefined;

  constructor(options: PcrRateOptions = {}) {
    this.window = ((options.windowMs ?? 1000) * PCR_RATE) / 1000;
    this.maxGap = ((options.maxGapMs ?? 1000) * PCR_RATE) / 1000;
  }

  /** `position`: bytes of the stream before the packet with this PCR. */
  push(pcr: number, position: number): void {
    const step = this.lastPcr === undefined ? -1 : clockDifference(pcr, this.lastPcr, PCR_WRAP);
    this.lastPcr = pcr;
    if (step < 0 || step > this.maxGap) {
      this.startPosition = position;
      this.elapsed = 0;
      return;
    }
    this.elapsed += step;
    if (this.elapsed < this.window) return;
    this.rate = ((position - this.startPosition) * 8 * PCR_RATE) / this.elapsed;
    this.startPosition = position;
    this.elapsed = 0;
  }

  /** bit/s of the last full window; undefined before one has passed. */
  get bitsPerSecond(): number | undefined {
    return this.rate;
  }
}
