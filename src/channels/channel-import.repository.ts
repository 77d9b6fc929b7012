import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { among, BulkRows, listValue } from '../platform/database/bulk-rows.js';
import { Database, touch } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { Channel } from './channel.entity.js';
import { GroupCategoriesRepository } from './group-categories.repository.js';
import { StreamSource } from './stream-source.entity.js';

const READ_SLICE = 250;

export type NewChannel = Omit<Channel, 'id' | 'category'>;
export type NewSource = Omit<StreamSource, 'id' | 'channel'>;

export interface ChannelKey {
  id: number;
  identityKey: string;
  num: number;
  mergedIntoId: number | null;
}

export interface OwnedSource {
  id: number;
  channelId: number;
  fingerprint: string;
  editedFields: string[];
}

/** Storage of a list refresh. Reads come in slices; writes are small transactions made by the caller. */
@Injectable()
export class ChannelImportRepository {
  readonly categories: GroupCategoriesRepository;

  constructor(private readonly database: Database) {
    this.categories = new GroupCategoriesRepository(database);
  }

  write<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.database.write('list import', work);
  }

  /** Retired ones too: they keep identity and number. */
  async *channelKeys(): AsyncGenerator<ChannelKey> {
    for (let lastId = 0; ; await nextTurn()) {
      const rows = await this.database.read.find(Channel, {
        select: { id: true, identityKey: true, num: true, mergedIntoId: true },
        where: { id: MoreThan(lastId) },
        order: { id: 'ASC' },
        take: READ_SLICE,
      });
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < READ_SLICE) return;
      lastId = last.id;
    }
  }

  async *sourcesOwnedBy(listSourceId: number): AsyncGenerator<OwnedSource> {
    for (let lastId = 0; ; await nextTurn()) {
      const rows = await this.database.read.find(StreamSource, {
        select: { id: true, channelId: true, fingerprint: true, editedFields: true },
        where: { listSourceId, id: MoreThan(lastId) },
        order: { id: 'ASC' },
        take: READ_SLICE,
      });
      yield* rows;
      const last = rows.at(-1);
      if (!last || rows.length < READ_SLICE) return;
      lastId = last.id;
    }
  }

  readChannels(ids: number[]): Promise<Channel[]> {
    return this.database.read.findBy(Channel, { id: In(ids) });
  }

  /** Those of the channels that a living source feeds which is not among the given ones. */
  async channelsFedBesides(channelIds: number[], sourceIds: ReadonlySet<number>): Promise<Set<number>> {
    const living = await this.database.read.find(StreamSource, {
      select: { id: true, channelId: true },
      where: { channelId: In(channelIds), retiredAt: IsNull() },
    });
    return new Set(living.filter(({ id }) => !sourceIds.has(id)).map(({ channelId }) => channelId));
  }

  channelsById(manager: EntityManager, ids: number[]): Promise<Channel[]> {
    return new BulkRows(manager, Channel).findForUpdate(ids);
  }

  /** Rows whose key another process added meanwhile are left as they are; the answer names every id. */
  async addChannels(manager: EntityManager, rows: NewChannel[]): Promise<Map<string, number>> {
    if (rows.length === 0) return new Map();
    const channels = new BulkRows(manager, Channel);
    await channels.insert(rows);
    const keys = rows.map((row) => row.identityKey);
    return channels.idsByText('identityKey', keys);
  }

  async updateChannel(manager: EntityManager, id: number, fields: Partial<NewChannel>): Promise<void> {
    await new BulkRows(manager, Channel).update([id], fields);
  }

  sourcesById(manager: EntityManager, ids: number[]): Promise<StreamSource[]> {
    return new BulkRows(manager, StreamSource).findForUpdate(ids);
  }

  async addSources(manager: EntityManager, rows: NewSource[]): Promise<void> {
    await new BulkRows(manager, StreamSource).insert(rows);
  }

  async updateSource(manager: EntityManager, id: number, fields: Partial<NewSource>): Promise<void> {
    await new BulkRows(manager, StreamSource).update([id], fields);
  }

  /** Channels that a returned source feeds again. */
  async revive(manager: EntityManager, ids: number[]): Promise<void> {
    await new BulkRows(manager, Channel).update(ids, { retiredAt: null });
  }

  /** Returns how many were not retired before. */
  async retireSources(manager: EntityManager, ids: number[], atSeconds: number): Promise<void> {
    await new BulkRows(manager, StreamSource).update(ids, { retiredAt: atSeconds }, 'retiredAt');
  }

  /** Retires those of the given channels that no living source feeds. Returns how many. */
  async retireBareChannels(manager: EntityManager, ids: number[], atSeconds: number): Promise<number> {
    const rows: unknown = await manager.query(
      `SELECT id FROM channels WHERE id ${among(manager, 1, 'integer')} AND retired_at IS NULL AND NOT EXISTS ` +
        `(SELECT 1 FROM stream_sources AS s WHERE s.channel_id = channels.id AND s.retired_at IS NULL)`,
      [listValue(manager, ids)],
    );
    const bare = (rows as { id: number }[]).map(({ id }) => id);
    await new BulkRows(manager, Channel).update(bare, { retiredAt: atSeconds }, 'retiredAt');
    return bare.length;
  }

  /** Tells catalogues that channels changed. What was merged while an import ran ends up where it belongs. */
  async announce(): Promise<void> {
    await this.database.write('announce channels', async (manager) => {
      await touch(manager, 'channels');
      await manager.query(
        `UPDATE channels SET category_id = (SELECT c.merged_into_id FROM categories AS c WHERE c.id = channels.category_id) ` +
          `WHERE category_id IN (SELECT id FROM categories WHERE merged_into_id IS NOT NULL)`,
      );
      await manager.query(
        `UPDATE stream_sources SET channel_id = (SELECT c.merged_into_id FROM channels AS c WHERE c.id = stream_sources.channel_id) ` +
          `WHERE channel_id IN (SELECT id FROM channels WHERE merged_into_id IS NOT NULL)`,
      );
    });
  }

  /** Sources that came from a list which is being removed. Their channels stay for a list that brings them again. */
  async retireList(listSourceId: number, atSeconds: number): Promise<number> {
    const owned: OwnedSource[] = [];
    for await (const source of this.sourcesOwnedBy(listSourceId)) owned.push(source);
    let retired = 0;
    for (let start = 0; start < owned.length; start += READ_SLICE) {
      const slice = owned.slice(start, start + READ_SLICE);
      retired += await this.write(async (manager) => {
        await this.retireSources(
          manager,
          slice.map(({ id }) => id),
          atSeconds,
        );
        return this.retireBareChannels(
          manager,
          [...new Set(slice.map(({ channelId }) => channelId))],
          atSeconds,
        );
      });
      await nextTurn();
    }
    await this.announce();
    return retired;
  }

  /** Channels in the catalogue that nothing but this list feeds. */
  countFedByOnly(listSourceId: number): Promise<number> {
    const feeds = (which: string): string =>
      `(SELECT 1 FROM stream_sources AS s WHERE s.channel_id = channel.id AND s.retired_at IS NULL AND ${which})`;
    return this.database.read
      .createQueryBuilder(Channel, 'channel')
      .where({ retiredAt: IsNull() })
      .andWhere(`EXISTS ${feeds('s.list_source_id = :list')}`)
      .andWhere(`NOT EXISTS ${feeds('(s.list_source_id IS NULL OR s.list_source_id <> :list)')}`)
      .setParameter('list', listSourceId)
      .getCount();
  }

  countLiving(listSourceId: number): Promise<number> {
    return this.database.read.countBy(StreamSource, { listSourceId, retiredAt: IsNull(), channelId: Not(0) });
  }
}
