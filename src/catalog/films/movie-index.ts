import { genreKey, genreName } from '../../core/films/genre-key.js';
import { BitSet } from '../../core/util/bit-set.js';
import type { Slicer } from '../slicer.js';
import type { CatalogFilm } from './catalog-film.js';
import { FilmOrder } from './film-order.js';

/** Orders that do not change with the hour. */
type LastingSort = 'rating' | 'added' | 'views';

const NO_RATING = -1;
/** Into so many the films are cut by their rating. */
const BLOCKS = 32;
/** Hostile lists may name one for each film. */
const MAX_GENRES = 5_000;

/** What the film API filters and sorts by, of one state of the films: typed arrays by the index of a film. */
export class MovieIndex {
  readonly years: Int16Array;
  readonly ratings: Float64Array;
  private readonly added: Float64Array;
  private readonly views: Float64Array;
  /** 1 = TMDB knows it. */
  readonly isKnown: Uint8Array;
  /** Those. */
  readonly known: BitSet;
  private readonly orders = new Map<LastingSort, FilmOrder>();
  private readonly genreIds = new Map<string, number>();
  private readonly idsByText = new Map<string, number | null>();
  private readonly genreNames: string[] = [];
  private readonly filmsOf: number[][] = [];
  private readonly sealed: Uint32Array[] = [];
  /** Of genres whose list of films is longer than a set of bits. */
  private readonly bits: (BitSet | undefined)[] = [];
  /** The best rated films, a block of them more in each. */
  private readonly best: BitSet[] = [];
  private readonly filmsOfYear = new Map<number, number[]>();
  private readonly byYear = new Map<number, Uint32Array>();

  private constructor(count: number) {
    this.years = new Int16Array(count);
    this.ratings = new Float64Array(count);
    this.added = new Float64Array(count);
    this.views = new Float64Array(count);
    this.isKnown = new Uint8Array(count);
    this.known = new BitSet(count);
  }

  static async over(films: readonly CatalogFilm[], slicer: Slicer): Promise<MovieIndex> {
    const index = new MovieIndex(films.length);
    await slicer.each(films, (film, at) => index.file(film, at));
    await slicer.each(index.filmsOf, (of) => index.seal(Uint32Array.from(of)), 8);
    index.filmsOf.length = 0;
    for (const [year, of] of index.filmsOfYear) index.byYear.set(year, Uint32Array.from(of));
    index.filmsOfYear.clear();
    const keys = {
      rating: index.ratings.map((rating) => Math.round((10 - rating) * 1e6)),
      added: index.added.map((addedAt) => FilmOrder.last - addedAt),
      views: index.views.map((views) => FilmOrder.last - views),
    } as const;
    for (const sort of ['rating', 'added', 'views'] as const) {
      index.orders.set(sort, FilmOrder.by(keys[sort]));
      await slicer.breathe();
    }
    await index.gatherBest(slicer);
    return index;
  }

  order(sort: LastingSort): FilmOrder {
    const order = this.orders.get(sort);
    if (!order) throw new Error(`no order by ${sort}`);
    return order;
  }

  /** Films of a genre, named in any case; undefined = there is no such genre. */
  ofGenre(genre: string): { films: Uint32Array; bits: BitSet | undefined } | undefined {
    const id = this.genreIds.get(genreKey(genre)) ?? -1;
    const films = this.sealed[id];
    return films && { films, bits: this.bits[id] };
  }

  /** Takes out the films that are not rated at least so. Most are known by their block. */
  keepRated(among: BitSet, least: number): BitSet {
    const { films } = this.order('rating');
    const count = this.countRated(films, least);
    const blocks = Math.floor(count / this.block);
    const rated = this.best[blocks - 1]?.clone() ?? new BitSet(among.size);
    for (let place = blocks * this.block; place < count; place++) rated.add(films[place] ?? 0);
    return among.keepIn(rated);
  }

  /** How many stand before the first film that is rated lower. */
  private countRated(films: Uint32Array, least: number): number {
    let low = 0;
    let high = films.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.ratings[films[middle] ?? 0] ?? NO_RATING) >= least) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private get block(): number {
    return Math.ceil(this.ratings.length / BLOCKS) || 1;
  }

  private async gatherBest(slicer: Slicer): Promise<void> {
    const { films } = this.order('rating');
    const best = new BitSet(films.length);
    for (let end = this.block; end <= films.length; end += this.block) {
      best.addAll(films.subarray(end - this.block, end));
      this.best.push(best.clone());
      if (slicer.due) await slicer.breathe();
    }
  }

  private seal(films: Uint32Array): void {
    this.sealed.push(films);
    const { size } = this.known;
    const isLong = films.length > size / 32;
    this.bits.push(isLong ? new BitSet(size) : undefined);
    this.bits.at(-1)?.addAll(films);
  }

  /** Films of a year; undefined = there are none. */
  ofYear(year: number): Uint32Array | undefined {
    return this.byYear.get(year);
  }

  /** Of the films in `among`, most films first. */
  genres(among: BitSet): { name: string; count: number }[] {
    return this.genreNames
      .map((name, id) => ({ name, count: countIn(this.sealed[id], among) }))
      .filter(({ count }) => count > 0)
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  }

  private file(film: CatalogFilm, at: number): void {
    this.years[at] = film.bestYear ?? 0;
    // As exact as the order by them is, so that all who are rated at least so stand before the rest.
    this.ratings[at] = Math.round((film.bestRating ?? NO_RATING) * 1e6) / 1e6;
    this.added[at] = film.addedAt;
    this.views[at] = film.views;
    this.isKnown[at] = film.isKnown ? 1 : 0;
    if (film.isKnown) this.known.add(at);
    const { bestYear } = film;
    if (bestYear !== null) this.fileYear(bestYear, at);
    const ids = new Set(film.bestGenres.map((genre) => this.genreId(genre)));
    for (const id of ids) if (id !== null) this.filmsOf[id]?.push(at);
  }

  private fileYear(year: number, at: number): void {
    const of = this.filmsOfYear.get(year);
    if (of) of.push(at);
    else this.filmsOfYear.set(year, [at]);
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
    this.filmsOf.push([]);
    return this.genreNames.length - 1;
  }
}

function countIn(films: Uint32Array | undefined, among: BitSet): number {
  let count = 0;
  for (const film of films ?? []) if (among.has(film)) count++;
  return count;
}
