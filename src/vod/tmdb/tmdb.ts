import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HitCounter } from '../../core/util/hit-counter.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import { ReadinessRegistry } from '../../platform/readiness.js';
import { CLOCK } from '../../platform/tokens.js';
import { parseFilmDetails, parseFilms } from './parse-film.js';
import { parseGenres, parsePerson } from './parse-other.js';
import { TmdbAnswersRepository } from './tmdb-answers.repository.js';
import { addressOf, TmdbClient, type TmdbHealth, type TmdbRequest } from './tmdb-client.js';
import type {
  TmdbFilm,
  TmdbFilmDetails,
  TmdbGenre,
  TmdbList,
  TmdbOutcome,
  TmdbPerson,
} from './tmdb-types.js';

/** `now`: an answer out of date is asked for again first, and serves only where TMDB does not answer. */
export interface Asking {
  freshness?: 'soon' | 'now';
}

interface Kept<T> extends TmdbRequest<T> {
  ttlSeconds: number;
  /** Whether it holds nothing, which is asked again sooner. */
  isEmpty?: (value: T) => boolean;
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const TTL = {
  film: DAY,
  search: DAY,
  person: 7 * DAY,
  list: HOUR,
  genres: 7 * DAY,
  nothing: 6 * HOUR,
} as const;
const STALE_FOR = 30 * DAY;
const MAX_KEPT = 100_000;
const PRUNE_EVERY_MS = DAY * 1000;
/** Raised when what is kept of an answer changes. */
const EDITION = 2;
const FILM_PARTS = 'credits,videos,images,release_dates,external_ids,alternative_titles,translations';

/**
 * What TMDB knows, kept in the database for as long as it is good. Only what TMDB said is remembered, never that it
 * could not be asked.
 */
@Injectable()
export class Tmdb implements OnModuleInit {
  private readonly flights = new SingleFlight<string, TmdbOutcome<unknown>>();
  private readonly kept = new HitCounter();
  private readonly lookups: ReturnType<MetricsRegistry['counter']>;

  constructor(
    private readonly config: AppConfig,
    private readonly client: TmdbClient,
    private readonly answers: TmdbAnswersRepository,
    private readonly lifecycle: Lifecycle,
    private readonly readiness: ReadinessRegistry,
    metrics: MetricsRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.lookups = metrics.counter({
      name: 'tmdb_lookups_total',
      help: 'Questions to TMDB, by where the answer came from.',
      labelNames: ['from'],
    });
  }

  onModuleInit(): void {
    if (this.client.isOn) this.watch();
    const prune = (): void => this.lifecycle.background('old answers of TMDB', this.prune());
    const timer = this.clock.setRepeating(PRUNE_EVERY_MS, prune);
    this.lifecycle.onShutdown('work', 'tmdb', () => timer.cancel());
  }

  /** Who has set no key misses nothing. */
  private watch(): void {
    this.readiness.register({
      name: 'tmdb',
      whenBroken: 'degraded',
      check: () => {
        if (this.client.problem !== null) throw new Error(this.client.problem);
      },
    });
  }

  get isOn(): boolean {
    return this.client.isOn;
  }

  /** What is wrong with TMDB, for the operator; null = nothing, or it is not used. */
  get problem(): string | null {
    return this.client.problem;
  }

  get health(): TmdbHealth {
    return this.client.health;
  }

  /** Questions that were answered from what is kept, and those that were asked, since the start. */
  get keptAnswers(): HitCounter['figures'] {
    return this.kept.figures;
  }

  /** The first page of films with such a title. `year` narrows to those shown in that year anywhere. */
  searchFilms(
    wanted: { title: string; year: number | null; language?: string },
    asking?: Asking,
  ): Promise<TmdbOutcome<TmdbFilm[]>> {
    const query = {
      query: wanted.title,
      include_adult: 'true',
      language: wanted.language ?? this.language,
      ...(wanted.year === null ? {} : { year: String(wanted.year) }),
    };
    return this.lookUp(
      {
        path: '/search/movie',
        query,
        parse: parseFilms,
        mayBeMissing: false,
        ttlSeconds: TTL.search,
        isEmpty: (films) => films.length === 0,
      },
      asking,
    );
  }

  film(id: number, asking?: Asking): Promise<TmdbOutcome<TmdbFilmDetails>> {
    const { languages } = this.config.tmdb;
    const short = languages.map((language) => language.slice(0, 2));
    const request: Kept<TmdbFilmDetails> = {
      path: `/movie/${id}`,
      query: {
        append_to_response: FILM_PARTS,
        include_image_language: [...new Set([...short, 'en', 'null'])].join(','),
        include_video_language: [...new Set([...short, 'en'])].join(','),
        language: this.language,
      },
      parse: (answer) => {
        const details = parseFilmDetails(answer, { languages, region: this.region });
        return details?.id === id ? details : null;
      },
      mayBeMissing: true,
      ttlSeconds: TTL.film,
    };
    return this.lookUp(request, asking);
  }

  /** The films of an IMDb id such as "tt0137523"; there is one at most. */
  findByImdb(imdbId: string, asking?: Asking): Promise<TmdbOutcome<TmdbFilm[]>> {
    const request: Kept<TmdbFilm[]> = {
      path: `/find/${encodeURIComponent(imdbId)}`,
      query: { external_source: 'imdb_id', language: this.language },
      parse: (answer) => parseFilms(answer, 'movie_results'),
      mayBeMissing: true,
      ttlSeconds: TTL.search,
      isEmpty: (films) => films.length === 0,
    };
    return this.lookUp(request, asking);
  }

  list(list: TmdbList, asking?: Asking): Promise<TmdbOutcome<TmdbFilm[]>> {
    const request: Kept<TmdbFilm[]> = {
      path: list === 'popular' ? '/movie/popular' : '/trending/movie/day',
      query: { language: this.language, ...(list === 'popular' ? { region: this.region } : {}) },
      parse: parseFilms,
      mayBeMissing: false,
      ttlSeconds: TTL.list,
    };
    return this.lookUp(request, asking);
  }

  genres(asking?: Asking): Promise<TmdbOutcome<TmdbGenre[]>> {
    const request: Kept<TmdbGenre[]> = {
      path: '/genre/movie/list',
      query: { language: this.language },
      parse: parseGenres,
      mayBeMissing: false,
      ttlSeconds: TTL.genres,
    };
    return this.lookUp(request, asking);
  }

  /** Somebody of the credits of a film. */
  person(id: number, asking?: Asking): Promise<TmdbOutcome<TmdbPerson>> {
    const request: Kept<TmdbPerson> = {
      path: `/person/${id}`,
      query: { language: this.language },
      parse: (answer) => {
        const person = parsePerson(answer, this.config.tmdb.imageBaseUrl);
        return person?.id === id ? person : null;
      },
      mayBeMissing: true,
      ttlSeconds: TTL.person,
    };
    return this.lookUp(request, asking);
  }

  /** Forgets what nobody can use any more. */
  async prune(): Promise<void> {
    await this.answers.prune(this.now() - STALE_FOR, MAX_KEPT);
  }

  private get language(): string {
    return this.config.tmdb.languages[0] ?? 'en-US';
  }

  private get region(): string {
    return this.config.tmdb.region ?? this.language.split('-')[1] ?? 'US';
  }

  /** Callers with the same question share one answer. */
  private async lookUp<T>(request: Kept<T>, { freshness = 'soon' }: Asking = {}): Promise<TmdbOutcome<T>> {
    if (!this.client.isOn) return { kind: 'off' };
    const key = `${EDITION} ${this.region} ${addressOf(request)}`;
    const flight = this.flights.run(`${freshness} ${key}`, () => this.answer(key, request, freshness));
    // A question has one kind of answer.
    return (await flight) as TmdbOutcome<T>;
  }

  private async answer<T>(
    key: string,
    request: Kept<T>,
    freshness: Asking['freshness'],
  ): Promise<TmdbOutcome<T>> {
    const kept = await this.answers.find(key);
    const now = this.now();
    if (!kept) return this.ask(key, request);
    // What stands there is what `ask` of this edition wrote.
    const outcome: TmdbOutcome<T> =
      kept.status === 404 ? { kind: 'not-found' } : { kind: 'found', value: JSON.parse(kept.body) as T };
    if (kept.expiresAt > now) {
      this.kept.count(true);
      this.lookups.inc({ from: 'kept' });
      return outcome;
    }
    const isUsable = holdsSomething(request, outcome) && now - kept.expiresAt < STALE_FOR;
    if (!isUsable) return this.ask(key, request);
    if (freshness === 'soon') {
      this.kept.count(true);
      this.lookups.inc({ from: 'stale' });
      const refresh = this.flights.run(`refresh ${key}`, () => this.ask(key, request));
      this.lifecycle.background('an answer of TMDB', refresh);
      return outcome;
    }
    const fresh = await this.ask(key, request);
    return fresh.kind === 'unavailable' || fresh.kind === 'bad-key' ? outcome : fresh;
  }

  private async ask<T>(key: string, request: Kept<T>): Promise<TmdbOutcome<T>> {
    this.lookups.inc({ from: 'tmdb' });
    this.kept.count(false);
    const outcome = await this.client.get(request);
    if (outcome.kind !== 'found' && outcome.kind !== 'not-found') return outcome;
    const now = this.now();
    const ttl = holdsSomething(request, outcome) ? request.ttlSeconds : TTL.nothing;
    await this.answers.save({
      key,
      status: outcome.kind === 'found' ? 200 : 404,
      body: outcome.kind === 'found' ? JSON.stringify(outcome.value) : '',
      fetchedAt: now,
      expiresAt: now + ttl,
    });
    return outcome;
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function holdsSomething<T>(request: Kept<T>, outcome: TmdbOutcome<T>): boolean {
  return outcome.kind === 'found' && !(request.isEmpty?.(outcome.value) ?? false);
}
