import { BitSet } from '../../core/util/bit-set.js';
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
  films: number[];
  total: number;
}

const NOTHING: MoviePage = { films: [], total: 0 };

/**
 * The films of one state at one moment, as the film API lists them: those that can be watched now or later, and are for
 * everybody. A question joins sets of bits and cuts a page from an order that stands ready.
 */
export class MovieTable {
  private readonly listed: BitSet;

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
    const found = wish.q === undefined ? undefined : this.state.search.find(wish.q);
    if (found === null) return NOTHING;
    const wanted = this.wanted(wish, found?.all);
    if (!wanted) return NOTHING;
    const total = wanted.count;
    const skip = (wish.page - 1) * wish.perPage;
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
  all(): number[] {
    return this.airing.cut(this.listed, this.listed.count, 0, Infinity);
  }

  /** undefined where no film can fit. */
  private wanted(
    { genre, year, ratingGte, source }: MovieWish,
    found: BitSet | undefined,
  ): BitSet | undefined {
    const { index } = this.state;
    const wanted = this.listed.clone();
    if (found) wanted.keepIn(found);
    if (genre !== undefined) {
      const films = index.ofGenre(genre);
      if (!films) return undefined;
      const ofGenre = new BitSet(wanted.size);
      ofGenre.addAll(films);
      wanted.keepIn(ofGenre);
    }
    if (year !== undefined) wanted.keepBetween(index.years, year, year);
    if (source !== undefined) {
      const known = source === 'tmdb' ? 1 : 0;
      wanted.keepBetween(index.isKnown, known, known);
    }
    if (ratingGte !== undefined) wanted.keepBetween(index.ratings, ratingGte, Infinity);
    return wanted;
  }

  private order(sort: MovieSort = 'airing'): FilmOrder {
    return sort === 'airing' ? this.airing : this.state.index.order(sort);
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
