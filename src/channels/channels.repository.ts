import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { Category, type CategoryKind } from './category.entity.js';
import { Channel } from './channel.entity.js';
import { StreamSource } from './stream-source.entity.js';

/** Times in epoch seconds. */
export interface ChannelRecord {
  id: number;
  num: number;
  name: string;
  categoryId: number;
  logo: string;
  epgChannelId: string;
  addedAt: number;
  isAdult: boolean;
  archiveDays: number;
  /** A dead picture is treated like a cut; absent = it is not looked at. */
  watchPicture?: boolean;
}

export interface CategoryRecord {
  id: number;
  kind: CategoryKind;
  name: string;
  parentId: number | null;
  position: number;
}

/** Rows per read; some milliseconds. */
const READ_SLICE = 500;

/** What viewers may be shown: neither hidden nor retired. */
@Injectable()
export class ChannelsRepository {
  constructor(private readonly database: Database) {}

  /** By number, then id. Read in slices, so that a long list does not hold the event loop. */
  async listVisible(): Promise<ChannelRecord[]> {
    const hidden = new Set(
      (await this.database.read.findBy(Category, { isHidden: true })).map(({ id }) => id),
    );
    const records: ChannelRecord[] = [];
    for (let lastId = 0; ;) {
      const slice = await this.visibleAfter(lastId);
      for (const channel of slice) if (!hidden.has(channel.categoryId)) records.push(channel);
      const last = slice.at(-1);
      if (!last || slice.length < READ_SLICE) break;
      lastId = last.id;
      await nextTurn();
    }
    return records.sort((a, b) => a.num - b.num || a.id - b.id);
  }

  /** As plain rows: entities of them all would hold the event loop for five times as long. */
  private async visibleAfter(lastId: number): Promise<ChannelRecord[]> {
    const query = this.database.read.createQueryBuilder(Channel, 'channel').select([]);
    for (const [name, column] of Object.entries(RECORD_COLUMNS)) query.addSelect(`channel.${column}`, name);
    const rows: Record<string, unknown>[] = await query
      .where({ id: MoreThan(lastId), isHidden: false, retiredAt: IsNull(), mergedIntoId: IsNull() })
      .orderBy('channel.id', 'ASC')
      .limit(READ_SLICE)
      .getRawMany();
    return rows.map(readRecord);
  }

  /** Of any channel; 0 = none has an archive. */
  async longestArchiveDays(): Promise<number> {
    return (await this.database.read.maximum(Channel, 'archiveDays', { retiredAt: IsNull() })) ?? 0;
  }

  /** Days of archive by channel, of those that have one. */
  async archives(): Promise<Map<number, number>> {
    const rows = await this.database.read.find(Channel, {
      select: { id: true, archiveDays: true },
      where: { archiveDays: MoreThan(0), retiredAt: IsNull(), mergedIntoId: IsNull() },
    });
    return new Map(rows.map(({ id, archiveDays }) => [id, archiveDays]));
  }

  listCategories(kind: CategoryKind): Promise<CategoryRecord[]> {
    return this.database.read.find(Category, {
      select: { id: true, kind: true, name: true, parentId: true, position: true },
      where: { kind, isHidden: false, mergedIntoId: IsNull() },
      order: { position: 'ASC', id: 'ASC' },
    });
  }

  /** A channel that was merged into another one opens as that one. */
  async findVisible(id: number): Promise<ChannelRecord | null> {
    const asked = await this.database.read.findOneBy(Channel, { id });
    const target = asked?.mergedIntoId ?? null;
    const channel = target === null ? asked : await this.database.read.findOneBy(Channel, { id: target });
    if (!channel || channel.isHidden || channel.retiredAt !== null) return null;
    const isShown = await this.database.read.existsBy(Category, { id: channel.categoryId, isHidden: false });
    return isShown ? toRecord(channel) : null;
  }

  /** In the order in which they are to be tried, each place once. */
  async sourcesOf(channelId: number): Promise<StreamSource[]> {
    const rows = await this.database.read.find(StreamSource, {
      where: { channelId, isEnabled: true, retiredAt: IsNull() },
      order: { priority: 'ASC', id: 'ASC' },
    });
    const places = new Set<string>();
    return rows.filter(({ fingerprint }) => !places.has(fingerprint) && places.add(fingerprint));
  }

  /** Of a source that may be tried; null when there is none. */
  async channelOfSource(sourceId: number): Promise<number | null> {
    const where = { id: sourceId, isEnabled: true, retiredAt: IsNull() };
    return (await this.database.read.findOneBy(StreamSource, where))?.channelId ?? null;
  }

  /** Channels behind `afterId` up to `endId` that have several sources; `isLast` when none has a higher id. */
  async withAlternates(afterId: number, endId: number): Promise<{ ids: number[]; isLast: boolean }> {
    const rows = await this.database.read
      .createQueryBuilder(StreamSource, 'source')
      .select('source.channelId', 'id')
      .where({ isEnabled: true, retiredAt: IsNull() })
      .andWhere('source.channelId > :afterId AND source.channelId <= :endId', { afterId, endId })
      .groupBy('source.channelId')
      .having('COUNT(*) > 1')
      .orderBy('source.channelId', 'ASC')
      .getRawMany<{ id: number }>();
    const isLast = !(await this.database.read.existsBy(StreamSource, { channelId: MoreThan(endId) }));
    return { ids: rows.map(({ id }) => id), isLast };
  }

  /** Of every channel at once, for exports. */
  async sourcesByChannel(): Promise<Map<number, StreamSource[]>> {
    const rows = await this.database.read.find(StreamSource, {
      where: { retiredAt: IsNull() },
      order: { channelId: 'ASC', priority: 'ASC', id: 'ASC' },
    });
    const byChannel = new Map<number, StreamSource[]>();
    for (const row of rows) {
      const known = byChannel.get(row.channelId);
      if (!known) byChannel.set(row.channelId, [row]);
      else if (!known.some(({ fingerprint }) => fingerprint === row.fingerprint)) known.push(row);
    }
    return byChannel;
  }

  /** Hidden ones too, retired ones not. */
  listAll(): Promise<Channel[]> {
    return this.database.read.find(Channel, {
      where: { retiredAt: IsNull(), mergedIntoId: IsNull() },
      order: { num: 'ASC', id: 'ASC' },
    });
  }

  async categoryNames(ids: readonly number[]): Promise<Map<number, string>> {
    const unique = [...new Set(ids)];
    const rows =
      unique.length > 900
        ? await this.database.read.find(Category)
        : await this.database.read.findBy(Category, { id: In(unique) });
    return new Map(rows.map((row) => [row.id, row.name]));
  }
}

const RECORD_COLUMNS = {
  id: 'id',
  num: 'num',
  name: 'name',
  categoryId: 'categoryId',
  logo: 'logo',
  epgChannelId: 'tvgId',
  addedAt: 'addedAt',
  isAdult: 'isAdult',
  archiveDays: 'archiveDays',
  watchPicture: 'watchPicture',
} as const satisfies Record<keyof ChannelRecord, keyof Channel>;

/** PostgreSQL hands bigint out as text, SQLite booleans as numbers. */
function readRecord(row: Record<string, unknown>): ChannelRecord {
  return {
    id: Number(row.id),
    num: Number(row.num),
    name: String(row.name),
    categoryId: Number(row.categoryId),
    logo: String(row.logo),
    epgChannelId: String(row.epgChannelId),
    addedAt: Number(row.addedAt),
    isAdult: Boolean(row.isAdult),
    archiveDays: Number(row.archiveDays),
    watchPicture: Boolean(row.watchPicture),
  };
}

function toRecord(channel: Channel): ChannelRecord {
  return {
    id: channel.id,
    num: channel.num,
    name: channel.name,
    categoryId: channel.categoryId,
    logo: channel.logo,
    epgChannelId: channel.tvgId,
    addedAt: channel.addedAt,
    isAdult: channel.isAdult,
    archiveDays: channel.archiveDays,
    watchPicture: channel.watchPicture,
  };
}
