import { grown } from './grown.js';

const FIRST_PLACES = 2_048;
/** Others than each other's multiples, so that no two of these grow in the same turn of the event loop. */
const FIRST_STARTS = 1_300;
const FIRST_HASHES = 1_700;
const FIRST_UNITS = 16 * 1_024;

/**
 * Texts without doubles, numbered as they came. They lie in one block outside of the heap: a hundred thousand texts of
 * their own are a hundred thousand objects for the collector of garbage to walk through, every time.
 */
export class TextTable {
  private units = new Uint16Array(FIRST_UNITS);
  /** Where each text begins, and after the last where it ends. */
  private starts = new Uint32Array(FIRST_STARTS);
  private hashes = new Uint32Array(FIRST_HASHES);
  /** Open addressing by hash: the number of a text + 1, or 0. */
  private places = new Uint32Array(FIRST_PLACES);
  private texts = 0;

  /** `fullest`: the share of places taken at most. Tables that fill together take different ones, to grow apart. */
  constructor(private readonly fullest = 0.5) {}

  get size(): number {
    return this.texts;
  }

  /** The number of the text. */
  add(text: string): number {
    const hash = hashOf(text);
    const place = this.placeOf(text, hash);
    const known = this.places[place] ?? 0;
    if (known > 0) return known - 1;
    const number = this.texts++;
    this.places[place] = number + 1;
    this.append(number, text, hash);
    if (this.texts > this.places.length * this.fullest) this.spread();
    return number;
  }

  /** undefined = it was never added. */
  find(text: string): number | undefined {
    const known = this.places[this.placeOf(text, hashOf(text))] ?? 0;
    return known > 0 ? known - 1 : undefined;
  }

  /** By code units, as `<` compares texts. */
  compare(number: number, other: number): number {
    const { units, starts } = this;
    let at = starts[number] ?? 0;
    let otherAt = starts[other] ?? 0;
    const end = starts[number + 1] ?? 0;
    const otherEnd = starts[other + 1] ?? 0;
    while (at < end && otherAt < otherEnd) {
      const difference = (units[at++] ?? 0) - (units[otherAt++] ?? 0);
      if (difference !== 0) return difference;
    }
    return end - at - (otherEnd - otherAt);
  }

  compareTo(number: number, text: string): number {
    const start = this.starts[number] ?? 0;
    const length = (this.starts[number + 1] ?? 0) - start;
    const shared = Math.min(length, text.length);
    for (let at = 0; at < shared; at++) {
      const difference = (this.units[start + at] ?? 0) - text.charCodeAt(at);
      if (difference !== 0) return difference;
    }
    return length - text.length;
  }

  startsWith(number: number, text: string): boolean {
    const start = this.starts[number] ?? 0;
    if ((this.starts[number + 1] ?? 0) - start < text.length) return false;
    for (let at = 0; at < text.length; at++) {
      if (this.units[start + at] !== text.charCodeAt(at)) return false;
    }
    return true;
  }

  private append(number: number, text: string, hash: number): void {
    const start = this.starts[number] ?? 0;
    this.units = grown(this.units, start + text.length, Uint16Array);
    for (let at = 0; at < text.length; at++) this.units[start + at] = text.charCodeAt(at);
    this.starts = grown(this.starts, number + 2, Uint32Array);
    this.starts[number + 1] = start + text.length;
    this.hashes = grown(this.hashes, number + 1, Uint32Array);
    this.hashes[number] = hash;
  }

  /** Where the text is, or would be. */
  private placeOf(text: string, hash: number): number {
    const mask = this.places.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const number = (this.places[place] ?? 0) - 1;
      if (number < 0 || (this.hashes[number] === hash && this.compareTo(number, text) === 0)) return place;
    }
  }

  private spread(): void {
    const places = new Uint32Array(this.places.length * 2);
    const mask = places.length - 1;
    for (let number = 0; number < this.texts; number++) {
      let place = (this.hashes[number] ?? 0) & mask;
      while (places[place] !== 0) place = (place + 1) & mask;
      places[place] = number + 1;
    }
    this.places = places;
  }
}

/** FNV-1a over code units, its upper bits folded into the lower ones. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash ^ (hash >>> 15)) >>> 0;
}
