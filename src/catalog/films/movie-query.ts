import { BitSet } from '../../core/util/bit-set.js';
import { placeOfId } from '../../core/util/sorted-ids.js';
import type { Slicer } from '../slicer.js';
import { indexOfFilm } from './film-collection.js';
import type { FilmState } from './film-library.js';
import { FilmOrder } from './film-order.js';

export type MovieSort = 'airing' | 'rating' | 'added' | 'views';

export interface MovieWish {
  /** From 1. */
  page: number;
  perPage: number;
  genre?: string;
  year?: number;
  ratingGte?: number;
  source?: 'tmdb' | 'preview';
  q?: string;
  /** Absent: as they air; what was searched for, as it fits. */
  sort?: MovieSort;
}

export interface MoviePage {
  /** Indices of films. */
  films: ArrayLike<number>;
  total: number;
}

const NOTHING: MoviePage = { films: [], total: 0 };

/**
 * The films of one state at one moment, as the film API lists them: those that can be watched now or later, and are for
 * everybody. A question joins sets of bits and cuts a page from an order that stands ready.
 */
export class MovieTable {
  private readonly listed: BitSet;
  private readonly orders = new Map<MovieSort, Uint32Array>();

  private constructor(
    private readonly state: FilmState,
    /** Epoch seconds. */
    readonly now: number,
    listed: readonly number[],
    private readonly airing: FilmOrder,
  ) {
    this.listed = new BitSet(state.collection.films.length);
    this.listed.addAll(Uint32Array.from(listed));
  }

  /** `now` in epoch seconds. */
  static async at(state: FilmState, now: number, slicer: Slicer): Promise<MovieTable> {
    const { films, airings } = state.collection;
    const starts = new Float64Array(films.length);
    const listed: number[] = [];
    await slicer.each(films, (film, index) => {
      const next = airings.nextStart(index, now);
      starts[index] = next ?? FilmOrder.last;
      if (!film.isAdult && (next !== undefined || film.ways.length > 0)) listed.push(index);
    });
    return new MovieTable(state, now, listed, FilmOrder.by(starts));
  }

  page(wish: MovieWish): MoviePage {
    const skip = (wish.page - 1) * wish.perPage;
    if (isUnfiltered(wish)) {
      const all = this.ordered(wish.sort);
      return { total: all.length, films: all.subarray(skip, skip + wish.perPage) };
    }
    const found = wish.q === undefined ? undefined : this.state.search.find(wish.q);
    if (found === null) return NOTHING;
    const wanted = this.wanted(wish, found?.all);
    if (!wanted) return NOTHING;
    const total = wanted.count;
    if (!found || wish.sort !== undefined) {
      return { total, films: this.order(wish.sort).cut(wanted, total, skip, wish.perPage) };
    }
    // As it fits: the title itself, then titles that begin so, then the rest.
    const exact = wanted.clone().keepIn(found.exact);
    const beginning = wanted.clone().keepIn(found.beginning).removeIn(found.exact);
    const rest = wanted.removeIn(found.exact).removeIn(found.beginning);
    return { total, films: this.cutInTurn([exact, beginning, rest], skip, wish.perPage) };
  }

  /** Index of a film; undefined when there is none that everybody may see. */
  film(id: number): number | undefined {
    const index = indexOfFilm(this.state.collection, id);
    return index >= 0 && this.listed.has(index) ? index : undefined;
  }

  /** Indices of the listed films in which a person has a part. */
  ofPerson(id: number): number[] {
    const { films } = this.state.collection;
    return [...this.listed.members()].filter((index) => films[index]?.persons.includes(id));
  }

  /** Most films first. */
  genres(): { name: string; count: number }[] {
    return this.state.index.genres(this.listed);
  }

  /** Indices of all listed films as they air. */
  all(): Uint32Array {
    return this.ordered('airing');
  }

  /** undefined where no film can fit. */
  private wanted(wish: MovieWish, found: BitSet | undefined): BitSet | undefined {
    const { genre, year, ratingGte, source } = wish;
    const { index } = this.state;
    if (genre !== undefined || year !== undefined) return this.ofFew(wish, found);
    const wanted = this.listed.clone();
    if (found) wanted.keepIn(found);
    if (source === 'tmdb') wanted.keepIn(index.known);
    if (source === 'preview') wanted.removeIn(index.known);
    if (ratingGte !== undefined) index.keepRated(wanted, ratingGte);
    return wanted;
  }

  /** Looks at the films of one year or genre alone, whichever are fewer. */
  private ofFew(
    { genre, year, ratingGte = -Infinity, source }: MovieWish,
    found: BitSet | undefined,
  ): BitSet | undefined {
    const { index } = this.state;
    const ofYear = year === undefined ? undefined : index.ofYear(year);
    const ofGenre = genre === undefined ? undefined : index.ofGenre(genre);
    if ((year !== undefined && !ofYear) || (genre !== undefined && !ofGenre)) return undefined;
    const [few, many] = inOrderOfLength(ofYear, ofGenre?.films);
    const bits = many === ofGenre?.films ? ofGenre?.bits : undefined;
    const known = source === undefined ? undefined : Number(source === 'tmdb');
    const wanted = new BitSet(this.listed.size);
    for (let at = 0; at < few.length; at++) {
      const film = few[at] ?? 0;
      if (!this.listed.has(film) || (found && !found.has(film))) continue;
      if ((index.ratings[film] ?? 0) < ratingGte) continue;
      if (known !== undefined && index.isKnown[film] !== known) continue;
      if (!many || (bits ? bits.has(film) : placeOfId(many, film) >= 0)) wanted.add(film);
    }
    return wanted;
  }

  private order(sort: MovieSort = 'airing'): FilmOrder {
    return sort === 'airing' ? this.airing : this.state.index.order(sort);
  }

  /** All listed films; made when first asked for. */
  private ordered(sort: MovieSort = 'airing'): Uint32Array {
    let films = this.orders.get(sort);
    if (!films) this.orders.set(sort, (films = this.order(sort).of(this.listed)));
    return films;
  }

  private cutInTurn(sets: readonly BitSet[], skip: number, count: number): number[] {
    const films: number[] = [];
    let left = skip;
    for (const set of sets) {
      const { count: size } = set;
      films.push(...this.airing.cut(set, size, left, count - films.length));
      left = Math.max(0, left - size);
      if (films.length >= count) break;
    }
    return films;
  }
}

function isUnfiltered({ genre, year, ratingGte, source, q }: MovieWish): boolean {
  return [genre, year, ratingGte, source, q].every((filter) => filter === undefined);
}

/** One of them is there. The second is undefined where there is but one. */
function inOrderOfLength(
  one: Uint32Array | undefined,
  other: Uint32Array | undefined,
): [few: Uint32Array, many: Uint32Array | undefined] {
  if (!one || !other) return [one ?? other ?? new Uint32Array(), undefined];
  return one.length <= other.length ? [one, other] : [other, one];
}
