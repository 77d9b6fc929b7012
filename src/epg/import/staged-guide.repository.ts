import type { PackedPage } from '../../core/guide/page.js';
import type { BulkConnection, BulkRow } from '../../platform/database/bulk-connection.js';
import type { GuideOutline } from '../guide-diff.js';
import type { ListingDetails } from '../guide-listing.entity.js';
import type { GuideJob } from './guide-job.js';

export interface StagedListing {
  guideChannelId: number;
  position: number;
  /** JSON of `ListingDetails`. */
  details: string;
  programmeCount: number;
  firstStart: number | null;
  lastStop: number | null;
}

export interface StagedPage extends PackedPage {
  guideChannelId: number;
}

const LISTING_COLUMNS = [
  'generation',
  'guide_channel_id',
  'position',
  'details',
  'programme_count',
  'first_start',
  'last_stop',
];
const PAGE_COLUMNS = [
  'generation',
  'guide_channel_id',
  'day',
  'programme_count',
  'first_start',
  'last_stop',
  'data',
];
const CHANNELS_PER_WRITE = 200;

/** What the worker of an import reads and writes, under the generation of its run. Every write is one short transaction. */
export class StagedGuideRepository {
  constructor(
    private readonly connection: BulkConnection,
    private readonly job: Pick<GuideJob, 'generation' | 'source'>,
    private readonly nowSeconds: () => number,
  ) {}

  /** Throws when somebody has declared this run dead meanwhile. */
  async sayAlive(): Promise<void> {
    const changed = await this.connection.run(
      `UPDATE guide_runs SET seen_at = $1 WHERE id = $2 AND status = 'running'`,
      [this.nowSeconds(), this.job.generation],
    );
    if (changed !== 1) throw new Error('the run was given up meanwhile');
  }

  /** Ids of the guide's channels by their XMLTV ids; unknown ones are added. */
  async channelIds(xmltvIds: readonly string[]): Promise<Map<string, number>> {
    const known = await this.knownChannels();
    const added = xmltvIds.filter((id) => !known.has(id));
    if (added.length === 0) return known;
    for (let at = 0; at < added.length; at += CHANNELS_PER_WRITE) {
      const rows = added
        .slice(at, at + CHANNELS_PER_WRITE)
        .map((id) => [this.job.source.id, id, this.nowSeconds()]);
      await this.write(() =>
        this.connection.insert('guide_channels', ['guide_source_id', 'xmltv_id', 'added_at'], rows),
      );
    }
    return this.knownChannels();
  }

  addListings(listings: readonly StagedListing[]): Promise<void> {
    const rows = listings.map((listing) => [
      this.job.generation,
      listing.guideChannelId,
      listing.position,
      listing.details,
      listing.programmeCount,
      listing.firstStart,
      listing.lastStop,
    ]);
    return this.write(() => this.connection.insert('guide_listings', LISTING_COLUMNS, rows));
  }

  addPages(pages: readonly StagedPage[]): Promise<void> {
    const rows = pages.map((page) => [
      this.job.generation,
      page.guideChannelId,
      page.day,
      page.count,
      page.firstStart,
      page.lastStop,
      page.data,
    ]);
    return this.write(() => this.connection.insert('guide_pages', PAGE_COLUMNS, rows));
  }

  /** Pages that serve now, of days within the bounds, both included. */
  async servedPages(guideChannelId: number, fromDay: number, toDay: number): Promise<PackedPage[]> {
    const rows = await this.connection.all(
      `SELECT day, programme_count, first_start, last_stop, data FROM guide_pages
       WHERE generation = $1 AND guide_channel_id = $2 AND day >= $3 AND day <= $4 ORDER BY day`,
      [this.job.source.generation ?? 0, guideChannelId, fromDay, toDay],
    );
    return rows.map(toPage);
  }

  /** What serves now, in outline. */
  async servedOutline(): Promise<GuideOutline> {
    const generation = this.job.source.generation ?? 0;
    const listings = await this.connection.all(
      `SELECT channel.xmltv_id AS id, listing.details AS details
       FROM guide_listings listing JOIN guide_channels channel ON channel.id = listing.guide_channel_id
       WHERE listing.generation = $1`,
      [generation],
    );
    const days = await this.connection.all(
      `SELECT day, SUM(programme_count) AS count FROM guide_pages WHERE generation = $1 GROUP BY day`,
      [generation],
    );
    return {
      names: new Map(listings.map(({ id, details }) => [String(id), nameOf(String(id), String(details))])),
      days: new Map(days.map(({ day, count }) => [Number(day), Number(count)])),
    };
  }

  private async knownChannels(): Promise<Map<string, number>> {
    const rows = await this.connection.all(
      'SELECT id, xmltv_id FROM guide_channels WHERE guide_source_id = $1',
      [this.job.source.id],
    );
    return new Map(rows.map((row) => [String(row.xmltv_id), Number(row.id)]));
  }

  private write(work: () => Promise<void>): Promise<void> {
    return this.connection.transaction(async () => {
      await this.sayAlive();
      await work();
    });
  }
}

/** What a person calls the channel: its first name, else its id. `details` is JSON of `ListingDetails`. */
export function nameOf(xmltvId: string, details: string): string {
  const { names } = JSON.parse(details) as ListingDetails;
  return names[0]?.text ?? xmltvId;
}

function toPage(row: BulkRow): PackedPage {
  return {
    day: Number(row.day),
    count: Number(row.programme_count),
    firstStart: Number(row.first_start),
    lastStop: Number(row.last_stop),
    data: row.data as Buffer,
  };
}
