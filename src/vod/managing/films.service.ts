import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { AppError, refuseProblems } from '../../platform/errors/app-error.js';
import { JobQueue } from '../../platform/jobs/job-queue.js';
import { CLOCK } from '../../platform/tokens.js';
import type { Episode } from '../episode.entity.js';
import type { FilmDecision } from '../film-decision.entity.js';
import { FIND_FILMS } from '../film-jobs.js';
import type { Film } from '../film.entity.js';
import type { Series } from '../series.entity.js';
import { FilmEnrichment, type EnrichOutcome } from '../tmdb/film-enrichment.js';
import type { FilmSuggestions } from '../tmdb/film-matcher.js';
import { FilmEditsRepository } from './film-edits.repository.js';
import {
  FilmQueriesRepository,
  type FilmPlaces,
  type FilmsFilter,
  type FilmsQuery,
  type SeriesQuery,
} from './film-queries.repository.js';
import { filmProblems, type EditableField, type FilmInput, type SeriesInput } from './film-rules.js';

/** A film and all that is known of where it can be watched. */
export interface FilmDetail extends FilmPlaces {
  film: Film;
  decision: FilmDecision | null;
}

/** What TMDB is searched by. */
const SEARCHED = ['title', 'originalTitle', 'year'] as const;

/** What operators do with films and series. Every decision outlives all later runs. */
@Injectable()
export class FilmsService {
  constructor(
    private readonly films: FilmQueriesRepository,
    private readonly edits: FilmEditsRepository,
    private readonly enrichment: FilmEnrichment,
    private readonly jobs: JobQueue,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  page(query: FilmsQuery): Promise<{ items: Film[]; total: number }> {
    return this.films.page(query);
  }

  /** Throws `not_found`. */
  async detail(id: number): Promise<FilmDetail> {
    const film = await this.films.film(id);
    if (!film) throw unknown('film', id);
    const [detail] = await this.withPlaces([film]);
    const decision = await this.films.decision(film.identityKey);
    return { film, decision, airings: detail?.airings ?? [], ways: detail?.ways ?? [] };
  }

  /** All that fit, with their places, some at a time. */
  async *all(filter: FilmsFilter): AsyncGenerator<(FilmPlaces & { film: Film })[]> {
    for await (const films of this.films.slices(filter)) yield await this.withPlaces(films);
  }

  /** What TMDB offers for it, best first. Throws `not_found`. */
  async suggestions(id: number): Promise<FilmSuggestions> {
    const found = await this.enrichment.suggest(id);
    if (found.kind === 'gone') throw unknown('film', id);
    return found;
  }

  /** It is this film of TMDB, whatever runs find. Throws `not_found`. */
  async match(id: number, tmdbId: number): Promise<void> {
    if (!(await this.enrichment.match(id, tmdbId))) throw unknown('film', id);
  }

  /** It is no film. Throws `not_found`. */
  async reject(id: number): Promise<void> {
    if (!(await this.enrichment.reject(id))) throw unknown('film', id);
  }

  /** Takes a decision back: it is looked for again, in the guides too. Throws `not_found`. */
  async release(id: number): Promise<void> {
    if (!(await this.enrichment.release(id))) throw unknown('film', id);
    await this.jobs.add(FIND_FILMS, ['all']);
  }

  /** Films that can be watched, by their ids at TMDB. */
  byTmdbIds(tmdbIds: readonly number[]): Promise<Map<number, number>> {
    return this.films.byTmdbIds(tmdbIds);
  }

  /** Asks TMDB now. */
  enrich(id: number): Promise<EnrichOutcome> {
    return this.enrichment.enrich(id);
  }

  /** Throws `invalid_input` and `not_found`. */
  async edit(id: number, input: FilmInput): Promise<void> {
    refuseProblems(filmProblems(input));
    const isRenamed = SEARCHED.some((field) => input[field] !== undefined);
    const change = (film: Film): Partial<Film> => this.lookAgain(film, isRenamed);
    if (!(await this.edits.edit(id, input, change))) throw unknown('film', id);
    if (isRenamed) await this.enrichment.want([id]);
  }

  /** Gives fields back to guides and lists. Throws `not_found`. */
  async reset(id: number, fields: readonly EditableField[]): Promise<void> {
    const isRenamed = SEARCHED.some((field) => fields.includes(field));
    const change = (film: Film): Partial<Film> => this.lookAgain(film, isRenamed);
    if (!(await this.edits.reset(id, fields, change))) throw unknown('film', id);
    if (isRenamed) await this.enrichment.want([id]);
  }

  seriesPage(query: SeriesQuery): Promise<{ items: Series[]; total: number }> {
    return this.films.seriesPage(query);
  }

  /** Throws `not_found`. */
  async seriesDetail(id: number): Promise<{ series: Series; episodes: Episode[] }> {
    const series = await this.films.series(id);
    if (!series) throw unknown('series', id);
    return { series, episodes: await this.films.episodes(id) };
  }

  /** Throws `invalid_input` and `not_found`. */
  async editSeries(id: number, input: SeriesInput): Promise<void> {
    refuseProblems(filmProblems(input));
    if (!(await this.edits.editSeries(id, input, this.now()))) throw unknown('series', id);
  }

  /** Where nobody knows yet which film it is, another name is another question. */
  private lookAgain({ tmdbStatus }: Film, isRenamed: boolean): Partial<Film> {
    const isKnown = tmdbStatus === 'match' || tmdbStatus === 'manual';
    const asked = isRenamed && !isKnown ? { tmdbStatus: 'pending' as const, tmdbCheckedAt: null } : {};
    return { ...asked, updatedAt: this.now() };
  }

  private async withPlaces(films: readonly Film[]): Promise<(FilmPlaces & { film: Film })[]> {
    const places = await this.films.places(
      films.map(({ id }) => id),
      this.now(),
    );
    return films.map((film) => ({ film, airings: [], ways: [], ...places.get(film.id) }));
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function unknown(what: string, id: number): AppError {
  return new AppError('not_found', `there is no ${what} ${id}`, { status: 404 });
}
