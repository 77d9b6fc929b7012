const SLOTS = 4096;
const MAX_BYTES = 28;

/**
 * Bytes → strings, remembering short ones: a guide says the same names, ids, languages and categories a million times.
 * One remembered string per slot, the newest wins, so memory stays the same whatever comes.
 */
export class ByteStrings {
  private readonly strings = new Array<string>(SLOTS).fill('');
  private readonly lengths = new Uint8Array(SLOTS);
  private readonly bytes = new Uint8Array(SLOTS * MAX_BYTES);

  /** `isAscii` when no byte is above 0x7F; otherwise the bytes are UTF-8, with replacement characters for what is not. */
  read(block: Buffer, start: number, end: number, isAscii: boolean): string {
    const length = end - start;
    if (length === 0) return '';
    if (length > MAX_BYTES) return decode(block, start, end, isAscii);
    const slot = slotOf(block, start, end);
    if (this.lengths[slot] === length && this.holds(slot, block, start, end)) {
      return this.strings[slot] as string;
    }
    const text = decode(block, start, end, isAscii);
    this.strings[slot] = text;
    this.lengths[slot] = length;
    const base = slot * MAX_BYTES;
    for (let at = start; at < end; at++) this.bytes[base + at - start] = block[at] as number;
    return text;
  }

  private holds(slot: number, block: Buffer, start: number, end: number): boolean {
    let at = slot * MAX_BYTES;
    for (let from = start; from < end; from++) if (this.bytes[at++] !== block[from]) return false;
    return true;
  }
}

/** A few bytes tell strings apart well enough; that they are equal is looked at byte by byte. */
function slotOf(block: Buffer, start: number, end: number): number {
  const length = end - start;
  let hash = length * 0x9e37 + (block[start] as number);
  hash = Math.imul(hash, 0x01000193) ^ (block[end - 1] as number);
  hash = Math.imul(hash, 0x01000193) ^ (block[start + (length >> 1)] as number);
  hash = Math.imul(hash, 0x01000193) ^ (block[start + (length >> 2)] as number);
  hash = Math.imul(hash, 0x01000193) ^ (block[end - 1 - (length >> 2)] as number);
  hash = Math.imul(hash, 0x01000193) ^ (block[start + (length >> 1) + (length >> 3)] as number);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

function decode(block: Buffer, start: number, end: number, isAscii: boolean): string {
  return block.toString(isAscii ? 'latin1' : 'utf8', start, end);
}
