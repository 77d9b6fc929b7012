import type { BitSet } from '../util/bit-set.js';
import { grown } from '../util/grown.js';
import { sortNumbersInSteps } from '../util/sort-numbers-in-steps.js';
import { TextTable } from '../util/text-table.js';

const PAIRS_A_STEP = 4096;

/** Texts, and which numbered things have them: found whole or by how they begin. Never changes once built. */
export class PrefixIndex {
  constructor(
    private readonly texts: TextTable,
    /** Numbers of the texts, ascending by code units. */
    private readonly order: Uint32Array,
    /** Where each text stands in it. */
    private readonly places: Uint32Array,
    /** Where the things of each text begin, in that order, and after the last where they end. */
    private readonly offsets: Uint32Array,
    private readonly things: Uint32Array,
  ) {}

  /** Adds the things that have a text which begins so. */
  beginning(prefix: string, into: BitSet): void {
    const from = this.first((number) => this.texts.compareTo(number, prefix) >= 0);
    const isBehind = (number: number): boolean =>
      this.texts.compareTo(number, prefix) >= 0 && !this.texts.startsWith(number, prefix);
    this.between(from, this.firstFrom(from, isBehind), into);
  }

  /** Adds the things that have exactly this text. */
  equal(text: string, into: BitSet): void {
    const number = this.texts.find(text);
    const place = number === undefined ? undefined : this.places[number];
    if (place !== undefined) this.between(place, place + 1, into);
  }

  private between(from: number, to: number, into: BitSet): void {
    into.addAll(this.things.subarray(this.offsets[from], this.offsets[to]));
  }

  /** The first place from which on the answer is yes. */
  private first(isThere: (number: number) => boolean, from = 0, before = this.order.length): number {
    let low = from;
    let high = before;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isThere(this.order[middle] ?? 0)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The same where it is near `from`, as the end of few texts is. */
  private firstFrom(from: number, isThere: (number: number) => boolean): number {
    let step = 1;
    while (from + step < this.order.length && !isThere(this.order[from + step] ?? 0)) step *= 2;
    return this.first(isThere, from + (step >>> 1), Math.min(from + step, this.order.length));
  }
}

export class PrefixIndexBuilder {
  private readonly texts = new TextTable();
  /** The number of a text and that of a thing, in turn. */
  private pairs = new Uint32Array(PAIRS_A_STEP * 2);
  private count = 0;

  /** The thing `index` has this text. Say it once of each pair. */
  add(text: string, index: number): void {
    this.pairs = grown(this.pairs, (this.count + 1) * 2, Uint32Array);
    this.pairs[this.count * 2] = this.texts.add(text);
    this.pairs[this.count * 2 + 1] = index;
    this.count++;
  }

  /** Pauses now and then, so that the caller can let others in. */
  *build(): Generator<void, PrefixIndex> {
    const { texts, pairs, count } = this;
    const numbers = Uint32Array.from({ length: texts.size }, (_, number) => number);
    const order = yield* sortNumbersInSteps(numbers, (a, b) => texts.compare(a, b));
    const places = new Uint32Array(texts.size);
    for (let place = 0; place < order.length; place++) places[order[place] ?? 0] = place;
    const offsets = new Uint32Array(texts.size + 1);
    yield* inSteps(count, (at) => {
      const place = places[pairs[at * 2] ?? 0] ?? 0;
      offsets[place + 1] = (offsets[place + 1] ?? 0) + 1;
    });
    for (let place = 0; place < texts.size; place++) {
      offsets[place + 1] = (offsets[place + 1] ?? 0) + (offsets[place] ?? 0);
    }
    const free = offsets.slice();
    const things = new Uint32Array(count);
    yield* inSteps(count, (at) => {
      const place = places[pairs[at * 2] ?? 0] ?? 0;
      const slot = free[place] ?? 0;
      free[place] = slot + 1;
      things[slot] = pairs[at * 2 + 1] ?? 0;
    });
    return new PrefixIndex(texts, order, places, offsets, things);
  }
}

function* inSteps(count: number, step: (at: number) => void): Generator<void> {
  for (let at = 0; at < count; at++) {
    step(at);
    if (at % PAIRS_A_STEP === 0) yield;
  }
}
