import type { Codec } from './codecs.js';
import { byteAt } from './packet.js';
import { PICTURE_SYNTAXES } from './picture-syntax.js';
import type { PictureSyntax, PictureVerdict, Seen } from './picture-syntax.js';
import { isPesWithHeader, pesDataOffset } from './timestamps.js';

export interface PictureProbeOptions {
  /** How far into a picture the probe looks before it says 'other'. */
  maxBytes?: number;
}

/** False = of this codec's pictures only the random access indicator is left. */
export function canReadPictures(codec: Codec): boolean {
  return PICTURE_SYNTAXES[codec] !== undefined;
}

/** Enough for two Exp-Golomb codes of 31 bits with their emulation bytes, or an MPEG-2 picture header. */
const UNIT_START_BYTES = 12;
const UNIT_BYTES = 512;

/**
 * Reads the start of each picture of one video pid across as many packets as it takes. The codec comes from the PMT:
 * a test that ignores it takes nearly every H.264 slice for an HEVC parameter set.
 */
export class PictureProbe {
  private readonly maxBytes: number;
  private readonly unit = Buffer.alloc(UNIT_BYTES);
  private readonly seen: Seen = { sequence: false, recoveryPoint: false };
  private syntax: PictureSyntax | undefined;
  private verdict: PictureVerdict = 'other';
  private skip = 0;
  private looked = 0;
  private zeros = 0;
  /** Bytes gathered of the unit; −1 while none is gathered. */
  private gathered = -1;
  private wholeUnit = false;

  constructor(options: PictureProbeOptions = {}) {
    this.maxBytes = options.maxBytes ?? 16_384;
  }

  /** `bytes[from, end)`: payload of the packet in which a PES packet starts. */
  start(codec: Codec, bytes: Uint8Array, from: number, end: number): PictureVerdict {
    this.syntax = PICTURE_SYNTAXES[codec];
    this.verdict = this.syntax && isPesWithHeader(bytes, from, end) ? 'undecided' : 'other';
    if (this.verdict === 'other') return 'other';
    this.skip = pesDataOffset(bytes, from) - from;
    this.looked = 0;
    this.zeros = 0;
    this.gathered = -1;
    this.wholeUnit = false;
    this.seen.sequence = false;
    this.seen.recoveryPoint = false;
    return this.continue(bytes, from, end);
  }

  /** Payload of a following packet of the same picture. */
  continue(bytes: Uint8Array, from: number, end: number): PictureVerdict {
    const syntax = this.syntax;
    if (syntax === undefined || this.isDecided()) return this.verdict;
    const start = from + Math.min(this.skip, end - from);
    this.skip -= start - from;
    for (let at = start; at < end && !this.isDecided(); at++) this.take(byteAt(bytes, at), syntax);
    this.looked += end - start;
    if (!this.isDecided() && this.looked >= this.maxBytes) this.verdict = 'other';
    return this.verdict;
  }

  /** The picture is over: the next one starts, or the stream ends. Never 'undecided'. */
  finish(): PictureVerdict {
    if (this.syntax && !this.isDecided()) this.endUnit(this.syntax);
    if (!this.isDecided()) this.verdict = 'other';
    return this.verdict;
  }

  private isDecided(): boolean {
    return this.verdict !== 'undecided';
  }

  private take(byte: number, syntax: PictureSyntax): void {
    if (this.zeros >= 2 && byte === 1) {
      this.endUnit(syntax);
      this.gathered = 0;
      this.wholeUnit = false;
    } else if (this.gathered >= 0 && !(this.zeros >= 2 && byte === 3)) {
      this.gather(byte, syntax);
    }
    this.zeros = byte === 0 ? this.zeros + 1 : 0;
  }

  private gather(byte: number, syntax: PictureSyntax): void {
    this.unit[this.gathered++] = byte;
    if (this.wholeUnit) {
      if (this.gathered === UNIT_BYTES) this.endUnit(syntax);
    } else if (this.gathered === UNIT_START_BYTES) {
      this.readStart(syntax);
    }
  }

  private endUnit(syntax: PictureSyntax): void {
    if (this.gathered > 0 && !this.wholeUnit) {
      this.unit.fill(0, this.gathered, UNIT_START_BYTES);
      this.readStart(syntax);
    }
    if (this.wholeUnit) syntax.unitEnds?.(this.unit, this.gathered, this.seen);
    this.gathered = -1;
    this.wholeUnit = false;
  }

  private readStart(syntax: PictureSyntax): void {
    const answer = syntax.unitStarts(this.unit, this.seen);
    this.wholeUnit = answer === 'whole';
    if (answer === 'whole') return;
    this.gathered = -1;
    this.verdict = answer;
  }
}
