const SLOTS = 4096;
const MAX_BYTES = 40;

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
    let hash = 0x811c9dc5;
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ (block[at] as number), 0x01000193);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
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

function decode(block: Buffer, start: number, end: number, isAscii: boolean): string {
  return block.toString(isAscii ? 'latin1' : 'utf8', start, end);
}
