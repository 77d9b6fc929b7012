/** Writes bits, most significant first, as the video standards describe their headers. */
export class BitWriter {
  private readonly bytes: number[] = [];
  private used = 8;

  bits(value: number, count: number): this {
    for (let i = count - 1; i >= 0; i--) this.bit(Math.floor(value / 2 ** i) % 2);
    return this;
  }

  /** Exp-Golomb, unsigned. */
  ue(value: number): this {
    const length = Math.floor(Math.log2(value + 1));
    return this.bits(0, length).bits(value + 1, length + 1);
  }

  /** Exp-Golomb, signed. */
  se(value: number): this {
    return this.ue(value > 0 ? 2 * value - 1 : -2 * value);
  }

  /** The stop bit of an RBSP, then zeros up to the byte. */
  trailing(): this {
    return this.bit(1).align();
  }

  align(): this {
    while (this.used < 8) this.bit(0);
    return this;
  }

  toBuffer(): Buffer {
    return Buffer.from(this.bytes);
  }

  private bit(value: number): this {
    if (this.used === 8) {
      this.bytes.push(0);
      this.used = 0;
    }
    const last = this.bytes.length - 1;
    this.bytes[last] = (this.bytes[last] ?? 0) | (value << (7 - this.used));
    this.used++;
    return this;
  }
}
