import type { ConnectionFault, ReplyFault } from './faults/fault.js';
import type { FaultPlace } from './faults/fault-book.js';
import type { Exchange } from './net/exchange.js';
import { FaultyHost, type FaultyHostOptions } from './net/faulty-host.js';

export interface FakeFilm {
  id: number;
  originalTitle: string;
  originalLanguage?: string;
  /** By language, "de": what searches in it are answered with; also found by these. */
  titles?: Readonly<Record<string, string>>;
  year: number;
  minutes?: number;
  votes?: number;
  /** "/name.jpg" */
  poster?: string | null;
  director?: string;
  isAdult?: boolean;
  genres?: readonly string[];
}

export interface TmdbHostOptions extends FaultyHostOptions {
  films?: readonly FakeFilm[];
  key?: string;
  token?: string;
  /** How long it thinks about each answer. */
  latencyMs?: number;
  /** Beyond so many requests a second (and as many saved up) it answers 429. */
  perSecond?: number;
}

type TmdbFault = ConnectionFault | Exclude<ReplyFault, { kind: 'redirectForeignHost' }>;

const PAGE = 20;

/** An imitation of TMDB over a few films: keys, searches by any title, details, a limit, 404 as TMDB writes it. */
export class TmdbHost extends FaultyHost<TmdbFault> {
  readonly films = new Map<number, FakeFilm>();
  /** Answers that stand at a path, whatever the films are. */
  readonly fixed = new Map<string, unknown>();
  /** The next request is answered with 429 and this `Retry-After`; null = none is. */
  nextRetryAfter: number | null = null;
  refused = 0;
  limited = 0;
  /** Most requests that were being answered at once. */
  mostAtOnce = 0;
  private atOnce = 0;
  private saved: number;
  private savedAt: number;

  constructor(private readonly settings: TmdbHostOptions = {}) {
    super(settings);
    this.put(...(settings.films ?? []));
    this.saved = settings.perSecond ?? 0;
    this.savedAt = this.timers.clock.monotonic();
  }

  put(...films: readonly FakeFilm[]): void {
    for (const film of films) this.films.set(film.id, film);
  }

  protected placeOf({ path }: Exchange): FaultPlace {
    return { route: path.startsWith('/3/search/') ? 'search' : 'film', contentKeys: [path] };
  }

  protected answer(exchange: Exchange): void {
    if (!this.mayPass(exchange)) {
      this.refused++;
      return status(exchange, 401, 7, 'Invalid API key: You must be granted a valid key.');
    }
    const retryAfter = this.nextRetryAfter ?? 1;
    if (this.nextRetryAfter !== null || !this.isWithinLimit()) {
      this.limited++;
      this.nextRetryAfter = null;
      const body = JSON.stringify({
        status_code: 25,
        status_message: 'Your request count is over the limit.',
      });
      return exchange.send(429, body, {
        'Content-Type': 'application/json',
        'Retry-After': String(retryAfter),
      });
    }
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.atOnce);
    const { latencyMs = 0 } = this.settings;
    const end = (): void => {
      this.atOnce--;
      this.route(exchange);
    };
    if (latencyMs > 0) this.timers.after(latencyMs, end);
    else end();
  }

  private mayPass({ req, query }: Exchange): boolean {
    const { key = 'key', token = 'token' } = this.settings;
    return query.get('api_key') === key || req.headers.authorization === `Bearer ${token}`;
  }

  private isWithinLimit(): boolean {
    const { perSecond } = this.settings;
    if (perSecond === undefined) return true;
    const now = this.timers.clock.monotonic();
    this.saved = Math.min(perSecond, this.saved + ((now - this.savedAt) / 1000) * perSecond);
    this.savedAt = now;
    if (this.saved < 1) return false;
    this.saved--;
    return true;
  }

  private route(exchange: Exchange): void {
    const path = exchange.path.replace(/^\/3/, '');
    const fixed = this.fixed.get(path);
    if (fixed !== undefined) return exchange.json(fixed);
    if (path === '/search/movie') return exchange.json(this.search(exchange.query));
    const film = this.films.get(Number(/^\/movie\/(\d+)$/.exec(path)?.[1]));
    if (film) return exchange.json(detailsOf(film, exchange.query));
    status(exchange, 404, 34, 'The resource you requested could not be found.');
  }

  private search(query: URLSearchParams): unknown {
    const wanted = plain(query.get('query') ?? '');
    const year = query.get('year');
    const found = [...this.films.values()].filter(
      (film) =>
        (year === null || Number(year) === film.year) &&
        titlesOf(film).some((title) => wanted !== '' && plain(title).includes(wanted)),
    );
    const results = found
      .sort((a, b) => (b.votes ?? 0) - (a.votes ?? 0))
      .slice(0, PAGE)
      .map((film) => ({ ...entryOf(film, query.get('language') ?? 'en'), genre_ids: [18] }));
    return { page: 1, results, total_results: found.length, total_pages: Math.ceil(found.length / PAGE) };
  }
}

/** Opens the host; close it at the end. */
export async function createTmdbHost(options: TmdbHostOptions = {}): Promise<TmdbHost> {
  const host = new TmdbHost(options);
  await host.open();
  return host;
}

function status(exchange: Exchange, http: number, code: number, message: string): void {
  exchange.json({ success: false, status_code: code, status_message: message }, http);
}

function titlesOf({ originalTitle, titles = {} }: FakeFilm): string[] {
  return [originalTitle, ...Object.values(titles)];
}

function plain(title: string): string {
  const letters = title.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return letters.replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

function entryOf(film: FakeFilm, language: string): Record<string, unknown> {
  const { id, originalTitle, titles = {}, year, votes = 100 } = film;
  return {
    id,
    adult: film.isAdult ?? false,
    title: titles[language.slice(0, 2)] ?? titles.en ?? originalTitle,
    original_title: originalTitle,
    original_language: film.originalLanguage ?? 'en',
    release_date: `${year}-06-01`,
    overview: `${originalTitle} of ${year}`,
    poster_path: film.poster === undefined ? `/poster${id}.jpg` : film.poster,
    backdrop_path: `/backdrop${id}.jpg`,
    popularity: votes / 10,
    vote_average: 7.1,
    vote_count: votes,
  };
}

function detailsOf(film: FakeFilm, query: URLSearchParams): Record<string, unknown> {
  const parts = (query.get('append_to_response') ?? '').split(',');
  const translations = Object.entries(film.titles ?? {}).map(([language, title]) => ({
    iso_639_1: language,
    iso_3166_1: language.toUpperCase(),
    data: { title, overview: `${title} (${language})` },
  }));
  const all: Record<string, unknown> = {
    credits: {
      cast: [{ id: 901, name: 'Somebody', character: 'Someone', order: 0 }],
      crew: [{ id: 902, name: film.director ?? 'A Director', job: 'Director' }],
    },
    videos: { results: [{ site: 'YouTube', key: 'abcdefghijk', type: 'Trailer', iso_639_1: 'en' }] },
    translations: { translations },
    external_ids: { imdb_id: `tt${String(film.id).padStart(7, '0')}` },
  };
  const asked = Object.fromEntries(Object.entries(all).filter(([part]) => parts.includes(part)));
  return {
    ...entryOf(film, query.get('language') ?? 'en'),
    runtime: film.minutes ?? 100,
    genres: (film.genres ?? ['Drama']).map((name, at) => ({ id: at + 1, name })),
    production_countries: [{ iso_3166_1: 'US' }],
    ...asked,
  };
}
