import { genreKey, genreName } from '../../core/films/genre-key.js';
import { BitSet } from '../../core/util/bit-set.js';
import type { Slicer } from '../slicer.js';
import type { CatalogFilm } from './catalog-film.js';
import { FilmOrder } from './film-order.js';

/** Orders that do not change with the hour. */
type LastingSort = 'rating' | 'added' | 'views';

const NO_RATING = -1;
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
    await slicer.each(index.filmsOf, (of) => index.sealed.push(Uint32Array.from(of)), 8);
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
    return index;
  }

  order(sort: LastingSort): FilmOrder {
    const order = this.orders.get(sort);
    if (!order) throw new Error(`no order by ${sort}`);
    return order;
  }

  /** Films of a genre, named in any case; undefined = there is no such genre. */
  ofGenre(genre: string): Uint32Array | undefined {
    const id = this.genreIds.get(genreKey(genre));
    return id === undefined ? undefined : this.sealed[id];
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
    this.ratings[at] = film.bestRating ?? NO_RATING;
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
