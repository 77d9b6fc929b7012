import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, Not } from 'typeorm';
import { Channel } from '../../channels/channel.entity.js';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, touch } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/turns.js';
import { ChannelGuide } from '../channel-guide.entity.js';
import { GuideChannel } from '../guide-channel.entity.js';
import { GuideLink } from '../guide-link.entity.js';
import { GuideListing } from '../guide-listing.entity.js';
import { GuideReview } from '../guide-review.entity.js';
import { GuideSource } from '../guide-source.entity.js';
import type { FoundReview, LinkChanges, StoredLink } from './link-diff.js';
import type { ChannelRow, GuideRow } from './match-job.js';

export interface ServedSource {
  id: number;
  generation: number;
}

/** Rows per read and per transaction; about 5 ms. */
const READ_SLICE = 500;
const WRITE_SLICE = 100;

/** What matching reads and writes. */
@Injectable()
export class LinkingRepository {
  constructor(private readonly database: Database) {}

  /** Guides that serve something, best first. */
  async servedSources(): Promise<ServedSource[]> {
    const sources = await this.database.read.find(GuideSource, {
      select: { id: true, generation: true },
      where: { generation: Not(IsNull()) },
      order: { priority: 'ASC', id: 'ASC' },
    });
    return sources.flatMap(({ id, generation }) => (generation === null ? [] : [{ id, generation }]));
  }

  /** What matching depends on, besides the guides: equal as long as channels and decisions are. */
  async stamp(): Promise<string> {
    const rows: { value: number }[] = await this.database.read.query(
      `SELECT value FROM revisions WHERE name = 'channels'`,
    );
    const decided = await this.decided();
    return JSON.stringify([rows[0]?.value, [...decided].sort((a, b) => a - b)]);
  }

  /** Channels whose guide a person decided. */
  async decided(): Promise<Set<number>> {
    const rows = await this.database.read.findBy(ChannelGuide, { mode: Not('auto') });
    return new Set(rows.map(({ channelId }) => channelId));
  }

  /** Living channels, in slices. */
  async *channels(): AsyncGenerator<ChannelRow[], void, undefined> {
    for (let lastId = 0, slice: ChannelRow[]; ; lastId = slice.at(-1)?.id ?? 0) {
      slice = await this.database.read.find(Channel, {
        select: { id: true, name: true, tvgId: true },
        where: { id: MoreThan(lastId), retiredAt: IsNull(), mergedIntoId: IsNull() },
        order: { id: 'ASC' },
        take: READ_SLICE,
      });
      if (slice.length === 0) return;
      yield slice.map(({ id, name, tvgId }) => ({ id, name, tvgId }));
      await nextTurn();
    }
  }

  /** Channels of a guide as it is served, in slices. */
  async *guideChannels({ id, generation }: ServedSource): AsyncGenerator<GuideRow[], void, undefined> {
    for (let lastId = 0, slice: GuideRow[]; ; lastId = slice.at(-1)?.id ?? 0) {
      slice = await this.database.read
        .createQueryBuilder(GuideListing, 'listing')
        .innerJoin(GuideChannel, 'channel', 'channel.id = listing.guideChannelId')
        .select('channel.id', 'id')
        .addSelect('channel.xmltvId', 'xmltvId')
        .addSelect('listing.details', 'details')
        .addSelect('listing.programmeCount', 'programmes')
        .where('listing.generation = :generation AND channel.guideSourceId = :id', { generation, id })
        .andWhere('channel.id > :lastId', { lastId })
        .orderBy('channel.id')
        .limit(READ_SLICE)
        .getRawMany<GuideRow>();
      if (slice.length === 0) return;
      yield slice;
      await nextTurn();
    }
  }

  /** Links into a guide that matching found earlier. */
  async foundLinks(sourceId: number): Promise<StoredLink[]> {
    const found: GuideLink[] = [];
    for (let slice: GuideLink[]; ;) {
      slice = await this.database.read
        .createQueryBuilder(GuideLink, 'link')
        .innerJoin(GuideChannel, 'channel', 'channel.id = link.guideChannelId')
        .where(`channel.guideSourceId = :sourceId AND link.origin <> 'manual'`, { sourceId })
        .andWhere('link.id > :lastId', { lastId: found.at(-1)?.id ?? 0 })
        .orderBy('link.id')
        .limit(READ_SLICE)
        .getMany();
      if (slice.length === 0) return found as StoredLink[];
      found.push(...slice);
      await nextTurn();
    }
  }

  /** Ids of links that matching found, into guides that were removed since. */
  async linksIntoRemovedGuides(): Promise<number[]> {
    const rows = await this.database.read
      .createQueryBuilder(GuideLink, 'link')
      .innerJoin(GuideChannel, 'channel', 'channel.id = link.guideChannelId')
      .innerJoin(GuideSource, 'source', 'source.id = channel.guideSourceId')
      .select('link.id', 'id')
      .where(`source.removedAt IS NOT NULL AND link.origin <> 'manual'`)
      .getRawMany<{ id: number }>();
    return rows.map(({ id }) => id);
  }

  async reviews(): Promise<FoundReview[]> {
    const rows = await this.database.read.find(GuideReview);
    return rows.map(({ channelId, guideSourceId, reason, candidates }) => ({
      ...{ channelId, guideSourceId, reason, candidates },
    }));
  }

  /** Channels of the given ones that are still a matter of matching: nobody decided meanwhile. */
  async applyLinks({ add, remove }: LinkChanges, nowSeconds: number): Promise<void> {
    for (const ids of slices(remove)) {
      await this.database.write('remove guide links', (manager) =>
        manager.delete(GuideLink, { id: In(ids), origin: Not('manual') }),
      );
      await nextTurn();
    }
    for (const links of slices(add)) {
      await this.database.write('add guide links', async (manager) => {
        const known = await manager.findBy(GuideLink, { channelId: In(links.map((link) => link.channelId)) });
        const taken = new Set(known.map((link) => `${link.channelId} ${link.guideChannelId}`));
        const existing = new Set(
          (
            await manager.find(Channel, {
              select: { id: true },
              where: { id: In(links.map(({ channelId }) => channelId)) },
            })
          ).map(({ id }) => id),
        );
        const fresh = links.filter(
          ({ channelId, guideChannelId }) =>
            existing.has(channelId) && !taken.has(`${channelId} ${guideChannelId}`),
        );
        const rows = fresh.map((link) => ({ ...link, position: 0, createdAt: nowSeconds }));
        await new BulkRows(manager, GuideLink).insert(rows);
      });
      await nextTurn();
    }
  }

  async applyReviews(
    { put, remove }: { put: readonly FoundReview[]; remove: readonly FoundReview[] },
    nowSeconds: number,
  ): Promise<void> {
    for (const reviews of slices(remove)) {
      await this.database.write('remove guide reviews', async (manager) => {
        for (const { channelId, guideSourceId } of reviews) {
          await manager.delete(GuideReview, { channelId, guideSourceId });
        }
      });
      await nextTurn();
    }
    for (const reviews of slices(put)) {
      await this.database.write('add guide reviews', async (manager) => {
        const ids = reviews.map(({ channelId }) => channelId);
        const existing = await manager.find(Channel, { select: { id: true }, where: { id: In(ids) } });
        const decided = await manager.findBy(ChannelGuide, { channelId: In(ids), mode: Not('auto') });
        const open = new Set(existing.map(({ id }) => id));
        for (const { channelId } of decided) open.delete(channelId);
        const rows = reviews.filter(({ channelId }) => open.has(channelId));
        await manager.save(
          rows.map((review) => manager.create(GuideReview, { ...review, foundAt: nowSeconds })),
        );
      });
      await nextTurn();
    }
  }

  /** Tells this and other processes that links changed. */
  async announce(): Promise<void> {
    await this.database.write('announce guide links', (manager) => touch(manager, 'guide'));
  }

  /**
   * What people decided about channels that became part of others goes over to these, where nobody decided about them.
   * Returns how many.
   */
  inheritDecisions(): Promise<number> {
    return this.database.write('inherit guide decisions', async (manager) => {
      const orphans = await manager
        .createQueryBuilder(ChannelGuide, 'choice')
        .innerJoin(Channel, 'channel', 'channel.id = choice.channelId AND channel.mergedIntoId IS NOT NULL')
        .leftJoin(ChannelGuide, 'own', 'own.channelId = channel.mergedIntoId')
        .select('choice.channelId', 'from')
        .addSelect('channel.mergedIntoId', 'to')
        .where(`choice.mode <> 'auto' AND own.channelId IS NULL`)
        .orderBy('choice.channelId')
        .getRawMany<{ from: number; to: number }>();
      const heirs = new Map([...orphans].reverse().map(({ from, to }) => [to, from]));
      for (const [to, from] of heirs) {
        const choice = await manager.findOneByOrFail(ChannelGuide, { channelId: from });
        const links = await manager.findBy(GuideLink, { channelId: from, origin: 'manual' });
        await manager.delete(GuideLink, { channelId: to });
        await manager.insert(ChannelGuide, { ...plain(choice), channelId: to });
        for (const link of links) {
          const { guideChannelId, position, origin, score, reason, shiftMinutes, createdAt } = link;
          await manager.insert(GuideLink, {
            ...{ channelId: to, guideChannelId, position, origin, score, reason, shiftMinutes, createdAt },
          });
        }
      }
      return heirs.size;
    });
  }
}

function plain({
  mode,
  shiftMinutes,
  placeholder,
}: ChannelGuide): Omit<ChannelGuide, 'channelId' | 'channel'> {
  return { mode, shiftMinutes, placeholder };
}

function slices<T>(items: readonly T[]): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < items.length; at += WRITE_SLICE) parts.push(items.slice(at, at + WRITE_SLICE));
  return parts;
}
