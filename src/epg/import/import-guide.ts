import { createHash, type Hash } from 'node:crypto';
import path from 'node:path';
import { dayOf, SECONDS_PER_DAY } from '../../core/guide/page.js';
import type { Clock } from '../../platform/clock.js';
import { openBulkConnection } from '../../platform/database/bulk-connection.js';
import { describeError } from '../../platform/errors/app-error.js';
import { isDiskFull } from '../../platform/database/sqlite-errors.js';
import { DiskRoom } from '../../platform/disk-room.js';
import { HttpFetcher } from '../../platform/http/fetcher.js';
import { compareGuides, type GuideDiff, type GuideOutline } from '../guide-diff.js';
import { finishSpooled, type FinishedRecord } from './finish-channel.js';
import { GuideCollector } from './guide-collector.js';
import { fetchGuide, type GuideFetch, type GuidePart } from './guide-fetch.js';
import type { GuideJob, ImportProgress, ImportResult, StagedGuide } from './guide-job.js';
import { GuideStager, type StagedCounts } from './guide-stager.js';
import { ProgrammeSpool } from './programme-spool.store.js';
import { readPart } from './read-part.js';
import { nameOf, StagedGuideRepository } from './staged-guide.repository.js';

const PROGRESS_MS = 250;
const ALIVE_MS = 10_000;

/**
 * One run of a guide, in the worker: socket → unpacking → reader → spool, then channel by channel into the database.
 * Whether it is going to serve is not decided here.
 */
export async function importGuide(
  job: GuideJob,
  clock: Clock,
  onProgress: (progress: ImportProgress) => void,
): Promise<ImportResult> {
  const connection = await openBulkConnection(job.location);
  const fetcher = new HttpFetcher(clock);
  const spool = new ProgrammeSpool({
    folder: job.spoolFolder,
    memoryBytes: job.limits.spoolBytes,
    maxProgrammesPerChannel: job.limits.maxProgrammesPerChannel,
  });
  const staged = new StagedGuideRepository(connection, job, () => Math.floor(clock.now() / 1000));
  const room = new DiskRoom({
    folder: path.dirname(job.spoolFolder),
    leastBytes: job.limits.leastFreeBytes,
  });
  try {
    return await new GuideImport({ job, clock, fetcher, spool, staged, room, onProgress }).run();
  } catch (error) {
    throw isDiskFull(error) ? new Error('the disk of the data folder is full', { cause: error }) : error;
  } finally {
    spool.close();
    await fetcher.close();
    await connection.close();
  }
}

interface GuideImportParts {
  job: GuideJob;
  clock: Clock;
  fetcher: HttpFetcher;
  spool: ProgrammeSpool;
  staged: StagedGuideRepository;
  room: DiskRoom;
  onProgress: (progress: ImportProgress) => void;
}

class GuideImport {
  private readonly collector: GuideCollector;
  /** Unpacked. */
  private unpackedBytes = 0;
  private readonly hash: Hash;
  private readonly startedAt: number;
  private bytes = 0;
  private totalBytes: number | null = null;
  private told = Number.NEGATIVE_INFINITY;
  private toldStep: ImportProgress['step'] | undefined;
  private saidAlive: number;

  constructor(private readonly parts: GuideImportParts) {
    const { job, clock, spool } = parts;
    this.collector = new GuideCollector(spool, job.limits.maxChannels);
    this.hash = createHash('sha256').update(settingsOf(job));
    this.startedAt = clock.monotonic();
    this.saidAlive = this.startedAt;
  }

  async run(): Promise<ImportResult> {
    const { job, fetcher, clock } = this.parts;
    await this.tell('fetching', 0);
    const fetched = await fetchGuide(job, {
      fetcher,
      clock,
      read: (part) => this.read(part),
      onFailure: (request, channelId, error) =>
        this.collector.problems.add(
          'no-answer',
          { at: request, line: 0 },
          () => `${channelId}: ${describeError(error)}`,
        ),
    });
    if (fetched.kind === 'not-modified') return fetched;
    const contentHash = this.hash.digest('hex');
    const { etag, lastModified } = fetched;
    if (contentHash === job.source.known?.contentHash) return { kind: 'unchanged', etag, lastModified };
    if (this.collector.programmes === 0) return this.result(fetched, contentHash, NOTHING, null);
    if (job.mode === 'preview') return this.preview(fetched, contentHash);
    return this.result(fetched, contentHash, await this.stage(), null);
  }

  private async read(part: GuidePart): Promise<number> {
    const before = this.collector.programmes;
    const { source, limits } = this.parts.job;
    this.totalBytes = part.channelId === null ? part.size : null;
    const summary = await readPart(this.watched(part.body), {
      kind: source.kind,
      contentType: part.contentType,
      channelId: part.channelId,
      mayBeEmpty: part.isFurtherPage,
      timeZone: source.timeZone,
      maxBytes: limits.maxBytes - this.unpackedBytes,
      handler: this.collector,
    });
    this.unpackedBytes += summary.bytes;
    this.collector.problems.include(summary.problemsBy, summary.problems);
    return this.collector.programmes - before;
  }

  private async *watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of body) {
      this.hash.update(chunk);
      this.bytes += chunk.length;
      yield chunk;
      await this.tell('fetching', this.totalBytes === null ? null : this.bytes / this.totalBytes);
    }
  }

  private stage(): Promise<StagedCounts> {
    const { job, staged } = this.parts;
    const since = this.parts.clock.monotonic();
    const total = this.collector.channels.length;
    return new GuideStager(staged, this.collector, {
      ...job,
      finish: (channel) => this.finish(channel),
      onProgress: (channels) => this.tell('storing', channels / total, since),
    }).stage();
  }

  private async preview(fetched: GuideFetch & { kind: 'ok' }, contentHash: string): Promise<StagedGuide> {
    const names = new Map<string, string>();
    const days = new Map<number, number>();
    const counts: StagedCounts = { ...NOTHING };
    for (const [index, { xmltvId, details }] of this.collector.channels.entries()) {
      names.set(xmltvId, nameOf(xmltvId, details));
      const programmes = this.finish(index);
      if (programmes.length > 0) counts.channels++;
      for (const { start, stop } of programmes) {
        days.set(dayOf(start), (days.get(dayOf(start)) ?? 0) + 1);
        counts.programmes++;
        counts.firstStart = Math.min(counts.firstStart ?? start, start);
        counts.lastStop = Math.max(counts.lastStop ?? stop, stop);
      }
      await this.tell('storing', index / this.collector.channels.length);
    }
    const served: GuideOutline = await this.parts.staged.servedOutline();
    return this.result(fetched, contentHash, counts, compareGuides(served, { names, days }));
  }

  private finish(channel: number): FinishedRecord[] {
    const { nowSeconds, keepDays } = this.parts.job;
    const programmes = finishSpooled(this.parts.spool.read(channel), (problem, programme) =>
      this.collector.problem(problem, channel, programme),
    );
    const oldest = nowSeconds - keepDays * SECONDS_PER_DAY;
    return programmes.filter((programme) => {
      if (programme.stop > oldest) return true;
      this.collector.problem('too-old', channel, programme);
      return false;
    });
  }

  private result(
    { etag, lastModified }: GuideFetch & { kind: 'ok' },
    contentHash: string,
    counts: StagedCounts,
    diff: GuideDiff | null,
  ): StagedGuide {
    return {
      kind: 'staged',
      etag,
      lastModified,
      contentHash,
      counts: {
        ...counts,
        bytes: this.unpackedBytes,
        channelsNamed: this.collector.channels.length,
        problemsBy: this.collector.problems.by,
      },
      problems: this.collector.problems.kept,
      diff,
    };
  }

  /** Every step, and some times a second, to the main thread, with a look at the disk; some times a minute to the database. */
  private async tell(
    step: ImportProgress['step'],
    share: number | null,
    since = this.startedAt,
  ): Promise<void> {
    const now = this.parts.clock.monotonic();
    if (step !== this.toldStep || now - this.told >= PROGRESS_MS) {
      this.told = now;
      this.toldStep = step;
      const { bytes, totalBytes, collector } = this;
      const secondsLeft = share === null || share <= 0 ? null : ((now - since) / 1000) * (1 / share - 1);
      this.parts.onProgress({
        step,
        bytes,
        totalBytes,
        channels: collector.channels.length,
        programmes: collector.programmes,
        secondsLeft: secondsLeft === null ? null : Math.ceil(secondsLeft),
      });
      await this.parts.room.check();
    }
    if (now - this.saidAlive >= ALIVE_MS) {
      this.saidAlive = now;
      await this.parts.staged.sayAlive();
    }
  }
}

const NOTHING: StagedCounts = { channels: 0, programmes: 0, firstStart: null, lastStop: null };

/** Begins the digest, so that another setting makes the same content a new one. */
function settingsOf({ source, channels }: GuideJob): string {
  return `${JSON.stringify([source.kind, source.timeZone, source.options, channels])}\0`;
}
