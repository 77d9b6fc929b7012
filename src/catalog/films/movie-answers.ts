import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { createHash, type Hash } from 'node:crypto';
import { BufferPool } from '../../core/util/buffer-pool.js';
import { HitCounter } from '../../core/util/hit-counter.js';
import { SeenLately } from '../../core/util/seen-lately.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import type { Encoding } from '../catalog-edition.js';
import { Compressor } from '../compress.js';
import { Slicer } from '../slicer.js';
import { creditsOf, FilmPersons } from './film-persons.js';
import { FilmLibrary, type FilmState } from './film-library.js';
import {
  FILM_EVENTS,
  FILM_OPTIONS,
  FILM_PICTURES,
  type FilmEvents,
  type FilmOptions,
  type FilmPictures,
} from './film-source.js';
import {
  MoviePages,
  type MoviePage,
  type MovieQuestion,
  type PageTools,
  type WrittenPage,
} from './movie-pages.js';
import { withCredits } from '../../core/films/present-movie.js';
import { MovieTable, type MovieWish } from './movie-query.js';
import { MovieRows, tellMovie } from './movie-rows.js';

export type MovieAnswer = { kind: 'ready'; page: MoviePage } | { kind: 'loading' } | { kind: 'unknown' };

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
  pages: MoviePages;
}

/** An edition that is over answers so long while the next one is made. Seconds. */
const STALE_SECONDS = 300;

/** The film API: rows that stand ready, joined to pages, which are kept while neither the films nor the moment change. */
@Injectable()
export class MovieAnswers implements OnModuleInit {
  private edition: Edition | undefined;
  private readonly editions = new SingleFlight<number, Edition>();
  private readonly hits = new HitCounter();
  private readonly tools: PageTools;
  private readonly rows: MovieRows;

  constructor(
    private readonly library: FilmLibrary,
    @Inject(FILM_PICTURES) pictures: FilmPictures,
    @Inject(FILM_EVENTS) private readonly events: FilmEvents,
    @Inject(FILM_OPTIONS) private readonly options: FilmOptions,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly lifecycle: Lifecycle,
    private readonly persons: FilmPersons,
  ) {
    this.rows = new MovieRows(pictures, options.cacheBytes / 2);
    this.tools = {
      asked: new SeenLately(),
      memory: new BufferPool(options.lentBytes),
      compressor: new Compressor(options.compressions),
      restUntil: -Infinity,
      now: () => clock.monotonic(),
      hits: this.hits,
      gzipFromBytes: options.gzipFromBytes,
    };
  }

  onModuleInit(): void {
    const stop = this.events.on('images.changed', () => this.rows.picturesChanged());
    this.lifecycle.onShutdown('faces', 'pictures of films', stop);
  }

  /** How often a page stood ready, since the start; how many are kept now, and their bytes. */
  get readyAnswers(): HitCounter['figures'] & { entries: number; bytes: number } {
    const pages = this.edition?.pages;
    return { ...this.hits.figures, entries: pages?.size ?? 0, bytes: pages?.bytes ?? 0 };
  }

  /** Bytes of the rows that pages are made of. */
  get rowBytes(): number {
    return this.rows.size;
  }

  /** The page of a question that was asked and found sound before, as long as it is true. */
  ready(question: MovieQuestion): MoviePage | undefined {
    const { edition } = this;
    if (edition?.state !== this.library.current || edition === undefined) return undefined;
    return edition.until * 1000 > this.clock.now() ? edition.pages.ready(question) : undefined;
  }

  /** What writes a page at once; undefined = somebody has to wait for the films, as `list` does. */
  listAtOnce(wish: MovieWish, question: MovieQuestion): (() => MoviePage | Promise<MoviePage>) | undefined {
    const edition = this.current();
    if (!edition || edition instanceof Promise) return undefined;
    return () => this.pageOf(edition, wish, question);
  }

  async list(wish: MovieWish, question: MovieQuestion): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    return ready(this.pageOf(edition, wish, question));
  }

  async genres(question: MovieQuestion): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    return ready(edition.pages.make(question, () => whole({ genres: edition.table.genres() })));
  }

  async film(id: number, question: MovieQuestion): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    const { table, pages, state } = edition;
    const at = table.film(id);
    const film = state.collection.films[at ?? -1];
    if (at === undefined || !film) return { kind: 'unknown' };
    const places = this.rows.picturesOf(film, question.base);
    const airings = state.collection.airings.after(at, table.now, film.title);
    const write = (): WrittenPage =>
      whole(withCredits(tellMovie(film, airings, places, Infinity), creditsOf(film)));
    return ready(pages.make(question, write));
  }

  /** Somebody who made a film that is listed, or plays in one. */
  async person(id: number, question: MovieQuestion): Promise<MovieAnswer> {
    const edition = await this.current();
    if (!edition) return { kind: 'loading' };
    const { table, pages, state } = edition;
    const films = table.ofPerson(id).flatMap((index) => state.collection.films[index] ?? []);
    if (films.length === 0) return { kind: 'unknown' };
    const { person, isWhole } = await this.persons.tell(id, films, question.base);
    if (isWhole) return ready(pages.make(question, () => whole(person)));
    // Not worth keeping: TMDB will tell more soon.
    return { kind: 'ready', page: { ...whole(person), encoding: 'identity' } };
  }

  private pageOf(edition: Edition, wish: MovieWish, question: MovieQuestion): MoviePage | Promise<MoviePage> {
    return edition.pages.make(question, (memory) => this.page(edition, wish, question.base, memory));
  }

  private page(
    { table, state }: Edition,
    wish: MovieWish,
    base: string,
    memory: (length: number) => Buffer,
  ): WrittenPage {
    const { films, total } = table.page(wish);
    const rows = this.rows.page(state.collection, films, table.now);
    const { page, perPage } = wish;
    const pagination = { page, per_page: perPage, total, pages: Math.ceil(total / perPage) };
    const tail = `],"pagination":${JSON.stringify(pagination)}}`;
    // The rows' own digests stand for their bytes: the page itself is not read again.
    const told = createHash('sha256').update(`${base}\n${tail}\n`).update(rows.digests);
    return { bytes: rows.join('{"movies":[', tail, base, memory), etag: shortened(told) };
  }

  /** The edition of this moment. One that is just over answers while the next one is made. */
  private current(): Edition | Promise<Edition> | undefined {
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
      const pages = new MoviePages(this.tools, this.options.cacheBytes / 2);
      const edition = { state, table, until: now + this.options.momentSeconds, pages };
      this.edition?.pages.clear();
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
      this.rows.prepare(state.collection, index, table.now);
      if (at % 16 !== 0 || !slicer.due) continue;
      await slicer.breathe();
      if (this.edition !== edition || this.lifecycle.signal.aborted) return;
    }
  }
}

async function ready(page: MoviePage | Promise<MoviePage>): Promise<MovieAnswer> {
  return { kind: 'ready', page: await page };
}

function whole(value: unknown): WrittenPage {
  const bytes = Buffer.from(JSON.stringify(value));
  return { bytes, etag: shortened(createHash('sha256').update(bytes)) };
}

function shortened(hash: Hash): string {
  return hash.digest('base64url').slice(0, 22);
}
