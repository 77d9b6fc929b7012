import type { BitSet } from '../../core/util/bit-set.js';

/** Films are numbered below this. */
const MAX_FILMS = 2 ** 20;
/** Walking the whole order is cheaper than sorting that share of it. */
const FEW = 1 / 16;

/** An order of all films, made once; a page of any set of them is cut from it in microseconds. */
export class FilmOrder {
  /** Keys are not above this; with the number of a film behind they are whole numbers that a double holds exactly. */
  static readonly last = 2 ** 33 - 1;

  private constructor(
    readonly films: Uint32Array,
    /** Where each film stands in it. */
    private readonly places: Uint32Array,
  ) {}

  /** By whole keys from 0 to `last`, ascending; films of equal keys by their index. */
  static by(keys: Float64Array): FilmOrder {
    const bound = (key: number): number => Math.min(Math.max(0, key), FilmOrder.last);
    // Numbers without a comparing function are sorted many times faster.
    const sorted = keys.map((key, index) => bound(key) * MAX_FILMS + index).sort();
    const films = new Uint32Array(sorted.length);
    for (let place = 0; place < films.length; place++) films[place] = (sorted[place] ?? 0) % MAX_FILMS;
    const places = new Uint32Array(films.length);
    for (let place = 0; place < films.length; place++) places[films[place] ?? 0] = place;
    return new FilmOrder(films, places);
  }

  /** These films alone, in this order. */
  of(among: BitSet): Uint32Array {
    return this.films.filter((index) => among.has(index));
  }

  /** Up to `count` of these films behind the first `skip` of them. `total` of them there are. */
  cut(among: BitSet, total: number, skip: number, count: number): number[] {
    if (skip >= total || count <= 0) return [];
    if (total < this.films.length * FEW) {
      const places = among.toNumbers(total);
      for (let at = 0; at < total; at++) places[at] = this.places[places[at] ?? 0] ?? 0;
      places.sort();
      return Array.from(places.subarray(skip, skip + count), (place) => this.films[place] ?? 0);
    }
    return cutFrom(this.films, among, skip, count);
  }
}

/** Up to `count` of the films that are in `among`, behind the first `skip` of them. */
function cutFrom(films: Uint32Array, among: BitSet, skip: number, count: number): number[] {
  const found: number[] = [];
  let left = skip;
  // No iterator: there are as many as films.
  for (let place = 0; place < films.length; place++) {
    const index = films[place] ?? 0;
    if (!among.has(index) || left-- > 0) continue;
    found.push(index);
    if (found.length >= count) break;
  }
  return found;
}
