/** Writes bits into a growing buffer, most significant first. */
export class BitWriter {
  private bytes = Buffer.alloc(4096);
  private length = 0;
  private current = 0;
  private filled = 0;

  /** The lowest `count` (0 to 32) bits of `value`. */
  put(value: number, count: number): this {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.current = (this.current << 1) | ((value >>> bit) & 1);
      if (++this.filled === 8) this.flush();
    }
    return this;
  }

  /** Exp-Golomb code of a number from 0 on. */
  ue(value: number): this {
    const width = 32 - Math.clz32(value + 1);
    return this.put(0, width - 1).put(value + 1, width);
  }

  /** Zero bits up to the next byte. */
  align(): this {
    while (this.filled > 0) this.put(0, 1);
    return this;
  }

  /** Whole bytes; the writer must stand at a byte. */
  append(source: Uint8Array, from = 0, to = source.length): this {
    this.reserve(to - from);
    this.bytes.set(source.subarray(from, to), this.length);
    this.length += to - from;
    return this;
  }

  toBuffer(): Buffer {
    this.align();
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  private flush(): void {
    this.reserve(1);
    this.bytes[this.length++] = this.current & 0xff;
    this.current = 0;
    this.filled = 0;
  }

  private reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const larger = Buffer.alloc(Math.max(this.bytes.length * 2, this.length + more));
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }
}
