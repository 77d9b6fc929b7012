import { createHash } from 'node:crypto';
import { presentMovie, type Movie } from '../../core/films/present-movie.js';
import { extensionOf } from './film-extension.js';
import type { CatalogAiring } from './airing-table.js';
import { toldFilm, type CatalogFilm } from './catalog-film.js';
import type { FilmCollection } from './film-collection.js';
import { pictureAddress, POSTER_WIDTH } from './film-pictures.js';
import type { FilmPictures } from './film-source.js';
import { DIGEST_BYTES, packRow, picturesOfRow, RowPage } from './packed-row.js';
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
  private readonly joined = new RowPage();
  private pictures = 0;
  /** Where the rows of the films last asked for were found, by their index, + 1. */
  private found: { versions: Float64Array; slots: Uint32Array } = {
    versions: new Float64Array(),
    slots: new Uint32Array(),
  };

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

  /** Of the films at these indices, as many of them as there are. `now` in epoch seconds. Good until the next call. */
  page(films: TellableFilms, indices: ArrayLike<number>, now: number): RowPage {
    const { joined } = this;
    joined.clear();
    const { versions } = films;
    if (this.found.versions !== versions) {
      this.found = { versions, slots: new Uint32Array(versions.length) };
    }
    const { slots } = this.found;
    for (let place = 0; place < indices.length; place++) {
      const at = indices[place] ?? 0;
      let slot = (slots[at] ?? 0) - 1;
      // A version belongs to one film: neither the film nor its number need to be looked at.
      if (slot < 0 || !this.isTrue(slot, versions[at] ?? 0, now)) {
        const film = films.films[at];
        if (!film) continue;
        slot = this.slotOf(film, versions[at] ?? 0, now);
        slots[at] = slot + 1;
        if (slot < 0) {
          joined.add(this.write(films, film, at, now), 0);
          continue;
        }
      }
      joined.add(this.memory.blockAt(slot), this.memory.startAt(slot));
    }
    return joined;
  }

  /** Sees to it that the row of the film at this index is there. */
  prepare(films: TellableFilms, at: number, now: number): void {
    const film = films.films[at];
    if (film && this.slotOf(film, films.versions[at] ?? 0, now) < 0) this.write(films, film, at, now);
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

  /** Where the row is kept, as long as it is true; -1 = it has to be written. */
  private slotOf(film: CatalogFilm, version: number, now: number): number {
    const { memory } = this;
    const slot = memory.slotOf(film.id);
    if (slot < 0 || memory.versionAt(slot) !== version || memory.untilAt(slot) <= now) return -1;
    if (memory.picturesSeenAt(slot) === this.pictures) return slot;
    const shown = picturesOfRow(memory.blockAt(slot), memory.startAt(slot), memory.lengthAt(slot));
    if (shown !== textOf(this.picturesOf(film, ''))) return -1;
    memory.sawPictures(slot, this.pictures);
    return slot;
  }

  /** Whether it is kept there as it is, pictures and all. */
  private isTrue(slot: number, version: number, now: number): boolean {
    const { memory } = this;
    return (
      memory.versionAt(slot) === version &&
      memory.untilAt(slot) > now &&
      memory.picturesSeenAt(slot) === this.pictures
    );
  }

  private write({ airings, versions }: TellableFilms, film: CatalogFilm, at: number, now: number): Buffer {
    const places = this.picturesOf(film, '');
    const text = JSON.stringify(tellMovie(film, airings.after(at, now, film.title), places, LISTED_AIRINGS));
    const gaps = Array.from(text.matchAll(PICTURE_OF_OURS), (match) =>
      Buffer.byteLength(text.slice(0, match.index + match[0].length)),
    );
    const json = Buffer.from(text);
    const digest = createHash('sha256').update(json).digest().subarray(0, DIGEST_BYTES);
    const packed = packRow({ json, gaps, digest }, textOf(places));
    const until = airings.nextStop(at, now);
    const facts = { version: versions[at] ?? 0, until, picturesSeen: this.pictures };
    this.memory.keep(film.id, packed, facts);
    return packed;
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
