import { Injectable } from '@nestjs/common';
import { In, IsNull, type SelectQueryBuilder } from 'typeorm';
import { Category } from '../channels/category.entity.js';
import { Channel } from '../channels/channel.entity.js';
import type { PlaceholderRule } from '../core/guide/placeholder.js';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { Database, touch, type Transaction } from '../platform/database/database.js';
import { textContains } from '../platform/database/text-search.js';
import { CategoryGuide, ChannelGuide, type GuideMode } from './channel-guide.entity.js';
import { GuideChannel } from './guide-channel.entity.js';
import type { GuideChoiceInput, LinkInput } from './guide-choice-rules.js';
import { GuideLink, type LinkOrigin } from './guide-link.entity.js';
import { GuideListing, type ListingDetails } from './guide-listing.entity.js';
import { GuideReview } from './guide-review.entity.js';
import { GuideSource } from './guide-source.entity.js';

/** A guide channel as an operator knows it. */
export interface KnownGuideChannel {
  id: number;
  xmltvId: string;
  /** Display names; empty while its guide does not serve it. */
  names: string[];
  programmeCount: number;
  sourceId: number;
  sourceName: string;
  /** Lower goes first. */
  sourcePriority: number;
  isServed: boolean;
}

export interface ShownLink {
  channelId: number;
  guideChannelId: number;
  origin: LinkOrigin;
  score: number;
  reason: string;
  shiftMinutes: number;
}

export interface LinkedChannel {
  id: number;
  num: number;
  name: string;
  mode: GuideMode;
}

export type Decided = 'done' | 'unknown-channel' | 'unknown-guide-channel';

interface RawKnown {
  id: number;
  xmltvId: string;
  details: string | null;
  programmes: number | null;
  sourceId: number;
  sourceName: string;
  sourcePriority: number;
}

const MAX_FOUND = 100;

/** Links as people see and decide them. Every change is one transaction with its entry in the audit log. */
@Injectable()
export class GuideLinksRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  /** Living channels by number, with what was decided about them; `only` = those without any guide, or those with one. */
  async channels(
    page: number,
    perPage: number,
    only?: 'linked' | 'unlinked',
  ): Promise<{ items: LinkedChannel[]; total: number }> {
    const query = this.living();
    const hasLink = `EXISTS ${query.subQuery().select('1').from(GuideLink, 'link').where('link.channelId = channel.id').getQuery()}`;
    if (only !== undefined) query.andWhere(only === 'linked' ? hasLink : `NOT ${hasLink}`);
    const total = await query.getCount();
    const items = await query
      .leftJoin(ChannelGuide, 'choice', 'choice.channelId = channel.id')
      .select('channel.id', 'id')
      .addSelect('channel.num', 'num')
      .addSelect('channel.name', 'name')
      .addSelect(`COALESCE(choice.mode, 'auto')`, 'mode')
      .orderBy('channel.num')
      .addOrderBy('channel.id')
      .offset((page - 1) * perPage)
      .limit(perPage)
      .getRawMany<LinkedChannel>();
    return { items, total };
  }

  /** Channels that wait for a decision, by number. */
  async waiting(page: number, perPage: number): Promise<{ items: LinkedChannel[]; total: number }> {
    const query = this.living();
    query.andWhere(
      `EXISTS ${query.subQuery().select('1').from(GuideReview, 'review').where('review.channelId = channel.id').getQuery()}`,
    );
    const total = await query.getCount();
    const channels = await query
      .orderBy('channel.num')
      .addOrderBy('channel.id')
      .offset((page - 1) * perPage)
      .limit(perPage)
      .getMany();
    return { items: channels.map(({ id, num, name }) => ({ id, num, name, mode: 'auto' })), total };
  }

  async channel(id: number): Promise<{ channel: Channel; choice: ChannelGuide | null } | null> {
    const channel = await this.database.read.findOneBy(Channel, { id, mergedIntoId: IsNull() });
    if (!channel) return null;
    return { channel, choice: await this.database.read.findOneBy(ChannelGuide, { channelId: id }) };
  }

  linksOf(channelIds: readonly number[]): Promise<ShownLink[]> {
    return this.database.read.find(GuideLink, {
      where: { channelId: In([...channelIds]) },
      order: { position: 'ASC', id: 'ASC' },
    });
  }

  reviewsOf(channelIds: readonly number[]): Promise<GuideReview[]> {
    return this.database.read.findBy(GuideReview, { channelId: In([...channelIds]) });
  }

  async known(ids: readonly number[]): Promise<Map<number, KnownGuideChannel>> {
    if (ids.length === 0) return new Map();
    const rows = await this.guideChannels()
      .where('channel.id IN (:...ids)', { ids: [...new Set(ids)] })
      .getRawMany<RawKnown>();
    return new Map(rows.map((row) => [row.id, toKnown(row)]));
  }

  /** Guide channels that are served and have the text in their id or names. */
  async find(text: string): Promise<KnownGuideChannel[]> {
    const { sql, parameters } = textContains(
      this.database.dialect,
      ['channel.xmltvId', 'listing.details'],
      text,
    );
    const rows = await this.guideChannels()
      .where('listing.generation IS NOT NULL')
      .andWhere(sql, parameters)
      .orderBy('source.priority')
      .addOrderBy('channel.id')
      .limit(MAX_FOUND)
      .getRawMany<RawKnown>();
    return rows.map(toKnown);
  }

  decide(channelId: number, input: GuideChoiceInput, nowSeconds: number): Promise<Decided> {
    return this.database.write('decide guide', async (manager) => {
      const isKnown = await manager.existsBy(Channel, { id: channelId, mergedIntoId: IsNull() });
      if (!isKnown) return 'unknown-channel';
      const { links, mode, shiftMinutes, placeholder } = input;
      if (links !== undefined && !(await areKnown(manager, links))) return 'unknown-guide-channel';
      const before = await manager.findOneBy(ChannelGuide, { channelId });
      const chosen = links === undefined ? mode : 'manual';
      await manager.save(
        manager.create(ChannelGuide, {
          channelId,
          mode: chosen ?? before?.mode ?? 'auto',
          shiftMinutes: shiftMinutes ?? before?.shiftMinutes ?? 0,
          placeholder: placeholder === undefined ? (before?.placeholder ?? null) : placeholder,
        }),
      );
      if (chosen !== undefined) await relink(manager, channelId, links ?? [], nowSeconds);
      await this.audit.record(manager, ['channel', 'guide'], channelId, {
        ...(chosen === undefined ? {} : { mode: chosen }),
        ...(links === undefined ? {} : { links: links.map(({ guideChannelId }) => guideChannelId) }),
        ...(shiftMinutes === undefined ? {} : { shiftMinutes }),
        ...(placeholder === undefined ? {} : { placeholder }),
      });
      await touch(manager, 'guide');
      return 'done';
    });
  }

  /** undefined for an unknown category. */
  async categoryRule(categoryId: number): Promise<PlaceholderRule | null | undefined> {
    if (!(await this.database.read.existsBy(Category, { id: categoryId, mergedIntoId: IsNull() }))) return;
    const row = await this.database.read.findOneBy(CategoryGuide, { categoryId });
    return row?.placeholder ?? null;
  }

  /** False for an unknown category. */
  setCategoryRule(categoryId: number, rule: PlaceholderRule | null): Promise<boolean> {
    return this.database.write('set guide of category', async (manager) => {
      if (!(await manager.existsBy(Category, { id: categoryId, mergedIntoId: IsNull() }))) return false;
      if (rule === null) await manager.delete(CategoryGuide, { categoryId });
      else await manager.save(manager.create(CategoryGuide, { categoryId, placeholder: rule }));
      await this.audit.record(manager, ['category', 'guide'], categoryId, { placeholder: rule });
      await touch(manager, 'guide');
      return true;
    });
  }

  /** A channel, or the first channels of a category by number; null = there is no such place. */
  async namesIn(
    place: 'channel' | 'category',
    id: number,
    limit: number,
  ): Promise<{ id: number; name: string }[] | null> {
    if (place === 'category' && (await this.categoryRule(id)) === undefined) return null;
    const found = await this.living()
      .andWhere(place === 'channel' ? 'channel.id = :id' : 'channel.categoryId = :id', { id })
      .orderBy('channel.num')
      .addOrderBy('channel.id')
      .limit(limit)
      .getMany();
    return place === 'channel' && found.length === 0
      ? null
      : found.map(({ id: own, name }) => ({ id: own, name }));
  }

  private living(): SelectQueryBuilder<Channel> {
    return this.database.read
      .createQueryBuilder(Channel, 'channel')
      .where('channel.retiredAt IS NULL AND channel.mergedIntoId IS NULL');
  }

  private guideChannels(): SelectQueryBuilder<GuideChannel> {
    return this.database.read
      .createQueryBuilder(GuideChannel, 'channel')
      .innerJoin(GuideSource, 'source', 'source.id = channel.guideSourceId')
      .leftJoin(
        GuideListing,
        'listing',
        'listing.guideChannelId = channel.id AND listing.generation = source.generation',
      )
      .select('channel.id', 'id')
      .addSelect('channel.xmltvId', 'xmltvId')
      .addSelect('listing.details', 'details')
      .addSelect('listing.programmeCount', 'programmes')
      .addSelect('source.id', 'sourceId')
      .addSelect('source.name', 'sourceName')
      .addSelect('source.priority', 'sourcePriority');
  }
}

async function areKnown(manager: Transaction, links: readonly LinkInput[]): Promise<boolean> {
  const ids = links.map(({ guideChannelId }) => guideChannelId);
  return (await manager.countBy(GuideChannel, { id: In(ids) })) === ids.length;
}

/** Manual links replace all others; without any the channel has none until matching finds some. */
async function relink(
  manager: Transaction,
  channelId: number,
  links: readonly LinkInput[],
  nowSeconds: number,
): Promise<void> {
  await manager.delete(GuideLink, { channelId });
  await manager.delete(GuideReview, { channelId });
  for (const [position, { guideChannelId, shiftMinutes = 0 }] of links.entries()) {
    await manager.insert(GuideLink, {
      ...{ channelId, guideChannelId, position, origin: 'manual', score: 100, reason: '' },
      ...{ shiftMinutes, createdAt: nowSeconds },
    });
  }
}

function toKnown(row: RawKnown): KnownGuideChannel {
  const { id, xmltvId, details, programmes, sourceId, sourceName, sourcePriority } = row;
  const { names } = details === null ? { names: [] } : (JSON.parse(details) as ListingDetails);
  return {
    ...{ id, xmltvId, names: names.map(({ text }) => text), programmeCount: programmes ?? 0 },
    ...{ sourceId, sourceName, sourcePriority, isServed: details !== null },
  };
}
