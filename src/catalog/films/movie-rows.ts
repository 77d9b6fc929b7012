import { createHash } from 'node:crypto';
import { presentMovie, type Movie } from '../../core/films/present-movie.js';
import { extensionOf } from './film-extension.js';
import { toldFilm, type CatalogFilm } from './catalog-film.js';
import { pictureAddress, POSTER_WIDTH } from './film-pictures.js';
import type { FilmPictures } from './film-source.js';

/** A film as lists tell it: ready JSON, but for the address of this server, which every client may see another of. */
export interface MovieRow {
  readonly film: CatalogFilm;
  readonly json: Buffer;
  /** Offsets in `json` at which the address of this server is missing, ascending. */
  readonly gaps: readonly number[];
  /** Equal for equal `json`. */
  readonly digest: string;
  /** Epoch seconds at which it stops being true. */
  readonly until: number;
  readonly places: Pictures;
  /** Of the pictures, see `MovieRows.picturesChanged`. */
  picturesSeen: number;
}

interface Pictures {
  preview: string;
  poster: string;
}

/** Showings told of a film in a list; alone it has all of them. */
const LISTED_AIRINGS = 20;
/** Our own addresses begin so while the name of this server is missing. Quotes inside of texts are escaped. */
const PICTURE_OF_OURS = /"(?:preview_image|poster_url)":"(?=\/)/g;
/** Beside its JSON: the objects around it. */
const BYTES_AROUND = 400;

/**
 * The rows of all films, written when first needed, and anew when the film, its next showing or its pictures change.
 * Within a bound of bytes; those beyond it are written each time.
 */
export class MovieRows {
  private readonly rows = new Map<number, MovieRow>();
  private bytes = 0;
  private pictures = 0;

  constructor(
    private readonly store: FilmPictures,
    private readonly maxBytes: number,
  ) {}

  /** Pictures came into the store or left it: rows look again before they are told. */
  picturesChanged(): void {
    this.pictures++;
  }

  /** `now` in epoch seconds. */
  row(film: CatalogFilm, now: number): MovieRow {
    const kept = this.rows.get(film.id);
    if (kept?.film === film && kept.until > now && this.showsItsPictures(kept)) return kept;
    const row = this.write(film, now);
    this.keep(row);
    return row;
  }

  /** Forgets the films that are not there any more. */
  retain(isThere: (id: number) => boolean): void {
    for (const id of this.rows.keys()) if (!isThere(id)) this.drop(id);
  }

  /** Bytes of the rows that are kept. */
  get size(): number {
    return this.bytes;
  }

  private write(film: CatalogFilm, now: number): MovieRow {
    const places = this.picturesOf(film, '');
    const text = JSON.stringify(tellMovie(film, now, places, LISTED_AIRINGS));
    const json = Buffer.from(text);
    const gaps = Array.from(text.matchAll(PICTURE_OF_OURS), (match) =>
      Buffer.byteLength(text.slice(0, match.index + match[0].length)),
    );
    const digest = createHash('sha256').update(json).digest('base64url').slice(0, 22);
    const running = film.airings.filter(({ stop }) => stop > now);
    const until = Math.min(...running.map(({ stop }) => stop));
    return { film, json, gaps, digest, until, places, picturesSeen: this.pictures };
  }

  private showsItsPictures(row: MovieRow): boolean {
    if (row.picturesSeen === this.pictures) return true;
    const { preview, poster } = this.picturesOf(row.film, '');
    if (preview !== row.places.preview || poster !== row.places.poster) return false;
    row.picturesSeen = this.pictures;
    return true;
  }

  /** As `base` shows them. */
  picturesOf({ guidePicture, posterUrl }: CatalogFilm, base: string): Pictures {
    const picture = (url: string): string => pictureAddress(this.store, url, base, POSTER_WIDTH);
    return { preview: picture(guidePicture), poster: picture(posterUrl) };
  }

  private keep(row: MovieRow): void {
    this.drop(row.film.id);
    const size = row.json.length + BYTES_AROUND;
    if (this.bytes + size > this.maxBytes) return;
    this.rows.set(row.film.id, row);
    this.bytes += size;
  }

  private drop(id: number): void {
    const row = this.rows.get(id);
    if (!row) return;
    this.rows.delete(id);
    this.bytes -= row.json.length + BYTES_AROUND;
  }
}

/** The film with up to `most` of the showings that are not over; `now` in epoch seconds. */
export function tellMovie(film: CatalogFilm, now: number, places: Pictures, most: number): Movie {
  const airings = film.airings.filter(({ stop }) => stop > now).slice(0, most);
  return presentMovie(toldFilm(film), airings, film.ways, { ...places, extension: extensionOf(film.ways) });
}

/**
 * The rows as members of one JSON array, without its brackets. `base` is the address of this server; `memory` gives as
 * many bytes as it is asked for, or more.
 */
export function joinRows(
  head: string,
  rows: readonly MovieRow[],
  tail: string,
  base: string,
  memory: (length: number) => Buffer = (length) => Buffer.allocUnsafe(length),
): Buffer {
  const name = Buffer.from(JSON.stringify(base).slice(1, -1));
  const length = rows.reduce(
    (sum, { json, gaps }) => sum + json.length + gaps.length * name.length + 1,
    Buffer.byteLength(head) + Buffer.byteLength(tail) - (rows.length > 0 ? 1 : 0),
  );
  const page = memory(length).subarray(0, length);
  let at = page.write(head, 0);
  for (const [index, { json, gaps }] of rows.entries()) {
    if (index > 0) at += page.write(',', at);
    let from = 0;
    for (const gap of gaps) {
      at += json.copy(page, at, from, gap);
      at += name.copy(page, at);
      from = gap;
    }
    at += json.copy(page, at, from);
  }
  page.write(tail, at);
  return page;
}
