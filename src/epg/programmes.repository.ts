import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { dayOf, unpackPage, type ScheduledProgramme } from '../core/guide/page.js';
import type { LocalText } from '../core/xmltv/types.js';
import { Database } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { GuideChannel } from './guide-channel.entity.js';
import { GuideListing, type ListingDetails } from './guide-listing.entity.js';
import { GuidePage } from './guide-page.entity.js';
import { GuideSource } from './guide-source.entity.js';

/** A guide channel as its source serves it now. */
export interface ServedGuideChannel {
  /** Stable for ever. */
  id: number;
  sourceId: number;
  xmltvId: string;
  names: LocalText[];
  icons: string[];
  /** Logical channel numbers, as written. */
  numbers: string[];
  programmeCount: number;
  /** Epoch seconds; null = it has no programmes. */
  firstStart: number | null;
  lastStop: number | null;
}

/** Programmes of one guide channel and day, unpacked. */
export interface ProgrammePage {
  guideChannelId: number;
  /** Days since the epoch, UTC, of their starts. */
  day: number;
  programmes: ScheduledProgramme[];
}

/** Channels per question; bounds what one answer of the database holds. */
const CHANNELS_PER_READ = 40;
/** Pages unpacked at a stretch: about 5 ms. */
const PAGES_PER_TURN = 24;

interface RawPage {
  channel: number;
  day: number;
  data: Uint8Array;
}

interface RawListing {
  id: number;
  source: number;
  xmltv: string;
  details: string;
  programmes: number;
  first: string | number | null;
  last: string | number | null;
}

/**
 * What the guides serve: of each source the generation that was swapped in last. Times are as the source means them;
 * shifts of sources and links are the reader's business.
 */
@Injectable()
export class ProgrammesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Programmes that run at some time within `from` (included) to `to` (excluded), epoch seconds, in order of their
   * start. Every id asked for has an entry; an unknown one an empty list.
   */
  async programmes(
    guideChannelIds: readonly number[],
    from: number,
    to: number,
  ): Promise<Map<number, ScheduledProgramme[]>> {
    const found = new Map<number, ScheduledProgramme[]>(guideChannelIds.map((id) => [id, []]));
    for await (const { guideChannelId, programmes } of this.pages(guideChannelIds, from, to)) {
      const list = found.get(guideChannelId);
      for (const programme of programmes) {
        if (programme.start < to && programme.stop > from) list?.push(programme);
      }
    }
    return found;
  }

  /** Whole pages that touch the window, channel by channel in the order of the days; for those who read much. */
  async *pages(
    guideChannelIds: readonly number[],
    from: number,
    to: number,
  ): AsyncGenerator<ProgrammePage, void, undefined> {
    for (let at = 0; at < guideChannelIds.length; at += CHANNELS_PER_READ) {
      const ids = guideChannelIds.slice(at, at + CHANNELS_PER_READ);
      const rows = await this.pagesOf(ids, from, to).getRawMany<RawPage>();
      for (const [index, { channel, day, data }] of rows.entries()) {
        yield { guideChannelId: channel, day, programmes: unpackPage(data) };
        if (index % PAGES_PER_TURN === PAGES_PER_TURN - 1) await nextTurn();
      }
      if (at + CHANNELS_PER_READ < guideChannelIds.length) await nextTurn();
    }
  }

  /** Every channel that some guide serves, in the order of sources and of their channels. */
  async servedChannels(sourceId?: number): Promise<ServedGuideChannel[]> {
    const query = this.database.read
      .createQueryBuilder(GuideListing, 'listing')
      .innerJoin(GuideChannel, 'channel', 'channel.id = listing.guideChannelId')
      .innerJoin(
        GuideSource,
        'source',
        'source.id = channel.guideSourceId AND source.generation = listing.generation',
      )
      .select('channel.id', 'id')
      .addSelect('source.id', 'source')
      .addSelect('channel.xmltvId', 'xmltv')
      .addSelect('listing.details', 'details')
      .addSelect('listing.programmeCount', 'programmes')
      .addSelect('listing.firstStart', 'first')
      .addSelect('listing.lastStop', 'last')
      .orderBy('source.priority')
      .addOrderBy('source.id')
      .addOrderBy('listing.position');
    if (sourceId !== undefined) query.where('source.id = :sourceId', { sourceId });
    return (await query.getRawMany<RawListing>()).map(toServed);
  }

  private pagesOf(ids: readonly number[], from: number, to: number): SelectQueryBuilder<GuidePage> {
    return this.database.read
      .createQueryBuilder(GuidePage, 'page')
      .innerJoin(GuideChannel, 'channel', 'channel.id = page.guideChannelId')
      .innerJoin(
        GuideSource,
        'source',
        'source.id = channel.guideSourceId AND source.generation = page.generation',
      )
      .select('page.guideChannelId', 'channel')
      .addSelect('page.day', 'day')
      .addSelect('page.data', 'data')
      .where('channel.id IN (:...ids)', { ids })
      .andWhere('page.day <= :lastDay', { lastDay: dayOf(to) })
      .andWhere('page.firstStart < :to AND page.lastStop > :from', { from, to })
      .orderBy('page.guideChannelId')
      .addOrderBy('page.day');
  }
}

function toServed(row: RawListing): ServedGuideChannel {
  const { names, icons = [], numbers = [] } = JSON.parse(row.details) as ListingDetails;
  return {
    id: row.id,
    sourceId: row.source,
    xmltvId: row.xmltv,
    names,
    icons,
    numbers,
    programmeCount: row.programmes,
    firstStart: row.first === null ? null : Number(row.first),
    lastStop: row.last === null ? null : Number(row.last),
  };
}
