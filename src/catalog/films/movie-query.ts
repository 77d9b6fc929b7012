import { genreKey, genreName } from '../../core/films/genre-key.js';
import type { Slicer } from '../slicer.js';
import type { CatalogFilm } from './film-collection.js';
import type { FilmState } from './film-library.js';

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
  films: CatalogFilm[];
  total: number;
}

const NO_RATING = -1;
/** Hostile lists may name one for each film. */
const MAX_GENRES = 5_000;

/**
 * The films of one state at one moment, as the film API lists them: those that can be watched now or later, and are for
 * everybody. Orders and genres are worked out when first asked for; a question walks typed arrays.
 */
export class MovieTable {
  private readonly films: readonly CatalogFilm[];
  /** Start of the showing that runs or comes next, epoch seconds; Infinity = none. */
  private readonly nextStart: Float64Array;
  private readonly isListed: Uint8Array;
  private readonly years: Int16Array;
  private readonly ratings: Float32Array;
  private readonly isKnown: Uint8Array;
  private readonly orders = new Map<MovieSort, Uint32Array>();
  private readonly genreIds = new Map<string, number>();
  private readonly idsByText = new Map<string, number | null>();
  private readonly genresOf: Uint16Array[] = [];
  private readonly genreNames: string[] = [];
  private readonly genreCounts: number[] = [];

  private constructor(
    private readonly state: FilmState,
    /** Epoch seconds. */
    readonly now: number,
  ) {
    const { films } = state.collection;
    this.films = films;
    this.nextStart = new Float64Array(films.length).fill(Number.POSITIVE_INFINITY);
    this.isListed = new Uint8Array(films.length);
    this.years = new Int16Array(films.length);
    this.ratings = new Float32Array(films.length);
    this.isKnown = new Uint8Array(films.length);
  }

  /** `now` in epoch seconds. */
  static async at(state: FilmState, now: number, slicer: Slicer): Promise<MovieTable> {
    const table = new MovieTable(state, now);
    await slicer.each(table.films, (film, index) => table.file(film, index));
    return table;
  }

  page(wish: MovieWish): MoviePage {
    const found = wish.q === undefined ? undefined : (this.state.search.find(wish.q) ?? new Map());
    const indices = found && wish.sort === undefined ? this.byFit(found) : this.order(wish.sort ?? 'airing');
    const genre = wish.genre === undefined ? undefined : this.genreIds.get(genreKey(wish.genre));
    if (wish.genre !== undefined && genre === undefined) return { films: [], total: 0 };
    const first = (wish.page - 1) * wish.perPage;
    const films: CatalogFilm[] = [];
    let total = 0;
    for (const index of indices) {
      if (!this.fits(index, wish, genre) || (found && !found.has(index))) continue;
      const film = total >= first && films.length < wish.perPage ? this.films[index] : undefined;
      if (film) films.push(film);
      total++;
    }
    return { films, total };
  }

  /** undefined when there is none that everybody may see. */
  film(id: number): CatalogFilm | undefined {
    const index = this.state.collection.indexOf.get(id);
    return index !== undefined && this.isListed[index] === 1 ? this.films[index] : undefined;
  }

  /** Most films first. */
  genres(): { name: string; count: number }[] {
    return this.genreNames
      .map((name, id) => ({ name, count: this.genreCounts[id] ?? 0 }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }

  private file(film: CatalogFilm, index: number): void {
    const next = film.airings.find(({ stop }) => stop > this.now);
    if (next) this.nextStart[index] = next.start;
    this.isListed[index] = !film.isAdult && (next !== undefined || film.ways.length > 0) ? 1 : 0;
    this.years[index] = film.facts?.year ?? film.year ?? 0;
    this.ratings[index] = film.facts?.rating ?? film.rating ?? NO_RATING;
    this.isKnown[index] = film.facts === null ? 0 : 1;
    const ids = new Set<number>();
    for (const genre of genresOf(film)) {
      const id = this.genreId(genre);
      if (id !== null) ids.add(id);
    }
    this.genresOf[index] = Uint16Array.from(ids);
    if (this.isListed[index] === 0) return;
    for (const id of ids) this.genreCounts[id] = (this.genreCounts[id] ?? 0) + 1;
  }

  /** null where the text says nothing. */
  private genreId(genre: string): number | null {
    let id = this.idsByText.get(genre);
    if (id !== undefined) return id;
    const key = genreKey(genre);
    id = key === '' ? null : (this.genreIds.get(key) ?? this.addGenre(key, genre));
    this.idsByText.set(genre, id);
    return id;
  }

  private addGenre(key: string, genre: string): number | null {
    if (this.genreNames.length > MAX_GENRES) return null;
    this.genreIds.set(key, this.genreNames.length);
    this.genreNames.push(genreName(genre));
    return this.genreNames.length - 1;
  }

  private fits(index: number, wish: MovieWish, genre: number | undefined): boolean {
    if (this.isListed[index] === 0) return false;
    if (wish.year !== undefined && this.years[index] !== wish.year) return false;
    if (wish.ratingGte !== undefined && (this.ratings[index] ?? NO_RATING) < wish.ratingGte) return false;
    if (wish.source !== undefined && (this.isKnown[index] === 1) !== (wish.source === 'tmdb')) return false;
    return genre === undefined || (this.genresOf[index]?.includes(genre) ?? false);
  }

  private byFit(found: ReadonlyMap<number, number>): number[] {
    const airing = (index: number): number => this.nextStart[index] ?? Number.POSITIVE_INFINITY;
    return [...found]
      .sort(([a, fitA], [b, fitB]) => fitB - fitA || compare(airing(a), airing(b)) || a - b)
      .map(([index]) => index);
  }

  private order(sort: MovieSort): Uint32Array {
    const known = this.orders.get(sort);
    if (known) return known;
    const keys = this.keysOf(sort);
    const order = Uint32Array.from(keys.keys()).sort((a, b) => compare(keys[a] ?? 0, keys[b] ?? 0) || a - b);
    this.orders.set(sort, order);
    return order;
  }

  /** Ascending. */
  private keysOf(sort: MovieSort): Float64Array {
    switch (sort) {
      case 'airing':
        return this.nextStart;
      case 'rating':
        return Float64Array.from(this.ratings, (rating) => -rating);
      case 'added':
        return Float64Array.from(this.films, ({ addedAt }) => -addedAt);
      case 'views':
        return Float64Array.from(this.films, ({ views }) => -views);
    }
  }
}

/** TMDB's where it is known, which are of one language. */
export function genresOf(film: CatalogFilm): readonly string[] {
  return film.facts && film.facts.genres.length > 0 ? film.facts.genres : film.genres;
}

/** Infinity minus Infinity is no number. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
