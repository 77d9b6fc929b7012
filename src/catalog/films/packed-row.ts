/** A film as lists tell it: ready JSON, but for the address of this server, which every client may see another of. */
export interface MovieRow {
  readonly json: Buffer;
  /** Offsets in `json` at which the address of this server is missing, ascending; two at most. */
  readonly gaps: readonly number[];
  /** Equal for equal `json`. */
  readonly digest: Buffer;
}

/** Bytes of a digest. */
export const DIGEST_BYTES = 16;
const NONE = 0xffff_ffff;
const MAX_GAPS = 2;
/** The digest, the length of the JSON, and its gaps. */
const HEAD_BYTES = DIGEST_BYTES + 4 * (1 + MAX_GAPS);
const COMMA = 0x2c;

/** A row and the pictures that it shows as one block of bytes. */
export function packRow({ json, gaps, digest }: MovieRow, pictures: string): Buffer {
  const packed = Buffer.allocUnsafe(HEAD_BYTES + json.length + Buffer.byteLength(pictures));
  let at = digest.copy(packed, 0, 0, DIGEST_BYTES);
  at = packed.writeUInt32LE(json.length, at);
  for (let gap = 0; gap < MAX_GAPS; gap++) at = packed.writeUInt32LE(gaps[gap] ?? NONE, at);
  at += json.copy(packed, at);
  packed.write(pictures, at);
  return packed;
}

/** The row begins at `start` of `bytes` and has `length` bytes. */
export function picturesOfRow(bytes: Buffer, start: number, length: number): string {
  return bytes.toString('utf8', start + HEAD_BYTES + lengthOfJson(bytes, start), start + length);
}

/**
 * Packed rows where they lie, to be written side by side. One object serves page after page: fifty rows as objects of
 * their own, with views of their bytes, cost more than their bytes.
 */
export class RowPage {
  private readonly blocks: Buffer[] = [];
  private readonly starts: number[] = [];
  private told = Buffer.allocUnsafe(64 * DIGEST_BYTES);

  clear(): void {
    this.blocks.length = 0;
    this.starts.length = 0;
  }

  /** A packed row that begins at `start` of `block`. */
  add(block: Buffer, start: number): void {
    this.blocks.push(block);
    this.starts.push(start);
  }

  /** Of all rows, one after the other; good until it is asked for again. */
  get digests(): Buffer {
    const { blocks, starts } = this;
    const length = blocks.length * DIGEST_BYTES;
    if (this.told.length < length) this.told = Buffer.allocUnsafe(length * 2);
    const { told } = this;
    for (const [row, block] of blocks.entries()) {
      const start = starts[row] ?? 0;
      for (let at = 0; at < DIGEST_BYTES; at++) told[row * DIGEST_BYTES + at] = block[start + at] ?? 0;
    }
    return told.subarray(0, length);
  }

  /**
   * The rows as members of one JSON array between `head` and `tail`. `base` is the address of this server; `memory` gives
   * as many bytes as it is asked for, or more.
   */
  join(head: string, tail: string, base: string, memory: (length: number) => Buffer): Buffer {
    const name = Buffer.from(JSON.stringify(base).slice(1, -1));
    const length = Buffer.byteLength(head) + this.length(name.length) + Buffer.byteLength(tail);
    const page = memory(length).subarray(0, length);
    let at = page.write(head, 0);
    for (let row = 0; row < this.blocks.length; row++) {
      if (row > 0) page[at++] = COMMA;
      at = this.put(row, name, page, at);
    }
    page.write(tail, at);
    return page;
  }

  /** Bytes of all rows with so many for the address, and the commas. */
  private length(name: number): number {
    const { blocks, starts } = this;
    let length = Math.max(0, blocks.length - 1);
    for (const [row, block] of blocks.entries()) {
      const start = starts[row] ?? 0;
      length += lengthOfJson(block, start);
      for (let gap = 0; gap < MAX_GAPS; gap++) if (gapOf(block, start, gap) !== NONE) length += name;
    }
    return length;
  }

  /** Returns where it ends. */
  private put(row: number, name: Buffer, page: Buffer, from: number): number {
    const block = this.blocks[row];
    const start = this.starts[row] ?? 0;
    if (!block) return from;
    const begin = start + HEAD_BYTES;
    let at = from;
    let done = 0;
    for (let gap = 0; gap < MAX_GAPS; gap++) {
      const offset = gapOf(block, start, gap);
      if (offset === NONE) break;
      at = copy(block, begin + done, begin + offset, page, at);
      page.set(name, at);
      at += name.length;
      done = offset;
    }
    return copy(block, begin + done, begin + lengthOfJson(block, start), page, at);
  }
}

/** Returns where the copy ends. */
function copy(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  to.set(new Uint8Array(from.buffer, from.byteOffset + start, end - start), at);
  return at + end - start;
}

function lengthOfJson(block: Buffer, start: number): number {
  return block.readUInt32LE(start + DIGEST_BYTES);
}

function gapOf(block: Buffer, start: number, gap: number): number {
  return block.readUInt32LE(start + DIGEST_BYTES + 4 + gap * 4);
}
