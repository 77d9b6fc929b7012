import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { ImageStore } from '../../platform/images/image-store.js';
import { JOB_DONE, JobQueue, type JobHandler, type JobResult } from '../../platform/jobs/job-queue.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { MetricsRegistry } from '../../platform/metrics.js';
import { CLOCK } from '../../platform/tokens.js';
import type { FilmDecision } from '../film-decision.entity.js';
import type { Film } from '../film.entity.js';
import { ENRICH_FILM } from '../film-jobs.js';
import { EnrichedFilmsRepository } from './enriched-films.repository.js';
import { factsOf, pictureUrl, readFacts } from './film-facts.js';
import { FilmMatcher, type FilmMatch, type FilmSuggestions, type NoAnswer } from './film-matcher.js';
import type { TmdbFilmDetails } from './tmdb-types.js';
import { Tmdb } from './tmdb.js';

/** What became of one film. `off`: no key is set. `gone`: there is no such film any more. */
export type EnrichOutcome =
  { kind: 'match' | 'manual' | 'ambiguous' | 'none' | 'rejected' | 'gone' } | NoAnswer;

const HOUR = 3600;
const DAY = 24 * HOUR;
const CHECK_EVERY = { known: 7 * DAY, unknown: DAY } as const;
const LOOK_EVERY_MS = HOUR * 1000;
/** Put into the queue at a time; what is left follows with the next look. */
const MAX_DUE = 5_000;
const MINUTE = 60;

/**
 * Tells films what TMDB knows of them, as jobs that survive a restart. What a person decided stands above every run;
 * what guides and lists say stays in its own columns.
 */
@Injectable()
export class FilmEnrichment {
  private readonly ended: ReturnType<MetricsRegistry['counter']>;

  constructor(
    private readonly films: EnrichedFilmsRepository,
    private readonly matcher: FilmMatcher,
    private readonly tmdb: Tmdb,
    private readonly images: ImageStore,
    private readonly jobs: JobQueue,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    metrics: MetricsRegistry,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.ended = metrics.counter({
      name: 'films_enriched_total',
      help: 'Films looked for at TMDB, by how it ended.',
      labelNames: ['outcome'],
    });
  }

  /** From now on films are looked for at TMDB, and looked at again now and then; call before the queue starts. */
  start(): void {
    this.jobs.register(this.handler());
    const look = (): void => this.lifecycle.background('films due at TMDB', this.addDue());
    const timer = this.clock.setRepeating(LOOK_EVERY_MS, look);
    this.lifecycle.onShutdown('work', 'films at TMDB', () => timer.cancel());
    look();
  }

  /** What does the jobs; `onEnd` hears how each one went. */
  handler(onEnd?: (outcome: EnrichOutcome) => void): JobHandler {
    return {
      kind: ENRICH_FILM,
      atOnce: this.config.tmdb.connections,
      // A list may offer a hundred thousand films. With a key they are found to be due.
      isIdle: () => !this.tmdb.isOn,
      run: async ({ key }) => {
        const outcome = await this.enrich(Number(key));
        onEnd?.(outcome);
        return jobResultOf(outcome);
      },
    };
  }

  /** Films that TMDB has not been asked about for long; null = no key is set. */
  async countDue(): Promise<number | null> {
    return this.tmdb.isOn ? (await this.films.due(this.now(), CHECK_EVERY, MAX_DUE)).length : null;
  }

  /** Has TMDB asked about these soon. */
  want(ids: readonly number[]): Promise<void> {
    return this.jobs.add(ENRICH_FILM, ids);
  }

  /** Puts the films into the queue that TMDB has not been asked about for long; says how many. */
  async addDue(): Promise<number> {
    if (!this.tmdb.isOn) return 0;
    const ids = await this.films.due(this.now(), CHECK_EVERY, MAX_DUE);
    await this.want(ids);
    return ids.length;
  }

  /** Looks for one film now. */
  async enrich(id: number): Promise<EnrichOutcome> {
    for (;;) {
      const film = await this.films.film(id);
      if (!film) return { kind: 'gone' };
      const decision = await this.films.decision(film.identityKey);
      const outcome = await this.decideAndWrite(film, decision);
      // Somebody decided meanwhile: the answer is to another question.
      if (outcome === 'again') continue;
      this.ended.inc({ outcome: outcome.kind });
      return outcome;
    }
  }

  /** A person says which film it is. False = there is no such film here. TMDB is asked soon. */
  match(id: number, tmdbId: number): Promise<boolean> {
    return this.decide(id, { kind: 'match', tmdbId, decidedAt: this.now() }, (film) => ({
      ...(film.tmdbId === tmdbId ? {} : withoutFacts(film)),
      state: 'film',
      tmdbId,
      tmdbStatus: 'manual',
      tmdbScore: null,
      tmdbReasons: ['chosen'],
    }));
  }

  /** A person says that it is no film. */
  reject(id: number): Promise<boolean> {
    return this.decide(id, { kind: 'not-a-film', tmdbId: null, decidedAt: this.now() }, (film) => ({
      ...withoutFacts(film),
      state: 'rejected',
      tmdbStatus: 'manual',
    }));
  }

  /** A person takes the decision back: the film is looked for again. */
  release(id: number): Promise<boolean> {
    return this.decide(id, null, (film) => ({
      ...withoutFacts(film),
      state: film.state === 'rejected' ? 'film' : film.state,
      tmdbStatus: 'pending',
      tmdbCheckedAt: null,
    }));
  }

  /** What TMDB offers for a film, best first, for a person to choose from. */
  async suggest(id: number): Promise<FilmSuggestions | { kind: 'gone' }> {
    const film = await this.films.film(id);
    return film ? this.matcher.suggest(traitsOf(film), film.state === 'candidate') : { kind: 'gone' };
  }

  private async decide(
    id: number,
    decision: Pick<FilmDecision, 'kind' | 'tmdbId' | 'decidedAt'> | null,
    change: (film: Film) => Partial<Film>,
  ): Promise<boolean> {
    const isThere = await this.films.decide(id, decision, (film) => ({
      ...change(film),
      updatedAt: this.now(),
    }));
    if (isThere) await this.want([id]);
    return isThere;
  }

  private async decideAndWrite(film: Film, decision: FilmDecision | null): Promise<EnrichOutcome | 'again'> {
    const found = await this.find(film, decision);
    if (found.kind === 'off' || found.kind === 'bad-key' || found.kind === 'unavailable') return found;
    const isWritten = await this.films.update(film.id, decision, (row) => ({
      ...this.changeOf(row, found),
      tmdbCheckedAt: this.now(),
      updatedAt: this.now(),
    }));
    if (!isWritten) return 'again';
    if (found.kind === 'match' || found.kind === 'manual') this.wantPictures(found.details);
    return { kind: found.kind };
  }

  private async find(film: Film, decision: FilmDecision | null): Promise<Finding> {
    if (decision?.kind === 'not-a-film') return { kind: 'rejected' };
    const chosen = decision?.kind === 'match' ? decision.tmdbId : null;
    // Once matched it stays that film; the guide may know its number beforehand.
    const known = chosen ?? film.tmdbId;
    if (known !== null) {
      const details = await this.tmdb.film(known, { freshness: 'now' });
      if (details.kind === 'found') return knownFilm(film, details.value, chosen !== null);
      if (details.kind !== 'not-found') return details;
      if (chosen !== null) return { kind: 'none' };
    }
    return this.matcher.match(traitsOf(film), film.state === 'candidate', { freshness: 'now' });
  }

  private changeOf(film: Film, found: Exclude<Finding, NoAnswer>): Partial<Film> {
    switch (found.kind) {
      case 'match':
      case 'manual':
        return {
          state: 'film',
          tmdbId: found.details.id,
          tmdbStatus: found.kind,
          tmdbScore: found.score,
          tmdbReasons: found.reasons,
          tmdbDetails: factsOf(found.details, this.config.tmdb.languages[0] ?? '', this.now()),
          isAdult: film.isAdult || found.details.isAdult,
          posterUrl: this.pictures(found.details).poster || film.guidePicture,
          backdropUrl: this.pictures(found.details).backdrop,
        };
      case 'rejected':
        return { state: 'rejected' };
      case 'ambiguous':
        return {
          ...withoutFacts(film),
          tmdbStatus: 'ambiguous',
          tmdbScore: found.score,
          tmdbReasons: found.reasons,
        };
      case 'none':
        return film.tmdbStatus === 'manual'
          ? { ...withoutFacts(film), tmdbId: film.tmdbId, tmdbReasons: ['unknown-id'] }
          : { ...withoutFacts(film), tmdbStatus: 'none' };
    }
  }

  private pictures({ posterPath, backdropPath }: TmdbFilmDetails): { poster: string; backdrop: string } {
    const { imageBaseUrl } = this.config.tmdb;
    return {
      poster: pictureUrl(imageBaseUrl, 'poster', posterPath),
      backdrop: pictureUrl(imageBaseUrl, 'backdrop', backdropPath),
    };
  }

  private wantPictures(details: TmdbFilmDetails): void {
    const { poster, backdrop } = this.pictures(details);
    if (poster !== '') this.images.want(poster);
    if (backdrop !== '') this.images.want(backdrop);
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

type Finding =
  | Exclude<FilmMatch, { kind: 'match' }>
  | { kind: 'match' | 'manual'; details: TmdbFilmDetails; score: number | null; reasons: string[] }
  | { kind: 'rejected' };

const NOTHING_KNOWN = {
  tmdbId: null,
  tmdbScore: null,
  tmdbReasons: [],
  tmdbDetails: null,
} satisfies Partial<Film>;

function knownFilm(film: Film, details: TmdbFilmDetails, isChosen: boolean): Finding {
  if (isChosen) return { kind: 'manual', details, score: null, reasons: ['chosen'] };
  const wasMatched = film.tmdbStatus === 'match';
  return wasMatched
    ? { kind: 'match', details, score: film.tmdbScore, reasons: film.tmdbReasons }
    : { kind: 'match', details, score: 1, reasons: ['guide-id'] };
}

/** Pictures of a film that is not this one after all go too. */
function withoutFacts(film: Film): Partial<Film> {
  const isTold = readFacts(film.tmdbDetails) !== null;
  const pictures = isTold ? { posterUrl: film.guidePicture, backdropUrl: '' } : {};
  return { ...NOTHING_KNOWN, ...pictures };
}

function traitsOf({
  title,
  originalTitle,
  year,
  durationSeconds,
}: Film): Parameters<FilmMatcher['match']>[0] {
  const minutes = durationSeconds === null ? null : Math.round(durationSeconds / MINUTE);
  return { title, originalTitle, year, minutes };
}

function jobResultOf(outcome: EnrichOutcome): JobResult {
  if (outcome.kind !== 'unavailable' && outcome.kind !== 'bad-key') return JOB_DONE;
  const reason = outcome.kind === 'bad-key' ? 'TMDB refuses the key' : outcome.reason;
  return { kind: 'later', seconds: Math.max(1, outcome.retryAfterSeconds), reason };
}
