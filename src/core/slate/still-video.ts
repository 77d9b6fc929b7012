// H.264 of a picture that stands still, lossless and without a transform: blocks of one colour are predicted from
// their neighbours, all others are sent as they are, and the pictures after the first one say "as before".
import { BitWriter } from './bit-writer.js';

/** 4:2:0 planes of a picture whose sides are multiples of 16. BT.709, limited range. */
export interface Planes {
  width: number;
  height: number;
  luma: Uint8Array;
  cb: Uint8Array;
  cr: Uint8Array;
}

/** Access units in Annex B form: the first one can be decoded alone, each `repeat` shows the same again. */
export interface StillVideo {
  keyframe: Buffer;
  /** `index` from 1 on: pictures since the keyframe. */
  repeat(index: number): Buffer;
}

const PICTURES_PER_SECOND = 25;
/** Constrained Baseline, level 3.1: 1280 × 720 at up to 30 pictures a second. */
const PROFILE = [66, 0xc0, 31] as const;
const BLOCK = 16;
const I_PCM = 25;
/** Intra 16 × 16 without residual, predicted from above or from the left; and the matching chroma modes. */
const FROM_ABOVE = { type: 1, chroma: 2 } as const;
const FROM_LEFT = { type: 2, chroma: 1 } as const;
/** "No coefficient", by how many coefficients the neighbours have: none, or 8 and more next to raw blocks. */
const NO_COEFFICIENT = { few: { bits: 1, count: 1 }, many: { bits: 3, count: 6 } } as const;
const RAW_COEFFICIENTS = 16;
const DELIMITER = nal(9, 0, Buffer.from([0xf0]));

/** Throws RangeError where the sides are no multiples of 16 or the planes do not fit them. */
export function encodeStill(planes: Planes): StillVideo {
  const { width, height, luma, cb, cr } = planes;
  const pixels = width * height;
  if (width % BLOCK !== 0 || height % BLOCK !== 0 || pixels === 0) {
    throw new RangeError('the sides must be multiples of 16');
  }
  if (luma.length !== pixels || cb.length !== pixels / 4 || cr.length !== pixels / 4) {
    throw new RangeError('the planes do not fit the sides');
  }
  const parameters = Buffer.concat([nal(7, 3, sequence(width, height)), nal(8, 3, picture())]);
  const keyframe = Buffer.concat([DELIMITER, parameters, nal(5, 3, new Intra(planes).slice())]);
  const blocks = pixels / (BLOCK * BLOCK);
  return { keyframe, repeat: (index) => Buffer.concat([DELIMITER, nal(1, 2, skipped(index, blocks))]) };
}

function sequence(width: number, height: number): Buffer {
  const out = new BitWriter();
  for (const byte of PROFILE) out.put(byte, 8);
  // Set 0, frame numbers of 4 bits, shown in the order of decoding, one picture to refer to.
  out.ue(0).ue(0).ue(2).ue(1).put(0, 1);
  out.ue(width / BLOCK - 1).ue(height / BLOCK - 1);
  out.put(1, 1).put(1, 1).put(0, 1);
  out.put(1, 1);
  // Colours: BT.709, limited range.
  out.put(0, 2).put(1, 1).put(5, 3).put(0, 1).put(1, 1).put(1, 8).put(1, 8).put(1, 8).put(0, 1);
  // A fixed rate, counted in fields.
  out
    .put(1, 1)
    .put(1, 32)
    .put(PICTURES_PER_SECOND * 2, 32)
    .put(1, 1);
  out.put(0, 3);
  // No reordering: a picture may be shown as soon as it is decoded.
  out.put(1, 1).put(1, 1).ue(0).ue(0).ue(10).ue(10).ue(0).ue(1);
  return out.put(1, 1).toBuffer();
}

function picture(): Buffer {
  const out = new BitWriter();
  out.ue(0).ue(0).put(0, 2).ue(0).ue(0).ue(0).put(0, 1).put(0, 2).ue(0).ue(0).ue(0);
  // The slices say that nothing is smoothed.
  out.put(1, 1).put(0, 2);
  return out.put(1, 1).toBuffer();
}

/** A slice whose blocks are all as in the picture before. */
function skipped(index: number, blocks: number): Buffer {
  const out = new BitWriter();
  out
    .ue(0)
    .ue(5)
    .ue(0)
    .put(index & 15, 4);
  out.put(0, 1).put(0, 1).put(0, 1).ue(0).ue(1);
  return out.ue(blocks).put(1, 1).toBuffer();
}

class Intra {
  private readonly out = new BitWriter();
  private readonly wide: number;
  /** Which blocks went out as they are. */
  private readonly raw: Uint8Array;

  constructor(private readonly planes: Planes) {
    this.wide = planes.width / BLOCK;
    this.raw = new Uint8Array(this.wide * (planes.height / BLOCK));
  }

  slice(): Buffer {
    this.out.ue(0).ue(7).ue(0).put(0, 4).ue(0).put(0, 2).ue(0).ue(1);
    for (let block = 0; block < this.raw.length; block++) {
      const x = block % this.wide;
      const y = (block - x) / this.wide;
      const mode = this.prediction(x, y);
      if (mode) this.predicted(mode, x, y);
      else this.asItIs(x, y);
    }
    return this.out.put(1, 1).toBuffer();
  }

  private predicted({ type, chroma }: { type: number; chroma: number }, x: number, y: number): void {
    const { bits, count } = NO_COEFFICIENT[this.expected(x, y) < 2 ? 'few' : 'many'];
    // The quantiser stays; the one block of coefficients that must be there is empty.
    this.out.ue(type).ue(chroma).ue(0).put(bits, count);
  }

  private asItIs(x: number, y: number): void {
    const { width, luma, cb, cr } = this.planes;
    this.raw[y * this.wide + x] = 1;
    this.out.ue(I_PCM).align();
    this.rows(luma, width, BLOCK, x, y);
    this.rows(cb, width / 2, BLOCK / 2, x, y);
    this.rows(cr, width / 2, BLOCK / 2, x, y);
  }

  private rows(plane: Uint8Array, stride: number, size: number, x: number, y: number): void {
    for (let row = 0; row < size; row++) {
      const from = (y * size + row) * stride + x * size;
      this.out.append(plane, from, from + size);
    }
  }

  /** How many coefficients a decoder expects from the neighbours. */
  private expected(x: number, y: number): number {
    const left = x > 0 ? this.coefficients(x - 1, y) : undefined;
    const above = y > 0 ? this.coefficients(x, y - 1) : undefined;
    if (left === undefined || above === undefined) return left ?? above ?? 0;
    return (left + above + 1) >> 1;
  }

  private coefficients(x: number, y: number): number {
    return this.raw[y * this.wide + x] ? RAW_COEFFICIENTS : 0;
  }

  /** From where the block can be predicted exactly; undefined = from nowhere. */
  private prediction(x: number, y: number): { type: number; chroma: number } | undefined {
    if (!this.isFlat(x, y)) return undefined;
    if (x > 0 && this.edgeIsSame(x, y, -1, 0)) return FROM_LEFT;
    return y > 0 && this.edgeIsSame(x, y, 0, -1) ? FROM_ABOVE : undefined;
  }

  private isFlat(x: number, y: number): boolean {
    return this.everyPlane((plane, stride, size) => {
      const first = y * size * stride + x * size;
      for (let row = 0; row < size; row++) {
        for (let at = first + row * stride; at < first + row * stride + size; at++) {
          if (plane[at] !== plane[first]) return false;
        }
      }
      return true;
    });
  }

  /** Whether the neighbour's pixels along the common edge have the colour of this block. */
  private edgeIsSame(x: number, y: number, dx: number, dy: number): boolean {
    return this.everyPlane((plane, stride, size) => {
      const first = y * size * stride + x * size;
      const edge = first + dx + dy * stride;
      const step = dx === 0 ? 1 : stride;
      for (let i = 0; i < size; i++) if (plane[edge + i * step] !== plane[first]) return false;
      return true;
    });
  }

  private everyPlane(holds: (plane: Uint8Array, stride: number, size: number) => boolean): boolean {
    const { width, luma, cb, cr } = this.planes;
    return holds(luma, width, BLOCK) && holds(cb, width / 2, BLOCK / 2) && holds(cr, width / 2, BLOCK / 2);
  }
}

/** A unit with its start code; a byte goes in wherever the payload would look like a start code. */
function nal(type: number, importance: number, payload: Buffer): Buffer {
  const out = Buffer.alloc(5 + payload.length + Math.ceil(payload.length / 2));
  out.writeUInt32BE(1, 0);
  out[4] = (importance << 5) | type;
  let length = 5;
  let zeros = 0;
  for (const byte of payload) {
    if (zeros >= 2 && byte <= 3) {
      out[length++] = 3;
      zeros = 0;
    }
    out[length++] = byte;
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  return out.subarray(0, length);
}
