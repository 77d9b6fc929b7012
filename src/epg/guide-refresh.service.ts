import { Inject, Injectable } from '@nestjs/common';
import path from 'node:path';
import { Semaphore } from '../core/util/semaphore.js';
import { SingleFlight } from '../core/util/single-flight.js';
import { ChannelsRepository } from '../channels/channels.repository.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { sizeText } from '../platform/config/value-types.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { Database } from '../platform/database/database.js';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { EventBus } from '../platform/events/event-bus.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { GuideCleaner } from './guide-cleaner.js';
import type { GuideDiff } from './guide-diff.js';
import { GuideImporter } from './guide-importer.js';
import type { GuideReport, GuideRunStatus } from './guide-report.js';
import { GuideRunsRepository } from './guide-runs.repository.js';
import type { GuideSource } from './guide-source.entity.js';
import { GuideSourcesRepository } from './guide-sources.repository.js';
import { shrinkage } from './guide-thresholds.js';
import type { GuideJob, ImportProgress, StagedGuide, Validators } from './import/guide-job.js';

declare module '../platform/events/event-bus.js' {
  interface EventMap {
    /** A guide was swapped in by this process. */
    'epg.refreshed': { sourceId: number; channels: number; programmes: number };
    /** How far a run of this process is; some times a second. */
    'epg.progress': ImportProgress & { sourceId: number };
    /** A run of this process is over, whatever came of it; what it did can be read. */
    'epg.ended': GuideEnd;
  }
}

export type GuideRunMode = GuideJob['mode'];

/** How far a run of this process is. */
export interface GuideRunProgress extends ImportProgress {
  sourceId: number;
  mode: GuideRunMode;
}

export interface GuideEnd {
  sourceId: number;
  mode: GuideRunMode;
  status: GuideRunStatus;
  /** Why nothing was applied; null = it was, there was nothing new, or nothing was to be applied. */
  reason: string | null;
  channels: number;
  programmes: number;
  seconds: number;
}

export interface GuideRefreshOptions {
  /** Reads and applies even what is unchanged or has shrunk below the threshold. */
  force?: boolean;
  onProgress?: (progress: ImportProgress) => void;
}

export interface GuidePreview {
  /** With the outcome that a refresh without force would have. */
  report: GuideReport;
  /** null = there was nothing to compare, `report` says why. */
  diff: GuideDiff | null;
}

interface Outcome {
  status: GuideRunStatus;
  reason: string | null;
  staged?: StagedGuide;
  fields?: Partial<GuideSource>;
  wasSwapped?: boolean;
}

const WAITING: ImportProgress = {
  step: 'waiting',
  bytes: 0,
  totalBytes: null,
  channels: 0,
  programmes: 0,
  secondsLeft: null,
};
const MAX_PREVIEWS = 20;
/** A failed guide is tried again after this, and at its interval at the latest. */
const RETRY_MINUTES = 30;
/** At this pace even a small guide is not done in the time that it may take. */
const LEAST_BYTES_PER_MINUTE = 64 * 1024;

/**
 * Reads a guide and lets it serve. Whatever goes wrong – unreachable, empty, unreadable, suddenly shrunken – leaves
 * the last good guide serving and says why.
 */
@Injectable()
export class GuideRefreshService {
  private readonly running = new SingleFlight<number, GuideReport>();
  /** One entry per run that waits or goes on; of one guide there may be a refresh and a preview. */
  private readonly going = new Set<{ sourceId: number; mode: GuideRunMode; progress: ImportProgress }>();
  private readonly previews = new Map<number, GuidePreview>();
  /** One import at a time: it keeps a processor busy, and streams need the other one. */
  private readonly turn = new Semaphore(1);

  constructor(
    private readonly sources: GuideSourcesRepository,
    private readonly runs: GuideRunsRepository,
    private readonly importer: GuideImporter,
    private readonly cleaner: GuideCleaner,
    private readonly channels: ChannelsRepository,
    private readonly database: Database,
    private readonly events: EventBus,
    private readonly changes: ChangeFeed,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One run per guide: a second call joins the first. Throws `not_found` for an unknown guide, `conflict` when another process reads it. */
  refresh(id: number, options: GuideRefreshOptions = {}): Promise<GuideReport> {
    return this.running.run(id, async () => (await this.queue(id, 'stage', options)).report);
  }

  /** What a refresh would change. Nothing is applied, nothing is remembered. */
  async preview(id: number, options: Pick<GuideRefreshOptions, 'onProgress'> = {}): Promise<GuidePreview> {
    const preview = await this.queue(id, 'preview', { ...options, force: true });
    this.previews.delete(id);
    this.previews.set(id, preview);
    const [oldest] = this.previews.keys();
    if (this.previews.size > MAX_PREVIEWS && oldest !== undefined) this.previews.delete(oldest);
    return preview;
  }

  /** The last one of this process; null = none. */
  previewOf(id: number): GuidePreview | null {
    return this.previews.get(id) ?? null;
  }

  /** Brings back what served before the last refresh; once more undoes the undo. Throws `not_found`, `conflict`. */
  async undo(id: number): Promise<GuideSource> {
    await this.known(id);
    if (!(await this.sources.undo(id))) {
      throw new AppError('conflict', `guide ${id} has nothing to go back to`, { status: 409 });
    }
    await this.changes.check();
    return this.known(id);
  }

  isRunning(id: number): boolean {
    return this.running.has(id);
  }

  /** Of a run in this process; null = none. */
  progressOf(id: number): ImportProgress | null {
    return [...this.going].find(({ sourceId }) => sourceId === id)?.progress ?? null;
  }

  /** Of all runs in this process, in the order in which they were asked for. */
  progressOfAll(): GuideRunProgress[] {
    return [...this.going].map(({ progress, ...run }) => ({ ...run, ...progress }));
  }

  private async queue(id: number, mode: GuideRunMode, options: GuideRefreshOptions): Promise<GuidePreview> {
    const begin = { sourceId: id, mode };
    const run = { ...begin, progress: WAITING };
    const startedAt = this.clock.now();
    const tell = (progress: ImportProgress): void => {
      run.progress = progress;
      this.events.emit('epg.progress', { sourceId: id, ...progress });
      options.onProgress?.(progress);
    };
    this.going.add(run);
    tell(WAITING);
    try {
      const preview = await this.turn.use(() => this.run(id, mode, { ...options, onProgress: tell }));
      this.going.delete(run);
      const { status, reason, channels, programmes, seconds } = preview.report;
      this.events.emit('epg.ended', { ...begin, status, reason, channels, programmes, seconds });
      return preview;
    } catch (error) {
      this.going.delete(run);
      const { channels, programmes } = run.progress;
      const seconds = (this.clock.now() - startedAt) / 1000;
      this.events.emit('epg.ended', {
        ...begin,
        ...{ status: 'failed', reason: describeError(error), channels, programmes, seconds },
      });
      throw error;
    }
  }

  private async run(id: number, mode: GuideRunMode, options: GuideRefreshOptions): Promise<GuidePreview> {
    const source = await this.known(id);
    const startedAt = this.clock.now();
    const generation = await this.runs.begin(id, this.nowSeconds());
    if (generation === null) {
      throw new AppError('conflict', `guide ${id} is being read by another process`, { status: 409 });
    }
    const outcome = await this.attempt(source, generation, mode, options);
    const report = toReport(source, outcome, (this.clock.now() - startedAt) / 1000);
    const { status } = report;
    await this.runs.end(generation, id, { status, report, nowSeconds: this.nowSeconds() });
    if (mode === 'stage') await this.remember(source, outcome, report);
    await this.tellOthers(source, outcome, report);
    return { report, diff: outcome.staged?.diff ?? null };
  }

  private async attempt(
    source: GuideSource,
    generation: number,
    mode: GuideRunMode,
    options: GuideRefreshOptions,
  ): Promise<Outcome> {
    try {
      const job = await this.jobOf(source, generation, mode, options.force === true);
      const result = await this.importer.run(job, (progress) => options.onProgress?.(progress));
      if (result.kind === 'not-modified') return { status: 'unchanged', reason: null };
      if (result.kind === 'unchanged') {
        return { status: 'unchanged', reason: null, fields: validators(result) };
      }
      const refusal = await this.refusal(source, result, options.force === true && mode === 'stage');
      if (refusal !== null) return { ...this.failure(source, refusal), staged: result };
      if (mode === 'preview') return { status: 'ok', reason: null, staged: result };
      return await this.apply(source, generation, result);
    } catch (error) {
      return this.failure(source, describeError(error));
    }
  }

  private async apply(source: GuideSource, generation: number, staged: StagedGuide): Promise<Outcome> {
    const fields: Partial<GuideSource> = {
      ...validators(staged),
      contentHash: staged.contentHash,
      channelCount: staged.counts.channels,
      programmeCount: staged.counts.programmes,
    };
    const isServing = await this.runs.swapIn(source.id, generation, fields);
    if (!isServing) return this.failure(source, 'the run was given up, or the guide was removed meanwhile');
    return { status: 'ok', reason: null, staged, wasSwapped: true };
  }

  private async jobOf(
    source: GuideSource,
    generation: number,
    mode: GuideRunMode,
    isForced: boolean,
  ): Promise<GuideJob> {
    const { id, url, kind, headers, options, timeZone, etag, lastModified, contentHash } = source;
    const isKnown = !isForced && contentHash !== null && source.generation !== null;
    const { fetchTimeoutSeconds, ...limits } = this.config.guides;
    const { maxBytes, maxChannels, maxProgrammesPerChannel, spoolBytes, leastFreeBytes } = limits;
    return {
      location: this.database.location,
      spoolFolder: path.join(this.config.dataDir, 'spool'),
      mode,
      generation,
      source: {
        ...{ id, url, kind, headers, options, timeZone, generation: source.generation },
        allowPrivate: this.config.sources.allowPrivate || source.allowPrivate,
        known: isKnown ? { etag, lastModified, contentHash } : null,
      },
      channels: url.includes('{channel}') ? await this.requestedChannels(source) : [],
      limits: {
        ...{ maxBytes, maxChannels, maxProgrammesPerChannel, spoolBytes, leastFreeBytes },
        leastBytesPerMinute: LEAST_BYTES_PER_MINUTE,
        timeoutMs: fetchTimeoutSeconds * 1000,
      },
      nowSeconds: this.nowSeconds(),
      keepDays: await this.cleaner.keepDays(),
    };
  }

  /** A provider that is asked channel by channel: for those it was told, or for the guide ids of this server's channels. */
  private async requestedChannels({ options }: GuideSource): Promise<string[]> {
    if (options.channels) return options.channels;
    const ids = (await this.channels.listVisible())
      .map(({ epgChannelId }) => epgChannelId)
      .filter((id) => id !== '');
    return [...new Set(ids)];
  }

  private async refusal(source: GuideSource, staged: StagedGuide, isForced: boolean): Promise<string | null> {
    const { counts } = staged;
    if (counts.programmes === 0) {
      return counts.channelsNamed > 0
        ? `the guide names ${counts.channelsNamed} channels and no programmes that are not over`
        : `the guide is empty: ${sizeText(counts.bytes)} came, without a channel or a programme; look at what its address shows`;
    }
    if (isForced || source.generation === null) return null;
    const threshold = source.shrinkThreshold ?? this.config.guides.shrinkThreshold;
    const { channelCount: channels, programmeCount: programmes } = source;
    const before = { channels, programmes, lastStop: await this.runs.lastStop(source.generation) };
    return shrinkage(before, counts, { threshold, nowSeconds: this.nowSeconds() });
  }

  /** What was there goes on serving: stale. Nothing was there: failed. */
  private failure(source: GuideSource, reason: string): Outcome {
    return { status: source.generation === null ? 'failed' : 'stale', reason };
  }

  private async remember(source: GuideSource, outcome: Outcome, report: GuideReport): Promise<void> {
    const nowSeconds = this.nowSeconds();
    const isGood = outcome.status === 'ok' || outcome.status === 'unchanged';
    const minutes = isGood ? source.intervalMinutes : Math.min(source.intervalMinutes, RETRY_MINUTES);
    await this.sources.update(source.id, {
      ...outcome.fields,
      lastReport:
        outcome.status === 'unchanged' && source.lastReport
          ? { ...source.lastReport, status: 'unchanged', reason: null }
          : report,
      lastRunAt: nowSeconds,
      ...(isGood ? { lastSuccessAt: nowSeconds } : {}),
      nextRunAt: source.intervalMinutes === 0 ? null : nowSeconds + minutes * 60,
    });
  }

  private async tellOthers(source: GuideSource, outcome: Outcome, report: GuideReport): Promise<void> {
    const { status, reason, channels, programmes, seconds } = report;
    this.logger[status === 'failed' || status === 'stale' ? 'warn' : 'info']('guide read', {
      guide: source.id,
      name: source.name,
      ...{ status, reason, channels, programmes, seconds },
    });
    if (outcome.wasSwapped) {
      await this.changes.check();
      this.events.emit('epg.refreshed', { sourceId: source.id, channels, programmes });
    }
    if (!this.lifecycle.signal.aborted) this.lifecycle.background('guide cleaning', this.cleaner.clean());
  }

  private async known(id: number): Promise<GuideSource> {
    const source = await this.sources.findById(id);
    if (!source) throw new AppError('not_found', `there is no guide ${id}`, { status: 404 });
    return source;
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function validators({ etag, lastModified }: Validators): Validators {
  return { etag, lastModified };
}

function toReport(source: GuideSource, { status, reason, staged }: Outcome, seconds: number): GuideReport {
  return {
    sourceId: source.id,
    status,
    reason,
    bytes: 0,
    channels: 0,
    channelsNamed: 0,
    programmes: 0,
    firstStart: null,
    lastStop: null,
    problemsBy: {},
    ...staged?.counts,
    problems: staged?.problems ?? [],
    seconds,
  };
}
