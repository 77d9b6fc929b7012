import { Inject, Injectable } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { presentMovie } from '../../core/films/present-movie.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { CLOCK } from '../../platform/tokens.js';
import { ByteCache } from '../byte-cache.js';
import type { Encoding, Representation } from '../catalog-edition.js';
import { Compressor } from '../compress.js';
import { Slicer } from '../slicer.js';
import { extensionOf } from './film-extension.js';
import type { CatalogFilm } from './film-collection.js';
import { FilmLibrary, type FilmState } from './film-library.js';
import { pictureAddress, POSTER_WIDTH } from './film-pictures.js';
import { FILM_OPTIONS, FILM_PICTURES, type FilmOptions, type FilmPictures } from './film-source.js';
import { MovieTable, type MovieWish } from './movie-query.js';

export type MovieAnswer =
  { kind: 'ready'; representation: Representation } | { kind: 'loading' } | { kind: 'unknown' };

/** Where the client reached us, and what it takes. */
export interface Asker {
  /** No slash at its end. */
  base: string;
  encoding: Encoding;
}

interface Row {
  json: Buffer;
  /** Epoch seconds at which it stops being true. */
  until: number;
}

/** Showings told of a film in a list; alone it has all of them. */
const LISTED_AIRINGS = 20;
const COMMA = Buffer.from(',');

/** The film API: ready bytes, kept while neither the films nor the moment change. */
@Injectable()
export class MovieAnswers {
  private table: { revision: number; until: number; table: MovieTable } | undefined;
  private readonly tables = new SingleFlight<number, MovieTable>();
  private readonly making = new SingleFlight<string, Representation>();
  private rows: ByteCache<Row>;
  private answers: ByteCache<Representation>;
  private readonly compressor = new Compressor();
  private keptRevision = 0;

  constructor(
    private readonly library: FilmLibrary,
    @Inject(FILM_PICTURES) private readonly pictures: FilmPictures,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.rows = this.newRows();
    this.answers = this.newAnswers();
  }

  async list(wish: MovieWish, asker: Asker): Promise<MovieAnswer> {
    const table = await this.current();
    if (!table) return { kind: 'loading' };
    const key = JSON.stringify(wish, Object.keys(wish).sort());
    return this.answer(`list ${key}`, asker, () => this.page(table, wish, asker.base));
  }

  async genres(asker: Asker): Promise<MovieAnswer> {
    const table = await this.current();
    if (!table) return { kind: 'loading' };
    return this.answer('genres', asker, () => Buffer.from(JSON.stringify({ genres: table.genres() })));
  }

  async film(id: number, asker: Asker): Promise<MovieAnswer> {
    const table = await this.current();
    if (!table) return { kind: 'loading' };
    const film = table.film(id);
    if (!film) return { kind: 'unknown' };
    const whole = (): Buffer =>
      Buffer.from(JSON.stringify(this.present(film, table.now, asker.base, Infinity)));
    return this.answer(`film ${id}`, asker, whole);
  }

  private async answer(what: string, { base, encoding }: Asker, make: () => Buffer): Promise<MovieAnswer> {
    const key = `${encoding} ${base} ${what}`;
    const kept = this.answers.get(key);
    if (kept) return { kind: 'ready', representation: kept };
    const { answers } = this;
    const representation = await this.making.run(`${this.keptRevision} ${key}`, async () => {
      const made = await this.encoded(make(), encoding);
      answers.set(key, made);
      return made;
    });
    return { kind: 'ready', representation };
  }

  private async encoded(bytes: Buffer, encoding: Encoding): Promise<Representation> {
    const etag = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    if (encoding === 'identity' || bytes.length < this.options.gzipFromBytes) {
      return { bytes, encoding: 'identity', etag };
    }
    return { bytes: await this.compressor.gzip(bytes), encoding: 'gzip', etag: `${etag}-gzip` };
  }

  private page(table: MovieTable, wish: MovieWish, base: string): Buffer {
    const { films, total } = table.page(wish);
    const rows = films.map((film) => this.row(film, table.now, base));
    const { page, perPage } = wish;
    const pagination = { page, per_page: perPage, total, pages: Math.ceil(total / perPage) };
    return Buffer.concat([
      Buffer.from('{"movies":['),
      ...rows.flatMap((row, index) => (index === 0 ? [row] : [COMMA, row])),
      Buffer.from(`],"pagination":${JSON.stringify(pagination)}}`),
    ]);
  }

  /** The film as a list tells it, written once until its next showing is over. */
  private row(film: CatalogFilm, now: number, base: string): Buffer {
    const key = `${film.id} ${base}`;
    const kept = this.rows.get(key);
    if (kept !== undefined && kept.until > now) return kept.json;
    const json = Buffer.from(JSON.stringify(this.present(film, now, base, LISTED_AIRINGS)));
    const until = Math.min(...film.airings.filter(({ stop }) => stop > now).map(({ stop }) => stop));
    this.rows.set(key, { json, until });
    return json;
  }

  private present(film: CatalogFilm, now: number, base: string, most: number) {
    const airings = film.airings.filter(({ stop }) => stop > now).slice(0, most);
    const picture = (url: string): string => pictureAddress(this.pictures, url, base, POSTER_WIDTH);
    return presentMovie(film, airings, film.ways, {
      preview: picture(film.guidePicture),
      poster: picture(film.posterUrl),
      extension: extensionOf(film.ways),
    });
  }

  /** The table of this moment. While the next one is made the former one answers. */
  private async current(): Promise<MovieTable | undefined> {
    const state = this.library.current;
    if (!state) return undefined;
    const now = Math.floor(this.clock.now() / 1000);
    const { table } = this;
    if (table && table.revision === state.revision && table.until > now) return table.table;
    return this.tables.run(state.revision, () => this.renew(state, now));
  }

  private async renew(state: FilmState, now: number): Promise<MovieTable> {
    const table = await MovieTable.at(state, now, new Slicer(this.clock, this.options.sliceMs));
    if (this.keptRevision !== state.revision) this.rows = this.newRows();
    this.keptRevision = state.revision;
    this.answers = this.newAnswers();
    this.table = { revision: state.revision, until: now + this.options.momentSeconds, table };
    return table;
  }

  private newRows(): ByteCache<Row> {
    return new ByteCache(this.options.cacheBytes / 2, ({ json }) => json.length);
  }

  private newAnswers(): ByteCache<Representation> {
    return new ByteCache(this.options.cacheBytes / 2, ({ bytes }) => bytes.length);
  }
}
