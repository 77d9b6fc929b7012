import type { Loans } from './loans.js';

export interface RingMemoryOptions {
  /** How long a chunk may be. */
  chunkBytes: number;
  /** So much memory is taken at once. */
  blockBytes: number;
  /** Where readers of chunks are known. */
  loans: Loans;
}

/** Chunks [firstSeq, endSeq) lie in it, of which `live` are still in the ring. */
interface Block {
  bytes: Buffer;
  firstSeq: number;
  endSeq: number;
  live: number;
}

/**
 * The memory of one ring: chunks one behind the other in blocks that are used again. New memory for every chunk would
 * be tens of megabytes a second that only a full collection of the heap gives back. A block is used again when all its
 * chunks have left the ring and nobody reads one any more; else it is left to the collector.
 */
export class RingMemory {
  /** Bytes of the chunk under construction. */
  used = 0;
  private readonly chunkBytes: number;
  private readonly blockBytes: number;
  private readonly loans: Loans;
  /** Oldest first; chunks are made in the last one. */
  private blocks: Block[] = [];
  private spare: Buffer | undefined;
  /** Where the chunk under construction begins in the last block. */
  private start = 0;
  private nextSeq = 0;

  constructor({ chunkBytes, blockBytes, loans }: RingMemoryOptions) {
    this.chunkBytes = chunkBytes;
    this.blockBytes = Math.max(blockBytes, chunkBytes);
    this.loans = loans;
  }

  /** The chunk under construction has its full length. */
  get isFull(): boolean {
    return this.used === this.chunkBytes;
  }

  /** Copies of `packets[from, to)` what fits into the chunk under construction. Returns how much that was. */
  stage(packets: Buffer, from: number, to: number): number {
    const block = this.current();
    const size = Math.min(to - from, this.chunkBytes - this.used);
    packets.copy(block.bytes, this.start + this.used, from, from + size);
    this.used += size;
    return size;
  }

  /** Makes the next chunk of the first `size` bytes; the rest begin the one after it. */
  take(size: number): Buffer {
    const block = this.current();
    const chunk = block.bytes.subarray(this.start, this.start + size);
    block.live++;
    block.endSeq = ++this.nextSeq;
    this.start += size;
    this.used -= size;
    if (block.bytes.length - this.start < this.chunkBytes) this.turn(block);
    return chunk;
  }

  /** The oldest chunk has left the ring. */
  dropOldest(): void {
    const [oldest] = this.blocks;
    if (oldest) oldest.live--;
    this.retire();
  }

  clear(): void {
    this.blocks = [];
    this.spare = undefined;
    this.start = 0;
    this.used = 0;
  }

  private current(): Block {
    return this.blocks.at(-1) ?? this.addBlock();
  }

  /** Goes on in another block, and takes what is staged along. */
  private turn(full: Block): void {
    const { bytes } = this.addBlock();
    full.bytes.copy(bytes, 0, this.start, this.start + this.used);
    this.start = 0;
    this.retire();
  }

  /** The oldest block has no chunk in the ring any more, nor will it. */
  private retire(): void {
    const [oldest, next] = this.blocks;
    if (!oldest || !next || oldest.live > 0) return;
    this.blocks.shift();
    if (this.loans.areBack(oldest.firstSeq, oldest.endSeq)) this.spare = oldest.bytes;
  }

  private addBlock(): Block {
    const bytes = this.spare ?? Buffer.allocUnsafeSlow(this.blockBytes);
    this.spare = undefined;
    const block = { bytes, firstSeq: this.nextSeq, endSeq: this.nextSeq, live: 0 };
    this.blocks.push(block);
    return block;
  }
}
