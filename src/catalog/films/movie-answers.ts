import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { createHash } from 'node:crypto';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { ByteCache } from '../byte-cache.js';
import type { Encoding, Representation } from '../catalog-edition.js';
import { Compressor } from '../compress.js';
import { Slicer } from '../slicer.js';
import { FilmLibrary, type FilmState } from './film-library.js';
import {
  FILM_EVENTS,
  FILM_OPTIONS,
  FILM_PICTURES,
  type FilmEvents,
  type FilmOptions,
  type FilmPictures,
} from './film-source.js';
import { MovieTable, type MovieWish } from './movie-query.js';
import { joinRows, MovieRows, tellMovie } from './movie-rows.js';

export type MovieAnswer =
  { kind: 'ready'; representation: Representation } | { kind: 'loading' } | { kind: 'unknown' };

/** Where the client reached us, and what it takes. */
export interface Asker {
  /** No slash at its end. */
  base: string;
  encoding: Encoding;
}

interface Edition {
  state: FilmState;
  table: MovieTable;
  /** Epoch seconds. */
  until: number;
  answers: ByteCache<Representation>;
}

interface Made {
  bytes: Buffer;
  /** Equal for equal bytes, without quotes. */
  etag: string;
}

/** An edition that is over answers so long while the next one is made. Seconds. */
const STALE_SECONDS = 300;

/** The film API: rows that stand ready, joined to pages, which are kept while neither the films nor the moment change. */
@Injectable()
export class MovieAnswers implements OnModuleInit {
  private edition: Edition | undefined;
  private readonly editions = new SingleFlight<number, Edition>();
  private readonly compressing = new SingleFlight<string, Representation>();
  private readonly compressor = new Compressor();
  private readonly rows: MovieRows;

  constructor(
    private readonly library: FilmLibrary,
    @Inject(FILM_PICTURES) pictures: FilmPictures,
    @Inject(FILM_EVENTS) private readonly events: FilmEvents,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
  ) {
    this.rows = new MovieRows(pictures, options.cacheBytes / 2);
  }

  onModuleInit(): void {
    const stop = this.events.on('images.changed', () => this.rows.picturesChanged());
    this.lifecycle.onShutdown('faces', 'pictures of films', stop);
  }

  async list(wish: MovieWish, asker: Asker): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    const key = JSON.stringify(wish, Object.keys(wish).sort());
    return this.answer(edition, `list ${key}`, asker, () => this.page(edition, wish, asker.base));
  }

  async genres(asker: Asker): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    return this.answer(edition, 'genres', asker, () => whole({ genres: edition.table.genres() }));
  }

  async film(id: number, asker: Asker): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    const { table } = edition;
    const film = table.film(id);
    if (!film) return { kind: 'unknown' };
    const make = (): Made =>
      whole(tellMovie(film, table.now, this.rows.picturesOf(film, asker.base), Infinity));
    return this.answer(edition, `film ${id}`, asker, make);
  }

  private async answer(
    { answers, state }: Edition,
    what: string,
    { base, encoding }: Asker,
    make: () => Made,
  ): Promise<MovieAnswer> {
    const key = `${encoding} ${base} ${what}`;
    const kept = answers.get(key);
    if (kept) return { kind: 'ready', representation: kept };
    if (encoding === 'identity') {
      const representation = { ...make(), encoding };
      answers.set(key, representation);
      return { kind: 'ready', representation };
    }
    const representation = await this.compressing.run(`${state.revision} ${key}`, async () => {
      const made = await this.compressed(make());
      answers.set(key, made);
      return made;
    });
    return { kind: 'ready', representation };
  }

  private async compressed({ bytes, etag }: Made): Promise<Representation> {
    if (bytes.length < this.options.gzipFromBytes) return { bytes, encoding: 'identity', etag };
    return { bytes: await this.compressor.gzip(bytes), encoding: 'gzip', etag: `${etag}-gzip` };
  }

  private page({ table, state }: Edition, wish: MovieWish, base: string): Made {
    const { films, total } = table.page(wish);
    const rows = films.flatMap((index) => {
      const film = state.collection.films[index];
      return film ? [this.rows.row(film, table.now)] : [];
    });
    const { page, perPage } = wish;
    const pagination = { page, per_page: perPage, total, pages: Math.ceil(total / perPage) };
    const tail = `],"pagination":${JSON.stringify(pagination)}}`;
    // The rows' own digests stand for their bytes: the page itself is not read again.
    const told = rows.map(({ digest }) => digest).join('');
    return { bytes: joinRows('{"movies":[', rows, tail, base), etag: digestOf(`${base}\n${tail}${told}`) };
  }

  /** The edition of this moment. One that is just over answers while the next one is made. */
  private async current(): Promise<Edition | undefined> {
    const state = this.library.current;
    if (!state) return undefined;
    const { edition } = this;
    const now = Math.floor(this.clock.now() / 1000);
    if (edition?.state !== state || edition.until + STALE_SECONDS <= now) return this.renew(state, now);
    if (edition.until <= now) this.lifecycle.background('film API of the moment', this.renew(state, now));
    return edition;
  }

  private renew(state: FilmState, now: number): Promise<Edition> {
    return this.editions.run(state.revision, async () => {
      const table = await MovieTable.at(state, now, new Slicer(this.clock, this.options.sliceMs));
      const answers = new ByteCache<Representation>(this.options.cacheBytes / 2, ({ bytes }) => bytes.length);
      const edition = { state, table, until: now + this.options.momentSeconds, answers };
      this.edition = edition;
      this.lifecycle.background('rows of films', this.prepare(edition));
      return edition;
    });
  }

  /** Writes the rows nobody has asked for yet, the next on air first, as long as this edition serves. */
  private async prepare(edition: Edition): Promise<void> {
    const { table, state } = edition;
    const slicer = new Slicer(this.clock, this.options.sliceMs);
    this.rows.retain((id) => table.film(id) !== undefined);
    for (const [at, index] of table.all().entries()) {
      const film = state.collection.films[index];
      if (film) this.rows.row(film, table.now);
      if (at % 16 !== 0 || !slicer.due) continue;
      await slicer.breathe();
      if (this.edition !== edition || this.lifecycle.signal.aborted) return;
    }
  }
}

function whole(value: unknown): Made {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, etag: digestOf(bytes) };
}

function digestOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}
