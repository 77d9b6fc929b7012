import { describe, expect, it } from '@jest/globals';
import { RowMemory } from './row-memory.js';

function bytesOf(memory: RowMemory, id: number): Buffer | undefined {
  const slot = memory.slotOf(id);
  const start = memory.startAt(slot);
  return slot < 0 ? undefined : memory.blockAt(slot).subarray(start, start + memory.lengthAt(slot));
}

const FACTS = { version: 3, until: Infinity, picturesSeen: 2 };
const SLAB = 256 * 1024;

describe('memory of rows', () => {
  it('gives back what it was given, by id, and what is known of it', () => {
    const memory = new RowMemory(10 * SLAB);
    for (let id = 1; id <= 3_000; id++) memory.keep(id, Buffer.from(`row ${id}`), { ...FACTS, version: id });
    const rows = [1, 1_500, 3_000].map((id) => [
      bytesOf(memory, id)?.toString(),
      memory.versionAt(memory.slotOf(id)),
    ]);
    expect(rows).toEqual([1, 1_500, 3_000].map((id) => [`row ${id}`, id]));
    const slot = memory.slotOf(7);
    memory.sawPictures(slot, 9);
    expect([memory.versionAt(slot), memory.untilAt(slot), memory.picturesSeenAt(slot)]).toEqual([
      7,
      Infinity,
      9,
    ]);
    memory.drop(7);
    expect([memory.slotOf(7), memory.slotOf(0)]).toEqual([-1, -1]);
  });

  it('holds twice what is wanted at most, however often rows are replaced, and never writes over what was handed out', () => {
    const memory = new RowMemory(40 * SLAB);
    const text = (id: number, round: number): string => `${id} ${round} `.repeat(200);
    const handedOut: [string, Buffer][] = [];
    for (let round = 0; round < 40; round++) {
      for (let id = 0; id < 300; id++) {
        if ((id * 7 + round) % 3 === 0 || round === 0) memory.keep(id, Buffer.from(text(id, round)), FACTS);
      }
      const bytes = bytesOf(memory, round);
      if (bytes) handedOut.push([bytes.toString(), bytes]);
    }
    let live = 0;
    for (const id of memory.ids) live += bytesOf(memory, id)?.length ?? 0;
    expect([...memory.ids]).toHaveLength(300);
    expect(memory.heldBytes).toBeLessThanOrEqual(live * 2 + SLAB * 3);
    for (const [before, bytes] of handedOut) expect(bytes.toString()).toBe(before);
    for (let id = 0; id < 300; id++) {
      expect(bytesOf(memory, id)?.toString()).toMatch(new RegExp(`^(?:${id} \\d+ ){200}$`));
    }
  });

  it('keeps to its bound, and goes on with what is there', () => {
    const memory = new RowMemory(2 * SLAB);
    const row = Buffer.alloc(100_000, 'x');
    for (let id = 1; id <= 10; id++) memory.keep(id, row, FACTS);
    expect([[...memory.ids], memory.heldBytes]).toEqual([[1, 2, 3, 4], 2 * SLAB]);
    for (const id of [1, 2, 3, 4]) memory.drop(id);
    memory.keep(11, row, FACTS);
    expect(bytesOf(memory, 11)).toEqual(row);
  });
});
