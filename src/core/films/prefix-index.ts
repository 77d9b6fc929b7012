import type { BitSet } from '../util/bit-set.js';
import { sortInSteps } from '../util/sort-in-steps.js';

const PAIRS_A_STEP = 4096;

/** Texts, and which numbered things have them: found whole or by how they begin. Never changes once built. */
export class PrefixIndex {
  constructor(
    /** Ascending by code units, no text twice. */
    private readonly texts: readonly string[],
    /** Where the things of each text begin, and after the last where they end. */
    private readonly offsets: Uint32Array,
    private readonly things: Uint32Array,
  ) {}

  /** Adds the things that have a text which begins so. */
  beginning(prefix: string, into: BitSet): void {
    // No text of ours holds the last code unit: it is no character.
    this.between(this.firstFrom(prefix), this.firstFrom(`${prefix}\uffff`), into);
  }

  /** Adds the things that have exactly this text. */
  equal(text: string, into: BitSet): void {
    const place = this.firstFrom(text);
    if (this.texts[place] === text) this.between(place, place + 1, into);
  }

  private between(from: number, to: number, into: BitSet): void {
    into.addAll(this.things.subarray(this.offsets[from], this.offsets[to]));
  }

  private firstFrom(text: string): number {
    let low = 0;
    let high = this.texts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.texts[middle] ?? '') < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

export class PrefixIndexBuilder {
  private readonly ids = new Map<string, number>();
  private readonly pairs: number[] = [];

  /** The thing `index` has this text. Say it once of each pair. */
  add(text: string, index: number): void {
    let id = this.ids.get(text);
    if (id === undefined) this.ids.set(text, (id = this.ids.size));
    this.pairs.push(id, index);
  }

  /** Pauses now and then, so that the caller can let others in. */
  *build(): Generator<void, PrefixIndex> {
    const { ids, pairs } = this;
    const texts = yield* sortInSteps([...ids.keys()], (a, b) => (a < b ? -1 : a > b ? 1 : 0));
    const places = new Uint32Array(texts.length);
    for (const [place, text] of texts.entries()) {
      places[ids.get(text) ?? 0] = place;
      if (place % PAIRS_A_STEP === 0) yield;
    }
    const offsets = new Uint32Array(texts.length + 1);
    yield* inSteps(pairs.length / 2, (at) => {
      const place = places[pairs[at * 2] ?? 0] ?? 0;
      offsets[place + 1] = (offsets[place + 1] ?? 0) + 1;
    });
    for (let place = 0; place < texts.length; place++) {
      offsets[place + 1] = (offsets[place + 1] ?? 0) + (offsets[place] ?? 0);
    }
    const free = offsets.slice();
    const things = new Uint32Array(pairs.length / 2);
    yield* inSteps(things.length, (at) => {
      const place = places[pairs[at * 2] ?? 0] ?? 0;
      const slot = free[place] ?? 0;
      free[place] = slot + 1;
      things[slot] = pairs[at * 2 + 1] ?? 0;
    });
    return new PrefixIndex(texts, offsets, things);
  }
}

function* inSteps(count: number, step: (at: number) => void): Generator<void> {
  for (let at = 0; at < count; at++) {
    step(at);
    if (at % PAIRS_A_STEP === 0) yield;
  }
}
