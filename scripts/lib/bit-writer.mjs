/** Writes bits, most significant first. */
export class BitWriter {
  #bytes = [];
  #current = 0;
  #filled = 0;

  /** The lowest `count` (0..32) bits of `value`. */
  put(value, count) {
    for (let bit = count - 1; bit >= 0; bit--) {
      this.#current = (this.#current << 1) | ((value >>> bit) & 1);
      if (++this.#filled === 8) this.#flush();
    }
    return this;
  }

  /** A code given as a text of 0 and 1. */
  code(bits) {
    return this.put(Number.parseInt(bits, 2), bits.length);
  }

  /** Zero bits up to the next byte. */
  align() {
    while (this.#filled > 0) this.put(0, 1);
    return this;
  }

  startCode(value) {
    return this.align().put(1, 24).put(value, 8);
  }

  toBuffer() {
    this.align();
    return Buffer.from(this.#bytes);
  }

  #flush() {
    this.#bytes.push(this.#current);
    this.#current = 0;
    this.#filled = 0;
  }
}
