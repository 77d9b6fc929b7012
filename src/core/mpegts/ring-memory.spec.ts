import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Loans } from './loans.js';
import { RingMemory } from './ring-memory.js';

const CHUNK = 4;
const BLOCK = 8;

/** A memory whose chunks are filled with their numbers, and the chunks that are still in the ring. */
class Filled {
  readonly loans = new Loans();
  readonly memory = new RingMemory({ chunkBytes: CHUNK, blockBytes: BLOCK, loans: this.loans });
  readonly chunks: Buffer[] = [];
  next = 0;

  add(size = CHUNK): Buffer {
    this.memory.stage(Buffer.alloc(size, this.next++), 0, size);
    const chunk = this.memory.take(size);
    this.chunks.push(chunk);
    return chunk;
  }

  drop(count = 1): void {
    for (let i = 0; i < count; i++) {
      this.chunks.shift();
      this.memory.dropOldest();
    }
  }
}

const sharesMemory = (a: Buffer, b: Buffer): boolean => a.buffer === b.buffer;

describe('RingMemory', () => {
  it('copies what fits and says how much that was', () => {
    const { memory } = new Filled();
    expect(memory.stage(Buffer.from([1, 2, 3]), 0, 3)).toBe(3);
    expect(memory.isFull).toBe(false);
    expect(memory.stage(Buffer.from([9, 4, 5, 6]), 1, 4)).toBe(1);
    expect([memory.isFull, memory.used]).toEqual([true, 4]);
    expect([...memory.take(4)]).toEqual([1, 2, 3, 4]);
  });

  it('begins the next chunk with what is left of the one before, in another block as well', () => {
    const { memory } = new Filled();
    const chunks: number[][] = [];
    for (let at = 0; at < 12; at += 2) {
      while (!memory.isFull) memory.stage(Buffer.from([at, at + 1]), 0, 2);
      chunks.push([...memory.take(2)]);
    }
    expect(chunks.flat()).toEqual([0, 1, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('uses a block again when all its chunks have left the ring', () => {
    const filled = new Filled();
    const [first] = [filled.add(), filled.add(), filled.add()];
    filled.drop();
    expect([filled.add(), filled.add(), filled.add()].some((chunk) => sharesMemory(chunk, first))).toBe(
      false,
    );
    filled.drop();
    expect([filled.add(), filled.add(), filled.add()].some((chunk) => sharesMemory(chunk, first))).toBe(true);
  });

  it('has at least a chunk in a block', () => {
    const memory = new RingMemory({ chunkBytes: 4, blockBytes: 1, loans: new Loans() });
    memory.stage(Buffer.from([1, 2, 3, 4]), 0, 4);
    expect([...memory.take(4)]).toEqual([1, 2, 3, 4]);
  });

  it('leaves a block to whoever still reads it', () => {
    const filled = new Filled();
    const reader = { heldFrom: 1 };
    filled.loans.lend(reader);
    const read = [filled.add(), filled.add(), filled.add()][1];
    filled.drop(2);
    for (let i = 0; i < 9; i++) filled.add();
    expect(read?.every((byte) => byte === 1)).toBe(true);
  });

  it('uses memory again once the reader is done', () => {
    const filled = new Filled();
    const reader = { heldFrom: 1 };
    filled.loans.lend(reader);
    const first = filled.add();
    filled.add();
    reader.heldFrom = 2;
    filled.drop(2);
    expect([filled.add(), filled.add(), filled.add()].some((chunk) => sharesMemory(chunk, first))).toBe(true);
  });

  it('leaves what was given away for good', () => {
    const filled = new Filled();
    const first = filled.add();
    filled.add();
    filled.loans.give(1);
    filled.loans.give(0);
    filled.drop(2);
    const later = [filled.add(), filled.add(), filled.add()];
    expect(later.some((chunk) => sharesMemory(chunk, first))).toBe(false);
  });

  it('goes on after all chunks have left', () => {
    const filled = new Filled();
    filled.add(2);
    filled.drop();
    filled.add(2);
    filled.drop();
    const chunks = [filled.add(), filled.add(), filled.add()];
    expect(chunks.map(([byte]) => byte)).toEqual([2, 3, 4]);
  });

  it('forgets everything', () => {
    const filled = new Filled();
    filled.add();
    filled.memory.clear();
    filled.memory.dropOldest();
    expect(filled.memory.used).toBe(0);
    expect([...filled.add()]).toEqual([1, 1, 1, 1]);
  });

  it('never changes a chunk that is in the ring or held', () => {
    const step = fc.record({
      size: fc.integer({ min: 1, max: CHUNK }),
      drops: fc.nat(2),
      release: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const filled = new Filled();
        const reader = { heldFrom: 0 };
        filled.loans.lend(reader);
        const all: Buffer[] = [];
        for (const { size, drops, release } of steps) {
          all.push(filled.add(size));
          filled.drop(Math.min(drops, filled.chunks.length));
          if (release) reader.heldFrom = all.length;
          const safeFrom = Math.min(reader.heldFrom, all.length - filled.chunks.length);
          all.slice(safeFrom).forEach((chunk, i) => {
            expect(chunk.every((byte) => byte === safeFrom + i)).toBe(true);
          });
        }
      }),
    );
  });
});
