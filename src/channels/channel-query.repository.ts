import { Injectable } from '@nestjs/common';
import { In, IsNull, type SelectQueryBuilder } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { textContains } from '../platform/database/text-search.js';
import { nextTurn } from '../platform/turns.js';
import { Channel } from './channel.entity.js';
import { StreamSource } from './stream-source.entity.js';

export interface ChannelFilter {
  /** Part of the name or the guide id; a number also finds the channel of that number or id. */
  search?: string;
  categoryId?: number;
  isHidden?: boolean;
  /** Retired ones instead of living ones. */
  isRetired?: boolean;
  isAdult?: boolean;
  /** Has a source of this kind. */
  kind?: string;
  /** Has a source from this list. */
  listSourceId?: number;
  ids?: readonly number[];
}

export const CHANNEL_SORTS = ['num', 'name', 'added'] as const;
export type ChannelSort = (typeof CHANNEL_SORTS)[number];

export interface ChannelsQuery extends ChannelFilter {
  sort: ChannelSort;
  descending: boolean;
  page: number;
  perPage: number;
}

/** How many living sources a channel has, by their kind. */
export type SourceCounts = Record<string, number>;

/** What administrators see of the channels: hidden and retired ones too, merged ones never. */
@Injectable()
export class ChannelQueryRepository {
  constructor(private readonly database: Database) {}

  async page(query: ChannelsQuery): Promise<{ items: Channel[]; total: number }> {
    const builder = this.matching(this.database.read.createQueryBuilder(Channel, 'channel'), query);
    const total = await builder.getCount();
    await nextTurn();
    const direction = query.descending ? 'DESC' : 'ASC';
    if (query.sort === 'num') builder.orderBy('channel.num', direction);
    else if (query.sort === 'added') builder.orderBy('channel.addedAt', direction);
    else builder.addSelect('LOWER(channel.name)', 'folded').orderBy('folded', direction);
    const items = await builder
      .addOrderBy('channel.id', 'ASC')
      .offset((query.page - 1) * query.perPage)
      .limit(query.perPage)
      .getMany();
    return { items, total };
  }

  count(filter: ChannelFilter): Promise<number> {
    return this.matching(this.database.read.createQueryBuilder(Channel, 'channel'), filter).getCount();
  }

  /** Ascending, beginning behind `afterId`. */
  async ids(filter: ChannelFilter, afterId: number, limit: number): Promise<number[]> {
    const rows = await this.matching(this.database.read.createQueryBuilder(Channel, 'channel'), filter)
      .select(['channel.id'])
      .andWhere('channel.id > :afterId', { afterId })
      .orderBy('channel.id', 'ASC')
      .limit(limit)
      .getMany();
    return rows.map(({ id }) => id);
  }

  findById(id: number): Promise<Channel | null> {
    return this.database.read.findOneBy(Channel, { id });
  }

  /** Ids of the channels that became part of this one. */
  async mergedInto(id: number): Promise<number[]> {
    const rows = await this.database.read.find(Channel, {
      select: { id: true },
      where: { mergedIntoId: id },
      order: { id: 'ASC' },
    });
    return rows.map((row) => row.id);
  }

  async sourceCounts(channelIds: readonly number[]): Promise<Map<number, SourceCounts>> {
    if (channelIds.length === 0) return new Map();
    const rows = await this.database.read
      .createQueryBuilder(StreamSource, 'source')
      .select('source.channelId', 'channelId')
      .addSelect('source.kind', 'kind')
      .addSelect('COUNT(*)', 'count')
      .where({ channelId: In([...channelIds]), retiredAt: IsNull() })
      .groupBy('source.channelId')
      .addGroupBy('source.kind')
      .getRawMany<{ channelId: number; kind: string; count: number | string }>();
    const counts = new Map<number, SourceCounts>();
    for (const { channelId, kind, count } of rows) {
      counts.set(channelId, { ...counts.get(channelId), [kind]: Number(count) });
    }
    return counts;
  }

  private matching(builder: SelectQueryBuilder<Channel>, filter: ChannelFilter): SelectQueryBuilder<Channel> {
    const { search, categoryId, isHidden, isRetired = false, isAdult, kind, listSourceId, ids } = filter;
    builder.where('channel.mergedIntoId IS NULL');
    builder.andWhere(`channel.retiredAt IS ${isRetired ? 'NOT NULL' : 'NULL'}`);
    if (search !== undefined && search !== '') this.matchText(builder, search);
    if (categoryId !== undefined) builder.andWhere('channel.categoryId = :categoryId', { categoryId });
    if (isHidden !== undefined) builder.andWhere('channel.isHidden = :isHidden', { isHidden });
    if (isAdult !== undefined) builder.andWhere('channel.isAdult = :isAdult', { isAdult });
    if (ids) builder.andWhere({ id: In([...ids]) });
    if (kind !== undefined || listSourceId !== undefined) this.matchSource(builder, kind, listSourceId);
    return builder;
  }

  private matchText(builder: SelectQueryBuilder<Channel>, search: string): void {
    const { sql, parameters } = textContains(
      this.database.dialect,
      ['channel.name', 'channel.tvgId'],
      search,
    );
    const number = /^\d{1,9}$/.test(search) ? Number(search) : null;
    const byNumber = number === null ? '' : ' OR channel.num = :number OR channel.id = :number';
    builder.andWhere(`(${sql}${byNumber})`, { ...parameters, ...(number === null ? {} : { number }) });
  }

  private matchSource(
    builder: SelectQueryBuilder<Channel>,
    kind: string | undefined,
    listSourceId: number | undefined,
  ): void {
    // Gathered once: asked per channel, SQLite would walk through everything the list has brought each time.
    const sources = builder
      .subQuery()
      .select('source.channelId')
      .from(StreamSource, 'source')
      .where('source.retiredAt IS NULL');
    if (kind !== undefined) sources.andWhere('source.kind = :kind', { kind });
    if (listSourceId !== undefined) sources.andWhere('source.listSourceId = :listSourceId', { listSourceId });
    builder.andWhere(`channel.id IN ${sources.getQuery()}`, sources.getParameters());
  }
}
