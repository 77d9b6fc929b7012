import { grown } from './grown.js';

const SLAB_BYTES = 256 * 1024;
const FIRST_TEXTS = 1_024;

/** Texts in the order they came, as UTF-8 outside of the heap. Only grows. */
export class TextList {
  private readonly slabs: Buffer[] = [];
  private used = 0;
  /** Of each text: its slab, its offset there, its bytes. */
  private places = new Uint32Array(FIRST_TEXTS * 3);
  private texts = 0;

  get size(): number {
    return this.texts;
  }

  /** Lone halves of surrogate pairs become �. Returns the text's number. */
  add(text: string): number {
    const bytes = Buffer.byteLength(text);
    let slab = this.slabs.at(-1);
    if (!slab || this.used + bytes > slab.length) {
      slab = Buffer.allocUnsafeSlow(Math.max(SLAB_BYTES, bytes));
      this.slabs.push(slab);
      this.used = 0;
    }
    slab.write(text, this.used);
    const number = this.texts++;
    this.places = grown(this.places, this.texts * 3, Uint32Array);
    this.places.set([this.slabs.length - 1, this.used, bytes], number * 3);
    this.used += bytes;
    return number;
  }

  /** "" for a number that was never given. */
  get(number: number): string {
    if (number >= this.texts) return '';
    const slab = this.slabs[this.places[number * 3] ?? 0];
    const offset = this.places[number * 3 + 1] ?? 0;
    return slab?.toString('utf8', offset, offset + (this.places[number * 3 + 2] ?? 0)) ?? '';
  }
}
