import { Inject, Injectable } from '@nestjs/common';
import { withJitter } from '../../core/util/backoff.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import type { FilmSource } from '../film-source.entity.js';
import type { OfferCounts } from '../offers/offer.js';
import { OfferedFilms } from '../offers/offered-films.js';
import { RutubeClient } from '../rutube/rutube-client.js';
import { offerOf } from '../rutube/rutube-offer.js';
import { describeRutubeFailure, RutubeReader, type RutubeReading } from '../rutube/rutube-reader.js';
import type { FilmSourceProgress, FilmSourceReport, FilmSourceStatus } from './film-source-types.js';
import { FilmSourcesRepository } from './film-sources.repository.js';
import { FILM_SOURCE_DEFAULTS } from './film-sources.service.js';

export interface FilmSourceRefreshOptions {
  /** Believes a source that has suddenly shrunk. */
  force?: boolean;
  onProgress?: (progress: FilmSourceProgress) => void;
}

interface Outcome {
  status: FilmSourceStatus;
  reason: string | null;
  reading?: RutubeReading;
  counts?: OfferCounts;
}

/** A source that failed is read again after this, and at its interval at the latest. */
const RETRY_MINUTES = 30;
/** Sources added together are not read together for ever. */
const JITTER = 0.1;

/**
 * Reads a source of films and files what it offers. What goes wrong – unreachable, empty, suddenly shrunken – leaves
 * what was there; what could be read only in part takes nothing away.
 */
@Injectable()
export class FilmSourceRefresh {
  private readonly running = new SingleFlight<number, FilmSourceReport>();
  private readonly progress = new Map<number, FilmSourceProgress>();

  constructor(
    private readonly sources: FilmSourcesRepository,
    private readonly client: RutubeClient,
    private readonly offered: OfferedFilms,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One run per source: a second call joins the first. Throws `not_found` for an unknown source only. */
  refresh(id: number, options: FilmSourceRefreshOptions = {}): Promise<FilmSourceReport> {
    return this.running.run(id, async () => {
      const onProgress = (progress: FilmSourceProgress): void => {
        this.progress.set(id, progress);
        options.onProgress?.(progress);
      };
      onProgress({ step: 'reading', done: 0 });
      try {
        return await this.refreshNow(id, { ...options, onProgress });
      } finally {
        this.progress.delete(id);
      }
    });
  }

  /** Of a run in this process; null = none. */
  progressOf(id: number): FilmSourceProgress | null {
    return this.progress.get(id) ?? null;
  }

  private async refreshNow(id: number, options: FilmSourceRefreshOptions): Promise<FilmSourceReport> {
    const source = await this.sources.findById(id);
    if (!source) throw new AppError('not_found', `there is no film source ${id}`, { status: 404 });
    const outcome = await this.attempt(source, options);
    const report = toReport(source, outcome);
    await this.remember(source, outcome, report);
    const { status, reason, films, added, retired } = report;
    this.logger[status === 'ok' ? 'info' : 'warn']('film source read', {
      ...{ source: id, name: source.name, status, reason, films, added, retired },
    });
    return report;
  }

  private async attempt(source: FilmSource, options: FilmSourceRefreshOptions): Promise<Outcome> {
    try {
      const reading = await this.read(source);
      const refusal = this.refusal(source, reading, options.force ?? false);
      if (refusal !== null) return { ...failed(source, refusal), reading };
      const films = reading.films.filter(({ judgement }) => judgement.kind === 'film');
      const counts = await this.offered.apply(
        { origin: 'rutube', filmSourceId: source.id },
        films.map((film) => offerOf(film, source.categoryId)),
        {
          keepUnseen: !reading.isComplete,
          onProgress: (done) => options.onProgress?.({ step: 'filing', done }),
        },
      );
      const isWhole = reading.interrupted === null;
      return { status: isWhole ? 'ok' : 'partly', reason: reading.interrupted, reading, counts };
    } catch (error) {
      if (this.lifecycle.signal.aborted) throw error;
      return failed(source, describeError(error));
    }
  }

  private read({ url, options }: FilmSource): Promise<RutubeReading> {
    const { maxPages = FILM_SOURCE_DEFAULTS.maxPages, allFilms = false } = options;
    const { leastMinutes = FILM_SOURCE_DEFAULTS.leastMinutes } = options;
    const thisYear = new Date(this.clock.now()).getUTCFullYear();
    return new RutubeReader({
      client: this.client,
      baseUrl: this.config.rutube.baseUrl,
      judge: { isAllFilms: allFilms, leastMinutes, thisYear },
      maxPages,
      signal: this.lifecycle.signal,
    }).read(url);
  }

  private refusal({ entryCount }: FilmSource, reading: RutubeReading, force: boolean): string | null {
    if (reading.failure) return describeRutubeFailure(reading.failure);
    const films = filmsOf(reading);
    if (films === 0) return reading.interrupted ?? noFilms(reading);
    // What was read in part takes nothing away.
    if (force || !reading.isComplete || films >= entryCount * this.config.sources.shrinkThreshold) {
      return null;
    }
    return `it has shrunk to ${films} of ${entryCount} films; refresh it with --force if that is right`;
  }

  private async remember(source: FilmSource, { status }: Outcome, report: FilmSourceReport): Promise<void> {
    const now = Math.floor(this.clock.now() / 1000);
    const { intervalMinutes: interval, entryCount } = source;
    const isGood = status === 'ok';
    const minutes = withJitter(isGood ? interval : Math.min(interval, RETRY_MINUTES), JITTER, Math.random);
    await this.sources.update(source.id, {
      lastReport: report,
      lastRunAt: now,
      ...(isGood ? { lastSuccessAt: now, entryCount: report.films } : {}),
      ...(status === 'partly' ? { entryCount: Math.max(entryCount, report.films) } : {}),
      nextRunAt: interval === 0 ? null : now + Math.round(minutes * 60),
    });
  }
}

/** What was there stays: stale. Nothing was there: failed. */
function failed({ entryCount }: FilmSource, reason: string): Outcome {
  return { status: entryCount === 0 ? 'failed' : 'stale', reason };
}

function filmsOf({ films }: RutubeReading): number {
  return films.filter(({ judgement }) => judgement.kind === 'film').length;
}

function noFilms({ entries, films }: RutubeReading): string {
  if (entries === 0) return 'it is empty';
  if (films.length === 0) return `none of its ${entries} entries is a film`;
  return `none of its ${entries} entries is a film beyond doubt; say that all of them are where you know it`;
}

function toReport(source: FilmSource, { status, reason, reading, counts }: Outcome): FilmSourceReport {
  const films = reading ? filmsOf(reading) : 0;
  return {
    ...{ sourceId: source.id, status, reason, films },
    ...{ pages: reading?.pages ?? 0, entries: reading?.entries ?? 0 },
    doubtful: (reading?.films.length ?? 0) - films,
    skipped: reading?.skipped ?? {},
    ...{ added: counts?.added ?? 0, updated: counts?.updated ?? 0, retired: counts?.retired ?? 0 },
    newFilms: counts?.newFilms ?? 0,
    problems: reading?.problems ?? [],
  };
}
