import { Inject, Injectable } from '@nestjs/common';
import { ChannelsRepository } from '../../channels/channels.repository.js';
import { SingleFlight } from '../../core/util/single-flight.js';
import { GuideView } from '../../epg/guide-view.js';
import type { Clock, Timer } from '../../platform/clock.js';
import { ChangeFeed } from '../../platform/database/change-feed.js';
import { describeError } from '../../platform/errors/app-error.js';
import { EventBus } from '../../platform/events/event-bus.js';
import { JOB_DONE, JobQueue } from '../../platform/jobs/job-queue.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import type { Logger } from '../../platform/logging/logger.js';
import type { ScheduledSource } from '../../platform/overview/scheduled-sources.js';
import { CLOCK, LOGGER } from '../../platform/tokens.js';
import { FilingTurn } from '../filing/filing-turn.js';
import { FoundFilmsRepository } from '../filing/found-films.repository.js';
import { ENRICH_FILM, FIND_FILMS } from '../film-jobs.js';
import { packLinks, type FindingLink } from './finding-job.js';
import type { FindingProgress, FindingReport, FindingResult } from './finding-job.js';
import { FindingThread } from './finding-thread.js';

export interface FindingOptions {
  onProgress?: (progress: FindingProgress) => void;
  /** Only tells what a run would do; a run of its own. */
  isTrial?: boolean;
}

/** Guides and lists come in bursts. */
const SETTLE_SECONDS = 5;
/** Until a run is planned again that could not be noted. */
const RETRY_MS = 60_000;

/**
 * Looks for films in the guides of all channels that viewers see, in a worker thread, whenever guides or channels
 * changed. One run at a time; a run that is cut off leaves a valid state and is done again.
 */
@Injectable()
export class FilmFinder {
  private retry: Timer | undefined;
  private readonly running = new SingleFlight<'run', FindingReport>();
  private last: Pick<ScheduledSource, 'lastRunAt' | 'lastSuccessAt' | 'reason'> = {
    ...{ lastRunAt: null, lastSuccessAt: null, reason: null },
  };

  constructor(
    private readonly thread: FindingThread,
    private readonly turn: FilingTurn,
    private readonly films: FoundFilmsRepository,
    private readonly guide: GuideView,
    private readonly channels: ChannelsRepository,
    private readonly jobs: JobQueue,
    private readonly events: EventBus,
    private readonly changes: ChangeFeed,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** From now on films are looked for when something changed; call before the queue starts. */
  start(): void {
    this.jobs.register({
      kind: FIND_FILMS,
      run: async () => {
        await this.run();
        return JOB_DONE;
      },
    });
    const plan = (): void => this.lifecycle.background('planning to look for films', this.plan());
    const stops = (['guide.changed', 'channels.changed'] as const).map((name) => this.events.on(name, plan));
    this.lifecycle.onShutdown('work', 'films in guides', () => {
      for (const stop of stops) stop();
      this.retry?.cancel();
    });
    plan();
  }

  private async plan(): Promise<void> {
    this.retry?.cancel();
    try {
      await this.jobs.add(FIND_FILMS, ['all'], { runAfter: this.now() + SETTLE_SECONDS });
    } catch (error) {
      if (!this.lifecycle.signal.aborted) this.planAgain();
      throw error;
    }
  }

  private planAgain(): void {
    this.retry?.cancel();
    this.retry = this.clock.setTimer(RETRY_MS, () =>
      this.lifecycle.background('planning to look for films', this.plan()),
    );
  }

  /** When films were looked for, as something that is done again and again. */
  get schedule(): ScheduledSource {
    const { lastRunAt, lastSuccessAt, reason } = this.last;
    const about = { id: 0, name: 'films in guides', url: '', isEnabled: true, nextRunAt: null };
    return { ...about, lastRunAt, lastSuccessAt, reason };
  }

  /** Looks now; a second call joins the first. */
  run({ isTrial = false, onProgress }: FindingOptions = {}): Promise<FindingReport> {
    const find = (): Promise<FindingReport> => this.turn.use(() => this.find(isTrial, onProgress));
    return isTrial ? find() : this.running.run('run', () => this.noted(find()));
  }

  private async noted(run: Promise<FindingReport>): Promise<FindingReport> {
    this.last.lastRunAt = this.now();
    try {
      const report = await run;
      this.last = { ...this.last, lastSuccessAt: this.now(), reason: null };
      return report;
    } catch (error) {
      this.last.reason = describeError(error);
      throw error;
    }
  }

  private async find(isTrial: boolean, onProgress: FindingOptions['onProgress']): Promise<FindingReport> {
    const links = packLinks(await this.links());
    let result: FindingResult;
    try {
      result = await this.thread.run({ links, isTrial }, onProgress);
    } catch (error) {
      // It may have stored some of it, which the next run finds as known.
      if (!isTrial && !this.lifecycle.signal.aborted) await this.films.announce();
      throw error;
    }
    const { report, damaged, isChanged, newFilms } = result;
    if (damaged > 0) this.logger.warn('pages of a guide are damaged', { pages: damaged });
    if (isTrial) return report;
    if (isChanged) {
      await this.films.announce();
      await this.changes.check();
      await this.jobs.add(ENRICH_FILM, newFilms);
    }
    this.logger.info('films looked for', { ...report, newTitles: undefined });
    return report;
  }

  /** Of every channel that viewers see, the best guide of each first. */
  private async links(): Promise<FindingLink[]> {
    const table = await this.guide.linkTable();
    const channels = await this.channels.listVisible();
    return channels.flatMap(({ id, isAdult }) =>
      table.linksOf(id).map(({ guideChannelId, shiftMinutes }) => {
        return { channelId: id, guideChannelId, shiftSeconds: shiftMinutes * 60, isAdult };
      }),
    );
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}
