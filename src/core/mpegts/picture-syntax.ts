import type { Codec } from './codecs.js';
import { byteAt } from './packet.js';

/** Can a decoder start at this picture? 'undecided' = the bytes that tell have not come yet. */
export type PictureVerdict = 'keyframe' | 'other' | 'undecided';

/** What has been seen of the picture so far. */
export interface Seen {
  /** Sequence header or parameter set: without it nobody can start at a picture that is not an IDR. */
  sequence: boolean;
  recoveryPoint: boolean;
}

/** How one codec says that a picture is a keyframe. A unit is what stands between two start codes. */
export interface PictureSyntax {
  /** Looks at the first bytes of a unit (zeros behind a short one): a verdict, or a wish to see the whole unit. */
  unitStarts: (unit: Uint8Array, seen: Seen) => PictureVerdict | 'whole';
  /** For units answered with 'whole': all of it, or as much as is kept. */
  unitEnds?: (unit: Uint8Array, length: number, seen: Seen) => void;
}

export const PICTURE_SYNTAXES: Partial<Record<Codec, PictureSyntax>> = {
  h264: { unitStarts: h264Unit, unitEnds: h264Sei },
  h265: { unitStarts: h265Unit },
  h266: { unitStarts: h266Unit },
  mpeg1: { unitStarts: mpeg2Unit },
  mpeg2: { unitStarts: mpeg2Unit },
  mpeg4: { unitStarts: mpeg4Unit },
  vc1: { unitStarts: vc1Unit },
};

/**
 * IDR; or, with an SPS at hand, a recovery point (open GOPs and gradual refresh, which have no other entry) or a
 * picture that starts with an I slice.
 */
function h264Unit(unit: Uint8Array, seen: Seen): PictureVerdict | 'whole' {
  switch (byteAt(unit, 0) & 0x1f) {
    case 5:
      return 'keyframe';
    case 1:
    case 2:
      return seen.sequence && (seen.recoveryPoint || isIntraSlice(unit)) ? 'keyframe' : 'other';
    case 6:
      return 'whole';
    case 7:
      seen.sequence = true;
      return 'undecided';
    default:
      return 'undecided';
  }
}

/** Slice types I and SI, alone (2, 4) or for the whole picture (7, 9). */
function isIntraSlice(unit: Uint8Array): boolean {
  const firstBlock = readExpGolomb(unit, 8);
  const sliceType = readExpGolomb(unit, firstBlock.next).value;
  return sliceType === 2 || sliceType === 4 || sliceType === 7 || sliceType === 9;
}

/** Unsigned Exp-Golomb from bit `at` on; bits beyond the end are zeros. */
function readExpGolomb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let zeros = 0;
  while (zeros < 32 && bitAt(bytes, at + zeros) === 0) zeros++;
  let value = 0;
  for (let i = 0; i <= zeros; i++) value = value * 2 + bitAt(bytes, at + zeros + i);
  return { value: value - 1, next: at + 2 * zeros + 1 };
}

function bitAt(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at >> 3) >> (7 - (at & 7))) & 1;
}

const RECOVERY_POINT = 6;

/** Goes through the messages of an SEI unit: type and size, each in bytes of which all but the last are 255. */
function h264Sei(unit: Uint8Array, length: number, seen: Seen): void {
  let at = 1;
  const readSum = (): number => {
    let sum = 0;
    while (at < length && byteAt(unit, at) === 255) {
      sum += 255;
      at++;
    }
    return at < length ? sum + byteAt(unit, at++) : sum;
  };
  while (at + 2 <= length) {
    const type = readSum();
    const size = readSum();
    if (type === RECOVERY_POINT && at + size <= length) seen.recoveryPoint = true;
    at += size;
  }
}

/** Types 16–23 are the random access pictures (BLA, IDR, CRA); 32 and above are no pictures. */
function h265Unit(unit: Uint8Array): PictureVerdict {
  const type = (byteAt(unit, 0) >> 1) & 0x3f;
  if (type >= 32) return 'undecided';
  return type >= 16 && type <= 23 ? 'keyframe' : 'other';
}

/** IDR, CRA and gradual refresh (7–10); 12 and above are no pictures. */
function h266Unit(unit: Uint8Array): PictureVerdict {
  const type = byteAt(unit, 1) >> 3;
  if (type >= 12) return 'undecided';
  return type >= 7 && type <= 10 ? 'keyframe' : 'other';
}

/**
 * A picture behind a sequence header that is not bidirectional: I, or P of the encoders (ATSC cable) that refresh by
 * and by and have no I pictures. Without the header no decoder can start, whatever the picture is.
 */
function mpeg2Unit(unit: Uint8Array, seen: Seen): PictureVerdict {
  const code = byteAt(unit, 0);
  if (code === 0xb3) {
    seen.sequence = true;
    return 'undecided';
  }
  if (code > 0xaf) return 'undecided';
  const bidirectional = ((byteAt(unit, 2) >> 3) & 7) === 3;
  return code === 0 && seen.sequence && !bidirectional ? 'keyframe' : 'other';
}

function mpeg4Unit(unit: Uint8Array): PictureVerdict {
  if (byteAt(unit, 0) !== 0xb6) return 'undecided';
  return byteAt(unit, 1) >> 6 === 0 ? 'keyframe' : 'other';
}

/** Sequence header and entry point are where decoding may start; a frame before either is not. */
function vc1Unit(unit: Uint8Array): PictureVerdict {
  const code = byteAt(unit, 0);
  if (code === 0x0f || code === 0x0e) return 'keyframe';
  return code === 0x0d ? 'other' : 'undecided';
}
