/** What the sequence parameter set of an H.264 stream says (ITU-T H.264, 7.3.2.1). */
export interface H264Format {
  /** As in RFC 6381: "avc1." with profile, constraints and level. */
  codecs: string;
  /** Pixels, without what is cropped. */
  width: number;
  height: number;
}

const NAL_SPS = 7;
/** Profiles whose set tells the colour format and scaling lists. */
const EXTENDED_PROFILES: ReadonlySet<number> = new Set([
  44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244,
]);
/** A set is some dozen bytes; of what claims to be longer, the rest is not read. */
const MAX_SET_BYTES = 1024;
const MACROBLOCK = 16;
/** 16,384 pixels: twice what any level of the standard allows. */
const MAX_BLOCKS = 1024;

/** Reads the first sequence parameter set in a byte stream (Annex B); undefined where there is none or it is broken. */
export function readH264Format(bytes: Uint8Array): H264Format | undefined {
  for (let at = 0; at + 4 < bytes.length; at++) {
    if (bytes[at] !== 0 || bytes[at + 1] !== 0 || bytes[at + 2] !== 1) continue;
    if (((bytes[at + 3] ?? 0) & 0x1f) !== NAL_SPS) continue;
    const bits = new BitReader(unescaped(bytes.subarray(at + 4, at + 4 + MAX_SET_BYTES)));
    const format = readSet(bits);
    return bits.isExhausted ? undefined : format;
  }
  return undefined;
}

function readSet(bits: BitReader): H264Format | undefined {
  const [profile, constraints, level] = [bits.read(8), bits.read(8), bits.read(8)];
  bits.ue();
  const chroma = EXTENDED_PROFILES.has(profile) ? readColours(bits) : { format: 1 };
  bits.ue();
  skipPictureOrder(bits);
  bits.ue();
  bits.read(1);
  const widthBlocks = bits.ue() + 1;
  const heightUnits = bits.ue() + 1;
  const fields = 2 - bits.read(1);
  if (fields === 2) bits.read(1);
  bits.read(1);
  const heightBlocks = heightUnits * fields;
  if (widthBlocks > MAX_BLOCKS || heightBlocks > MAX_BLOCKS) return undefined;
  const crop = bits.read(1) === 1 ? [bits.ue(), bits.ue(), bits.ue(), bits.ue()] : [];
  const [left = 0, right = 0, top = 0, bottom = 0] = crop;
  const unitX = chroma.format === 1 || chroma.format === 2 ? 2 : 1;
  const unitY = (chroma.format === 1 ? 2 : 1) * fields;
  const width = widthBlocks * MACROBLOCK - (left + right) * unitX;
  const height = heightBlocks * MACROBLOCK - (top + bottom) * unitY;
  if (width <= 0 || height <= 0) return undefined;
  return { codecs: `avc1.${hex(profile)}${hex(constraints)}${hex(level)}`, width, height };
}

function readColours(bits: BitReader): { format: number } {
  const format = bits.ue();
  if (format === 3) bits.read(1);
  bits.ue();
  bits.ue();
  bits.read(1);
  if (bits.read(1) === 1) {
    for (let list = 0; list < (format === 3 ? 12 : 8); list++) {
      if (bits.read(1) === 1) skipScalingList(bits, list < 6 ? 16 : 64);
    }
  }
  return { format };
}

function skipScalingList(bits: BitReader, size: number): void {
  let last = 8;
  let next = 8;
  for (let at = 0; at < size && next !== 0; at++) {
    next = (last + bits.se() + 256) % 256;
    if (next !== 0) last = next;
  }
}

function skipPictureOrder(bits: BitReader): void {
  const type = bits.ue();
  if (type === 0) bits.ue();
  if (type !== 1) return;
  bits.read(1);
  bits.se();
  bits.se();
  for (let left = bits.ue(); left > 0 && !bits.isExhausted; left--) bits.se();
}

/** Without the bytes that keep start codes out. */
function unescaped(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 1) break;
    const isGuard = zeros >= 2 && byte === 3;
    zeros = byte === 0 ? zeros + 1 : 0;
    if (!isGuard) out.push(byte);
  }
  return Uint8Array.from(out);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}

/** Bits of a byte string, most significant first; zeros behind its end. */
class BitReader {
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isExhausted(): boolean {
    return this.at > this.bytes.length * 8;
  }

  read(count: number): number {
    let value = 0;
    for (let left = count; left > 0; left--, this.at++) {
      value = value * 2 + (((this.bytes[this.at >> 3] ?? 0) >> (7 - (this.at & 7))) & 1);
    }
    return value;
  }

  /** Unsigned Exp-Golomb. */
  ue(): number {
    let zeros = 0;
    while (zeros < 32 && !this.isExhausted && this.read(1) === 0) zeros++;
    return 2 ** zeros - 1 + this.read(zeros);
  }

  /** Signed Exp-Golomb. */
  se(): number {
    const code = this.ue();
    return code % 2 === 1 ? (code + 1) / 2 : -code / 2;
  }
}
