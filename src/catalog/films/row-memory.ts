import { grown } from '../../core/util/grown.js';

/** What is known of kept bytes. */
export interface KeptFacts {
  /** Of the film they tell of. */
  version: number;
  /** Epoch seconds. */
  until: number;
  /** See `MovieRows.picturesChanged`. */
  picturesSeen: number;
}

interface Slab {
  bytes: Buffer;
  used: number;
  /** Bytes in it that are still wanted. */
  live: number;
}

const SLAB_BYTES = 256 * 1024;
const FIRST_SLOTS = 1_024;
/** Numbers of a slot, side by side: who looks at one looks at the others. */
const NUMBERS = 6;
const [SLAB, START, LENGTH, VERSION, UNTIL, PICTURES] = [0, 1, 2, 3, 4, 5] as const;
/** Of a slot that is free. */
const NO_VERSION = -1;
const NO_BYTES = Buffer.alloc(0);

/**
 * Bytes by id, packed into slabs outside of the heap, within a bound. What is replaced leaves holes; where half of all
 * is holes the slab with the most of them is emptied. Bytes that were handed out stay as they are: memory is never
 * written twice.
 */
export class RowMemory {
  private readonly slots = new Map<number, number>();
  private readonly free: number[] = [];
  private numbers = new Float64Array(FIRST_SLOTS * NUMBERS);
  /** By their numbers; those of slabs that are gone are given again. */
  private readonly slabs: (Slab | undefined)[] = [];
  private readonly freeSlabs: number[] = [];
  private newest = -1;
  private live = 0;
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  /** Bytes that are taken, holes too. */
  get heldBytes(): number {
    return this.held;
  }

  get ids(): IterableIterator<number> {
    return this.slots.keys();
  }

  /** Where the bytes of an id are found until something is kept or dropped; -1 = nowhere. */
  slotOf(id: number): number {
    return this.slots.get(id) ?? -1;
  }

  /** None that was given where the slot is free. */
  versionAt(slot: number): number {
    return this.numbers[slot * NUMBERS + VERSION] ?? NO_VERSION;
  }

  untilAt(slot: number): number {
    return this.numbers[slot * NUMBERS + UNTIL] ?? 0;
  }

  picturesSeenAt(slot: number): number {
    return this.numbers[slot * NUMBERS + PICTURES] ?? 0;
  }

  sawPictures(slot: number, picturesSeen: number): void {
    this.numbers[slot * NUMBERS + PICTURES] = picturesSeen;
  }

  /** The memory in which the bytes lie, among others: from `startAt`, `lengthAt` of them. */
  blockAt(slot: number): Buffer {
    return this.slabs[this.numbers[slot * NUMBERS + SLAB] ?? -1]?.bytes ?? NO_BYTES;
  }

  startAt(slot: number): number {
    return this.numbers[slot * NUMBERS + START] ?? 0;
  }

  lengthAt(slot: number): number {
    return this.numbers[slot * NUMBERS + LENGTH] ?? 0;
  }

  /** Keeps a copy in place of what was kept of this id, unless there is no room for it. */
  keep(id: number, bytes: Buffer, { version, until, picturesSeen }: KeptFacts): void {
    this.drop(id);
    const slot = this.free.pop() ?? this.slots.size;
    if (!this.put(id, slot, bytes)) return;
    this.numbers.set([version, until, picturesSeen], slot * NUMBERS + VERSION);
    while (this.held > this.live * 2 + SLAB_BYTES * 2) if (!this.emptyOne()) return;
  }

  drop(id: number): void {
    const slot = this.slots.get(id);
    if (slot === undefined) return;
    this.slots.delete(id);
    this.leave(slot);
    this.release(this.numbers[slot * NUMBERS + SLAB] ?? 0, this.lengthAt(slot));
  }

  private leave(slot: number): void {
    this.numbers[slot * NUMBERS + VERSION] = NO_VERSION;
    this.free.push(slot);
  }

  private put(id: number, slot: number, bytes: Buffer): boolean {
    const slab = this.slabFor(bytes.length);
    this.numbers = grown(this.numbers, (slot + 1) * NUMBERS, Float64Array);
    if (!slab) {
      this.leave(slot);
      return false;
    }
    this.slots.set(id, slot);
    this.numbers.set([this.newest, slab.used, bytes.length], slot * NUMBERS);
    bytes.copy(slab.bytes, slab.used);
    slab.used += bytes.length;
    slab.live += bytes.length;
    this.live += bytes.length;
    return true;
  }

  private slabFor(length: number): Slab | undefined {
    const newest = this.slabs[this.newest];
    if (newest && newest.used + length <= newest.bytes.length) return newest;
    const size = Math.max(SLAB_BYTES, length);
    if (this.held + size > this.maxBytes) return undefined;
    const slab = { bytes: Buffer.allocUnsafeSlow(size), used: 0, live: 0 };
    this.newest = this.freeSlabs.pop() ?? this.slabs.length;
    this.slabs[this.newest] = slab;
    this.held += size;
    return slab;
  }

  private release(number: number, length: number): void {
    const slab = this.slabs[number];
    if (!slab) return;
    slab.live -= length;
    this.live -= length;
    if (slab.live === 0 && number !== this.newest) this.forget(number, slab);
  }

  private forget(number: number, { bytes }: Slab): void {
    this.slabs[number] = undefined;
    this.freeSlabs.push(number);
    this.held -= bytes.length;
  }

  /** Moves what is left in the emptiest slab to the newest one; false = there is none but the newest. */
  private emptyOne(): boolean {
    const others = this.slabs.flatMap((slab, number) =>
      slab && number !== this.newest ? { number, slab } : [],
    );
    const [emptiest] = others.sort((a, b) => a.slab.live - b.slab.live);
    if (!emptiest) return false;
    const { number, slab } = emptiest;
    for (const [id, slot] of [...this.slots]) {
      if (this.numbers[slot * NUMBERS + SLAB] !== number) continue;
      const [offset, length] = [this.startAt(slot), this.lengthAt(slot)];
      this.live -= length;
      if (!this.put(id, slot, slab.bytes.subarray(offset, offset + length))) this.slots.delete(id);
    }
    this.forget(number, slab);
    return true;
  }
}
