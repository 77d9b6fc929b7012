/** A film as lists tell it: ready JSON, but for the address of this server, which every client may see another of. */
export interface MovieRow {
  readonly json: Buffer;
  /** Offsets in `json` at which the address of this server is missing, ascending. */
  readonly gaps: readonly number[];
  /** Equal for equal `json`. */
  readonly digest: string;
}

export const DIGEST_LENGTH = 22;
const NONE = 0xffff_ffff;
const MAX_GAPS = 2;
/** The digest, the length of the JSON, and its gaps. */
const HEAD_BYTES = DIGEST_LENGTH + 4 * (1 + MAX_GAPS);

/** A row and the pictures that it shows as one block of bytes. A row has two gaps at most. */
export function packRow({ json, gaps, digest }: MovieRow, pictures: string): Buffer {
  const packed = Buffer.allocUnsafe(HEAD_BYTES + json.length + Buffer.byteLength(pictures));
  let at = packed.write(digest, 'latin1');
  at = packed.writeUInt32LE(json.length, at);
  for (let gap = 0; gap < MAX_GAPS; gap++) at = packed.writeUInt32LE(gaps[gap] ?? NONE, at);
  at += json.copy(packed, at);
  packed.write(pictures, at);
  return packed;
}

/** Shares the memory of `packed`. */
export function unpackRow(packed: Buffer): MovieRow {
  const gaps: number[] = [];
  for (let gap = 0; gap < MAX_GAPS; gap++) {
    const offset = packed.readUInt32LE(DIGEST_LENGTH + 4 + gap * 4);
    if (offset !== NONE) gaps.push(offset);
  }
  const digest = packed.toString('latin1', 0, DIGEST_LENGTH);
  return { json: packed.subarray(HEAD_BYTES, endOfJson(packed)), gaps, digest };
}

export function unpackPictures(packed: Buffer): string {
  return packed.toString('utf8', endOfJson(packed));
}

function endOfJson(packed: Buffer): number {
  return HEAD_BYTES + packed.readUInt32LE(DIGEST_LENGTH);
}
