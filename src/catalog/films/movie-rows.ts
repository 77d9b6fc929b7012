import { createHash } from 'node:crypto';
import { presentMovie, type Movie } from '../../core/films/present-movie.js';
import { extensionOf } from './film-extension.js';
import type { CatalogAiring } from './airing-table.js';
import { toldFilm, type CatalogFilm } from './catalog-film.js';
import type { FilmCollection } from './film-collection.js';
import { pictureAddress, POSTER_WIDTH } from './film-pictures.js';
import type { FilmPictures } from './film-source.js';
import { DIGEST_LENGTH, packRow, unpackPictures, unpackRow, type MovieRow } from './packed-row.js';
import { RowMemory } from './row-memory.js';

/** What rows are written of. */
export type TellableFilms = Pick<FilmCollection, 'films' | 'airings' | 'versions'>;

interface Pictures {
  preview: string;
  poster: string;
}

/** Showings told of a film in a list; alone it has all of them. */
const LISTED_AIRINGS = 20;
/** Our own addresses begin so while the name of this server is missing. Quotes inside of texts are escaped. */
const PICTURE_OF_OURS = /"(?:preview_image|poster_url)":"(?=\/)/g;

/**
 * The rows of all films, written when first needed, and anew when the film, its next showing or its pictures change.
 * Within a bound of bytes; those beyond it are written each time.
 */
export class MovieRows {
  private readonly memory: RowMemory;
  private pictures = 0;

  constructor(
    private readonly store: FilmPictures,
    maxBytes: number,
  ) {
    this.memory = new RowMemory(maxBytes);
  }

  /** Pictures came into the store or left it: rows look again before they are told. */
  picturesChanged(): void {
    this.pictures++;
  }

  /** Of the film at this index; undefined = there is none. `now` in epoch seconds. */
  row(films: TellableFilms, at: number, now: number): MovieRow | undefined {
    const film = films.films[at];
    if (!film) return undefined;
    return this.kept(film, films.versions[at] ?? 0, now) ?? this.write(films, film, at, now);
  }

  /** Forgets the films that are not there any more. */
  retain(isThere: (id: number) => boolean): void {
    for (const id of [...this.memory.ids]) if (!isThere(id)) this.memory.drop(id);
  }

  /** Bytes taken for the rows that are kept. */
  get size(): number {
    return this.memory.heldBytes;
  }

  /** As `base` shows them. */
  picturesOf({ guidePicture, posterUrl }: CatalogFilm, base: string): Pictures {
    const picture = (url: string): string => pictureAddress(this.store, url, base, POSTER_WIDTH);
    return { preview: picture(guidePicture), poster: picture(posterUrl) };
  }

  private kept(film: CatalogFilm, version: number, now: number): MovieRow | undefined {
    const facts = this.memory.factsOf(film.id);
    if (facts?.version !== version || facts.until <= now) return undefined;
    const bytes = this.memory.bytesOf(film.id);
    if (!bytes) return undefined;
    if (facts.picturesSeen !== this.pictures) {
      if (unpackPictures(bytes) !== textOf(this.picturesOf(film, ''))) return undefined;
      this.memory.setFacts(film.id, { ...facts, picturesSeen: this.pictures });
    }
    return unpackRow(bytes);
  }

  private write({ airings, versions }: TellableFilms, film: CatalogFilm, at: number, now: number): MovieRow {
    const places = this.picturesOf(film, '');
    const text = JSON.stringify(tellMovie(film, airings.after(at, now, film.title), places, LISTED_AIRINGS));
    const gaps = Array.from(text.matchAll(PICTURE_OF_OURS), (match) =>
      Buffer.byteLength(text.slice(0, match.index + match[0].length)),
    );
    const json = Buffer.from(text);
    const digest = createHash('sha256').update(json).digest('base64url').slice(0, DIGEST_LENGTH);
    const row = { json, gaps, digest };
    const until = airings.nextStop(at, now);
    const facts = { version: versions[at] ?? 0, until, picturesSeen: this.pictures };
    this.memory.keep(film.id, packRow(row, textOf(places)), facts);
    return row;
  }
}

function textOf({ preview, poster }: Pictures): string {
  return `${preview}\n${poster}`;
}

/** The film with up to `most` of its showings, none of which is over. */
export function tellMovie(
  film: CatalogFilm,
  airings: readonly CatalogAiring[],
  places: Pictures,
  most: number,
): Movie {
  const told = airings.slice(0, most);
  return presentMovie(toldFilm(film), told, film.ways, { ...places, extension: extensionOf(film.ways) });
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
