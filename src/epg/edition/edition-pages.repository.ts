import { dayOf, unpackPage, type ScheduledProgramme } from '../../core/guide/page.js';
import type { BulkConnection } from '../../platform/database/bulk-connection.js';

const PAGES = `
  SELECT page.data AS data FROM guide_pages page
  JOIN guide_channels channel ON channel.id = page.guide_channel_id
  JOIN guide_sources source ON source.id = channel.guide_source_id AND source.generation = page.generation
  WHERE page.guide_channel_id = $1 AND page.day >= $2 AND page.day <= $3
  ORDER BY page.day`;
/** A programme is stored with the day of its start, and may run on for days. */
const DAYS_OF_ONE_PROGRAMME = 2;

/** Programmes of guide channels, read in a thread. */
export class EditionPages {
  constructor(private readonly connection: BulkConnection) {}

  /** Of one guide channel within `from` to `to`, epoch seconds, as its source means them. */
  async programmes(guideChannelId: number, from: number, to: number): Promise<ScheduledProgramme[]> {
    const rows = await this.connection.all(PAGES, [
      guideChannelId,
      dayOf(from) - DAYS_OF_ONE_PROGRAMME,
      dayOf(to),
    ]);
    return rows
      .flatMap(({ data }) => unpackPage(data as Uint8Array))
      .filter(({ start, stop }) => start < to && stop > from);
  }
}
