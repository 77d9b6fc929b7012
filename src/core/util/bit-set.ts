/** A set of small whole numbers, one bit each: made, joined and counted in microseconds. */
export class BitSet {
  private readonly words: Uint32Array;

  /** For the numbers from 0 up to `size`, without it. */
  constructor(readonly size: number) {
    this.words = new Uint32Array(Math.ceil(size / 32));
  }

  add(index: number): void {
    this.words[index >>> 5] = (this.words[index >>> 5] ?? 0) | (1 << (index & 31));
  }

  addAll(indices: Uint32Array): void {
    const { words } = this;
    // No iterator, and no call for each: there are thousands.
    for (let at = 0; at < indices.length; at++) {
      const index = indices[at] ?? 0;
      words[index >>> 5] = (words[index >>> 5] ?? 0) | (1 << (index & 31));
    }
  }

  has(index: number): boolean {
    return ((this.words[index >>> 5] ?? 0) & (1 << (index & 31))) !== 0;
  }

  /** Leaves what is in both. Of the same size. */
  keepIn(other: BitSet): this {
    for (let at = 0; at < this.words.length; at++) {
      this.words[at] = (this.words[at] ?? 0) & (other.words[at] ?? 0);
    }
    return this;
  }

  /** Leaves what is not in the other one. Of the same size. */
  removeIn(other: BitSet): this {
    for (let at = 0; at < this.words.length; at++) {
      this.words[at] = (this.words[at] ?? 0) & ~(other.words[at] ?? 0);
    }
    return this;
  }

  clone(): BitSet {
    const copy = new BitSet(this.size);
    copy.words.set(this.words);
    return copy;
  }

  get count(): number {
    let sum = 0;
    for (const word of this.words) sum += onesIn(word);
    return sum;
  }

  /** Ascending, at once; `count` of them there are. */
  toNumbers(count: number): Uint32Array {
    const numbers = new Uint32Array(count);
    let next = 0;
    for (let at = 0; at < this.words.length; at++) {
      for (let left = this.words[at] ?? 0; left !== 0; left &= left - 1) {
        numbers[next++] = at * 32 + 31 - Math.clz32(left & -left);
      }
    }
    return numbers;
  }

  /** Ascending. */
  *members(): Generator<number> {
    for (let at = 0; at < this.words.length; at++) {
      for (let left = this.words[at] ?? 0; left !== 0; left &= left - 1) {
        yield at * 32 + 31 - Math.clz32(left & -left);
      }
    }
  }
}

function onesIn(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
