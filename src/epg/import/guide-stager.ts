import { dayOf, PageBuilder, programmeBody, SECONDS_PER_DAY, unpackPage } from '../../core/guide/page.js';
import type { FinishedRecord } from './finish-channel.js';
import type { GuideCollector } from './guide-collector.js';
import type { GuideJob } from './guide-job.js';
import type { StagedGuideRepository, StagedListing, StagedPage } from './staged-guide.repository.js';

export interface StagedCounts {
  channels: number;
  programmes: number;
  firstStart: number | null;
  lastStop: number | null;
}

export interface StageOptions extends Pick<GuideJob, 'nowSeconds' | 'keepDays' | 'source'> {
  finish: (channel: number) => FinishedRecord[];
  onProgress: (channels: number, programmes: number) => Promise<void>;
}

/** Pages and bytes of one transaction: some milliseconds, for which other writers wait. */
const PAGES_PER_WRITE = 24;
const BYTES_PER_WRITE = 192 * 1024;
const LISTINGS_PER_WRITE = 100;
/** What is kept of an earlier reading stands nowhere in this one. */
const NOWHERE = { at: 0, line: 0 };

/** Writes what was collected, channel by channel: a listing each, and a page for each day. */
export class GuideStager {
  private readonly builder = new PageBuilder();
  private readonly pages: StagedPage[] = [];
  private pageBytes = 0;
  private readonly listings: StagedListing[] = [];
  private readonly counts: StagedCounts = { channels: 0, programmes: 0, firstStart: null, lastStop: null };

  constructor(
    private readonly staged: StagedGuideRepository,
    private readonly collector: GuideCollector,
    private readonly options: StageOptions,
  ) {}

  async stage(): Promise<StagedCounts> {
    const { channels } = this.collector;
    const ids = await this.staged.channelIds(channels.map(({ xmltvId }) => xmltvId));
    for (const [position, { xmltvId, details }] of channels.entries()) {
      const guideChannelId = ids.get(xmltvId);
      if (guideChannelId === undefined) continue;
      const fresh = this.options.finish(position);
      const before = await this.before(guideChannelId, fresh[0]?.start);
      await this.writePages({ guideChannelId, position }, [...before, ...fresh]);
      await this.writeListing(guideChannelId, position, details, [before, fresh]);
      this.count(fresh);
      await this.options.onProgress(position + 1, this.counts.programmes);
    }
    await this.flushPages();
    await this.flushListings();
    return this.counts;
  }

  /** Programmes that are over and that the guide has left out since: they are kept for a while. */
  private async before(guideChannelId: number, firstStart: number | undefined): Promise<FinishedRecord[]> {
    const { source, nowSeconds, keepDays } = this.options;
    if (source.generation === null) return [];
    const oldest = nowSeconds - keepDays * SECONDS_PER_DAY;
    const end = Math.min(firstStart ?? nowSeconds, nowSeconds);
    if (end <= oldest) return [];
    const kept: FinishedRecord[] = [];
    // A day earlier, for what began before midnight.
    for (const { data } of await this.staged.servedPages(guideChannelId, dayOf(oldest) - 1, dayOf(end))) {
      for (const programme of unpackPage(data)) {
        const { start, stop } = programme;
        if (stop <= oldest || stop > end) continue;
        kept.push({ start, stop, body: Buffer.from(programmeBody(programme)), ...NOWHERE });
      }
    }
    return kept;
  }

  private async writePages(
    { guideChannelId, position }: Pick<StagedListing, 'guideChannelId' | 'position'>,
    programmes: readonly FinishedRecord[],
  ): Promise<void> {
    let day = -1;
    for (const programme of programmes) {
      const { start, stop, body } = programme;
      const startDay = dayOf(start);
      if (startDay !== day) {
        await this.finishPage(guideChannelId, day);
        day = startDay;
      }
      if (!this.builder.add(start, stop, body)) {
        this.collector.problem('too-many-programmes', position, programme);
      }
    }
    await this.finishPage(guideChannelId, day);
  }

  private async finishPage(guideChannelId: number, day: number): Promise<void> {
    if (this.builder.isEmpty) return;
    const page = this.builder.take(day);
    this.pages.push({ ...page, guideChannelId });
    this.pageBytes += page.data.length;
    if (this.pages.length >= PAGES_PER_WRITE || this.pageBytes >= BYTES_PER_WRITE) await this.flushPages();
  }

  private async writeListing(
    guideChannelId: number,
    position: number,
    details: string,
    [before, fresh]: readonly [readonly FinishedRecord[], readonly FinishedRecord[]],
  ): Promise<void> {
    this.listings.push({
      guideChannelId,
      position,
      details,
      programmeCount: before.length + fresh.length,
      firstStart: (before[0] ?? fresh[0])?.start ?? null,
      lastStop: (fresh.at(-1) ?? before.at(-1))?.stop ?? null,
    });
    if (this.listings.length >= LISTINGS_PER_WRITE) await this.flushListings();
  }

  private async flushPages(): Promise<void> {
    if (this.pages.length === 0) return;
    await this.staged.addPages(this.pages);
    this.pages.length = 0;
    this.pageBytes = 0;
  }

  private async flushListings(): Promise<void> {
    if (this.listings.length === 0) return;
    await this.staged.addListings(this.listings);
    this.listings.length = 0;
  }

  private count(fresh: readonly FinishedRecord[]): void {
    const [first] = fresh;
    const last = fresh.at(-1);
    if (!first || !last) return;
    this.counts.channels++;
    this.counts.programmes += fresh.length;
    this.counts.firstStart = Math.min(this.counts.firstStart ?? first.start, first.start);
    this.counts.lastStop = Math.max(this.counts.lastStop ?? last.stop, last.stop);
  }
}
