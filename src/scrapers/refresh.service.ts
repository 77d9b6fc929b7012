import { Inject, Injectable } from '@nestjs/common';
import { createHash, type Hash } from 'node:crypto';
import { SingleFlight } from '../core/util/single-flight.js';
import { Semaphore } from '../core/util/semaphore.js';
import type { ChannelDiff } from '../channels/channel-diff.js';
import type { PackedChannels } from '../channels/import-set.js';
import { ChannelImportService, type ImportCounts } from '../channels/channel-import.service.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { HttpFetcher } from '../platform/http/fetcher.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { Logger } from '../platform/logging/logger.js';
import { CLOCK, LOGGER } from '../platform/tokens.js';
import { readListFile } from './list-file.store.js';
import { ListReader, type PackedList } from './list-reader.js';
import type { ListSource, RefreshReport, RefreshStatus } from './list-source.entity.js';
import { ListSnapshotsRepository } from './list-snapshots.repository.js';
import { ListSourcesRepository } from './list-sources.repository.js';
import { LIST_FILMS, type ListedFilmCounts, type ListFilms, type PackedFilms } from './listed-film.js';

export interface RefreshProgress {
  step: 'waiting' | 'fetching' | 'reading' | 'importing';
  done: number;
  /** null = not known. */
  total: number | null;
}

export interface RefreshOptions {
  /** Reads and applies even what is unchanged or has shrunk below the threshold. */
  force?: boolean;
  onProgress?: (progress: RefreshProgress) => void;
}

export interface ListPreview extends ChannelDiff {
  /** Why a refresh would not apply it; null = it would. */
  reason: string | null;
  found: number;
  skipped: number;
  streams: number;
  /** Films and episodes the list names, and how many of them would come and go. */
  films: { films: number; episodes: number; added: number; retired: number };
}

/** What a list brings in. */
export interface AppliedCounts extends ImportCounts {
  films: ListedFilmCounts;
}

type Fetched =
  | { kind: 'not-modified' }
  | {
      kind: 'ok';
      body: Buffer;
      contentHash: string;
      contentType: string;
      etag: string | null;
      lastModified: string | null;
    };

interface Outcome {
  status: RefreshStatus;
  reason: string | null;
  list?: PackedList;
  counts?: AppliedCounts;
  fields?: Partial<ListSource>;
}

const WAITING: RefreshProgress = { step: 'waiting', done: 0, total: null };
/** Problems kept with the list; the counts are complete. */
const MAX_PROBLEMS = 100;
/** A failed list is tried again after this, and at its interval at the latest. */
const RETRY_MINUTES = 15;

/**
 * Reads a list and brings its channels in. Whatever goes wrong – unreachable, empty, unreadable, suddenly
 * shrunken – leaves the last good state in place and says why.
 */
@Injectable()
export class RefreshService {
  private readonly running = new SingleFlight<number, RefreshReport>();
  private readonly progress = new Map<number, RefreshProgress>();
  /** Imports of different lists touch the same channels: one after the other. */
  private readonly turn = new Semaphore(1);

  constructor(
    private readonly sources: ListSourcesRepository,
    private readonly snapshots: ListSnapshotsRepository,
    private readonly channels: ChannelImportService,
    @Inject(LIST_FILMS) private readonly films: ListFilms,
    private readonly reader: ListReader,
    private readonly fetcher: HttpFetcher,
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** One run per list: a second call joins the first. Throws `not_found` for an unknown list only. */
  refresh(id: number, options: RefreshOptions = {}): Promise<RefreshReport> {
    return this.running.run(id, async () => {
      this.progress.set(id, WAITING);
      const onProgress = (progress: RefreshProgress): void => {
        this.progress.set(id, progress);
        options.onProgress?.(progress);
      };
      try {
        return await this.turn.use(() => this.refreshNow(id, { ...options, onProgress }));
      } finally {
        this.progress.delete(id);
      }
    });
  }

  /** What a refresh would change. Nothing is applied, nothing is remembered. Throws `not_found`, and what fetching throws. */
  preview(id: number, options: Pick<RefreshOptions, 'onProgress'> = {}): Promise<ListPreview> {
    return this.turn.use(async () => {
      const source = await this.known(id);
      const forced = { ...options, force: true };
      const fetched = await this.fetch(source, forced);
      if (fetched.kind === 'not-modified') {
        throw new AppError('internal', 'the list was not asked for as a whole');
      }
      const list = await this.read(source, fetched, forced);
      const { found, skipped, streams } = list;
      const reason = this.refusal(source, list, {});
      const diff = await this.channels.preview(list.channels, {
        listSourceId: id,
        allowPrivate: source.allowPrivate,
      });
      const films = await this.films.preview(id, list.listedFilms);
      const named = { films: list.films, episodes: list.episodes };
      return { reason, found, skipped, streams, films: { ...named, ...films }, ...diff };
    });
  }

  /**
   * Brings back what the list said before its last applied refresh; once more undoes that. Edits of people stay, ids
   * too. Throws `not_found`, `conflict` when there is nothing to go back to.
   */
  undo(id: number): Promise<AppliedCounts> {
    return this.turn.use(async () => {
      const source = await this.known(id);
      const { generation, previousGeneration } = source;
      if (previousGeneration === null) {
        throw new AppError('conflict', `list ${id} has nothing to go back to`, { status: 409 });
      }
      const { channels, films } = await this.snapshots.read(id, previousGeneration);
      const counts = await this.bringIn(source, channels, films, {});
      let entryCount = 0;
      for (const slice of channels.slices()) for (const { sources } of slice) entryCount += sources.length;
      const filmCount = films.total;
      const fields = {
        entryCount,
        filmCount,
        generation: previousGeneration,
        previousGeneration: generation,
      };
      await this.sources.recordUndo(id, fields);
      return counts;
    });
  }

  isRunning(id: number): boolean {
    return this.running.has(id);
  }

  /** Of a run in this process; null = none. */
  progressOf(id: number): RefreshProgress | null {
    return this.progress.get(id) ?? null;
  }

  private async refreshNow(id: number, options: RefreshOptions): Promise<RefreshReport> {
    const source = await this.known(id);
    const outcome = await this.attempt(source, options);
    const report = toReport(source, outcome);
    await this.remember(source, outcome, report);
    const { status, reason, found, added, updated, retired, skipped, films } = report;
    this.logger[status === 'failed' || status === 'stale' ? 'warn' : 'info']('list refreshed', {
      list: id,
      name: source.name,
      ...{ status, reason, found, added, updated, retired, skipped },
      ...(films ? { films: films.films, episodes: films.episodes } : {}),
    });
    return report;
  }

  private async known(id: number): Promise<ListSource> {
    const source = await this.sources.findById(id);
    if (!source) throw new AppError('not_found', `there is no list ${id}`, { status: 404 });
    return source;
  }

  private async attempt(source: ListSource, options: RefreshOptions): Promise<Outcome> {
    let partly = '';
    try {
      options.onProgress?.({ step: 'fetching', done: 0, total: null });
      const fetched = await this.fetch(source, options);
      if (fetched.kind === 'not-modified') return { status: 'unchanged', reason: null };
      const { contentHash } = fetched;
      const validators = { etag: fetched.etag, lastModified: fetched.lastModified };
      if (contentHash === source.contentHash && !options.force) {
        return { status: 'unchanged', reason: null, fields: validators };
      }
      const list = await this.read(source, fetched, options);
      const refusal = this.refusal(source, list, options);
      if (refusal !== null) return { ...this.failure(source, refusal), list };
      const counts = await this.bringIn(source, list.channels, list.listedFilms, {
        ...options,
        onProgress: (progress) => {
          const { done, total } = progress;
          partly = `; ${done} of its ${total} channels and films had been brought in by then`;
          options.onProgress?.(progress);
        },
      });
      await this.snapshots.save(source.id, list.channels, list.listedFilms);
      const brought = { entryCount: list.streams, filmCount: list.listedFilms.total };
      const fields = { ...validators, ...brought, contentHash, guideUrls: list.guideUrls };
      return { status: 'ok', reason: null, list, counts, fields };
    } catch (error) {
      return this.failure(source, `${describeError(error)}${partly}`);
    }
  }

  private async bringIn(
    source: ListSource,
    channels: PackedChannels,
    films: PackedFilms,
    options: RefreshOptions,
  ): Promise<AppliedCounts> {
    const { id, name, allowPrivate } = source;
    const total = channels.total + films.total;
    const tell = (done: number): void => options.onProgress?.({ step: 'importing', done, total });
    const counts = await this.channels.apply(channels, { listSourceId: id, allowPrivate, onProgress: tell });
    const told = (done: number): void => tell(channels.total + done);
    return { ...counts, films: await this.films.apply({ id, name, allowPrivate }, films, told) };
  }

  private async fetch(source: ListSource, options: RefreshOptions): Promise<Fetched> {
    if (source.url.startsWith('file:')) {
      const body = await readListFile(source.url, this.config.sources.maxListBytes);
      const contentHash = startHash(source).update(body).digest('hex');
      return { kind: 'ok', body, contentHash, contentType: '', etag: null, lastModified: null };
    }
    const isConditional = !options.force && source.contentHash !== null;
    const outcome = await this.fetcher.fetch({
      url: source.url,
      headers: source.headers,
      ...(isConditional && source.etag ? { etag: source.etag } : {}),
      ...(isConditional && source.lastModified ? { lastModified: source.lastModified } : {}),
      allowPrivate: this.config.sources.allowPrivate || source.allowPrivate,
      proxyUrl: source.proxyUrl,
      maxBytes: this.config.sources.maxListBytes,
      timeoutMs: this.config.sources.fetchTimeoutSeconds * 1000,
      signal: this.lifecycle.signal,
    });
    if (outcome.kind === 'not-modified') return outcome;
    const chunks: Uint8Array[] = [];
    // As it arrives: in one go a large list would hold the event loop.
    const hash = startHash(source);
    let size = 0;
    for await (const chunk of outcome.body) {
      chunks.push(chunk);
      hash.update(chunk);
      size += chunk.length;
      options.onProgress?.({ step: 'fetching', done: size, total: null });
    }
    return {
      kind: 'ok',
      body: Buffer.concat(chunks),
      contentHash: hash.digest('hex'),
      contentType: outcome.contentType,
      etag: outcome.etag ?? null,
      lastModified: outcome.lastModified ?? null,
    };
  }

  private read(
    source: ListSource,
    fetched: Extract<Fetched, { kind: 'ok' }>,
    options: RefreshOptions,
  ): Promise<PackedList> {
    return this.reader.read(fetched.body, {
      listSourceId: source.id,
      type: source.type,
      contentType: fetched.contentType,
      grouping: source.grouping,
      filters: source.filters,
      thisYear: new Date(this.clock.now()).getUTCFullYear(),
      onProgress: (done) => options.onProgress?.({ step: 'reading', done, total: null }),
    });
  }

  private refusal(source: ListSource, list: PackedList, options: RefreshOptions): string | null {
    if (list.refusal !== null) return list.refusal;
    if (list.streams + list.listedFilms.total === 0) {
      return list.found > 0 ? 'no entry of the list could be used' : 'the list is empty';
    }
    const threshold = source.shrinkThreshold ?? this.config.sources.shrinkThreshold;
    if (options.force) return null;
    const kinds = [
      { what: 'entries', now: list.streams, before: source.entryCount },
      { what: 'films and episodes', now: list.listedFilms.total, before: source.filmCount },
    ];
    const shrunk = kinds.find(({ now, before }) => now < before * threshold);
    if (!shrunk) return null;
    const { what, now, before } = shrunk;
    const share = Math.round((100 * now) / before);
    return `the list has shrunk to ${now} of ${before} ${what} (${share} %); refresh it with --force if that is right`;
  }

  /** What was there stays: stale. Nothing was there: failed. */
  private failure(source: ListSource, reason: string): Outcome {
    return {
      status: source.contentHash === null && source.entryCount + source.filmCount === 0 ? 'failed' : 'stale',
      reason,
    };
  }

  private async remember(source: ListSource, outcome: Outcome, report: RefreshReport): Promise<void> {
    const nowSeconds = Math.floor(this.clock.now() / 1000);
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
}

function toReport(source: ListSource, outcome: Outcome): RefreshReport {
  const { list, counts, status, reason } = outcome;
  return {
    sourceId: source.id,
    status,
    found: list?.found ?? 0,
    added: counts?.added ?? 0,
    updated: counts?.updated ?? 0,
    retired: counts?.retired ?? 0,
    skipped: list?.skipped ?? 0,
    problems: (list?.problems ?? []).slice(0, MAX_PROBLEMS),
    reason,
    films: counts?.films ?? null,
  };
}

/** Begins with the settings, so that a changed filter makes the same body a new one. */
function startHash(source: ListSource): Hash {
  const settings = JSON.stringify([source.type, source.filters, source.grouping, source.allowPrivate]);
  return createHash('sha256').update(settings).update('\0');
}
