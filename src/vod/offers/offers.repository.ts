import { Injectable } from '@nestjs/common';
import type { EntityTarget, FindOptionsSelect, FindOptionsWhere, ObjectLiteral } from 'typeorm';
import { among, BulkRows, listValue } from '../../platform/database/bulk-rows.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { nextTurn } from '../../platform/turns.js';
import { Episode } from '../episode.entity.js';
import { Series } from '../series.entity.js';
import { VodWay } from '../vod-way.entity.js';
import type { OfferOwner, WayFields } from './offer.js';
import type { KnownSeriesRow, NewSeries } from './series-register.js';

export type NewEpisode = Omit<Episode, 'id' | 'series'>;
export type KnownWay = Pick<VodWay, 'id' | 'originKey' | 'filmId' | 'episodeId' | 'categoryId' | 'retiredAt'>;
export type KnownEpisode = Pick<Episode, 'id' | 'seriesId' | 'season' | 'number'>;

const READ_SLICE = 250;
const RETIRE_SLICE = 200;

/** Ways to watch, series and episodes as offers read and write them: in slices, in short transactions. */
@Injectable()
export class OffersRepository {
  constructor(private readonly database: Database) {}

  write<T>(work: (manager: Transaction) => Promise<T>): Promise<T> {
    return this.database.write('offered films', work);
  }

  /** Retired ones too. */
  waysOf(owner: OfferOwner): AsyncGenerator<KnownWay> {
    const select = {
      ...{ id: true, originKey: true, filmId: true, episodeId: true },
      ...{ categoryId: true, retiredAt: true },
    };
    return this.rows(VodWay, select, ownedBy(owner));
  }

  hasWays(owner: OfferOwner): Promise<boolean> {
    return this.database.read.existsBy(VodWay, ownedBy(owner));
  }

  series(): AsyncGenerator<KnownSeriesRow> {
    const select = {
      ...{ id: true, identityKey: true, title: true, year: true, categoryId: true },
      ...{ coverUrl: true, isAdult: true, editedFields: true },
    };
    return this.rows(Series, select, {});
  }

  episodes(): AsyncGenerator<KnownEpisode> {
    return this.rows(Episode, { id: true, seriesId: true, season: true, number: true }, {});
  }

  /** Ids by identity. A series that another process added meanwhile is the same series. */
  async addSeries(manager: Transaction, series: readonly NewSeries[]): Promise<Map<string, number>> {
    if (series.length === 0) return new Map();
    const rows = new BulkRows(manager, Series);
    await rows.insert(series);
    return rows.idsByText(
      'identityKey',
      series.map(({ identityKey }) => identityKey),
    );
  }

  /** What a person set since the series were read stays. */
  async updateSeries(manager: Transaction, changes: ReadonlyMap<number, Partial<Series>>): Promise<void> {
    const rows = new BulkRows(manager, Series);
    for (const { id, editedFields } of await rows.findForUpdate([...changes.keys()])) {
      const open = Object.entries(changes.get(id) ?? {}).filter(([field]) => !editedFields.includes(field));
      await rows.update([id], Object.fromEntries(open));
    }
  }

  /** All episodes of their series, so that those another process added meanwhile are found too. */
  async addEpisodes(manager: Transaction, episodes: readonly NewEpisode[]): Promise<KnownEpisode[]> {
    if (episodes.length === 0) return [];
    await new BulkRows(manager, Episode).insert(episodes);
    const seriesIds = [...new Set(episodes.map(({ seriesId }) => seriesId))];
    const numbers = [...new Set(episodes.map(({ number }) => number))];
    return manager.query<KnownEpisode[]>(
      `SELECT id, series_id AS "seriesId", season, number FROM episodes ` +
        `WHERE series_id ${among(manager, 1, 'integer')} AND number ${among(manager, 2, 'integer')}`,
      [listValue(manager, seriesIds), listValue(manager, numbers)],
    );
  }

  async updateEpisode(manager: Transaction, id: number, fields: Partial<Episode>): Promise<void> {
    await new BulkRows(manager, Episode).update([id], fields);
  }

  async addWays(manager: Transaction, ways: readonly WayFields[]): Promise<void> {
    await new BulkRows(manager, VodWay).insert(ways);
  }

  waysById(manager: Transaction, ids: readonly number[]): Promise<VodWay[]> {
    return new BulkRows(manager, VodWay).findForUpdate(ids);
  }

  async updateWay(manager: Transaction, id: number, fields: Partial<VodWay>): Promise<void> {
    await new BulkRows(manager, VodWay).update([id], fields);
  }

  async retireWays(ids: readonly number[], atSeconds: number): Promise<void> {
    for (let at = 0; at < ids.length; at += RETIRE_SLICE) {
      const slice = ids.slice(at, at + RETIRE_SLICE);
      await this.write((manager) =>
        new BulkRows(manager, VodWay).update(slice, { retiredAt: atSeconds }, 'retiredAt'),
      );
      await nextTurn();
    }
  }

  private async *rows<T extends ObjectLiteral & { id: number }>(
    entity: EntityTarget<T>,
    select: FindOptionsSelect<T>,
    narrow: FindOptionsWhere<T>,
  ): AsyncGenerator<T> {
    for (let last = 0; ; await nextTurn()) {
      const query = this.database.read
        .createQueryBuilder(entity, 'row')
        .setFindOptions({ select, where: narrow })
        .andWhere('row.id > :last', { last })
        .orderBy('row.id', 'ASC')
        .limit(READ_SLICE);
      const rows = await query.getMany();
      yield* rows;
      if (rows.length < READ_SLICE) return;
      last = rows.at(-1)?.id ?? 0;
    }
  }
}

function ownedBy(owner: OfferOwner): FindOptionsWhere<VodWay> {
  return owner.origin === 'list'
    ? { listSourceId: owner.listSourceId }
    : { filmSourceId: owner.filmSourceId, origin: owner.origin };
}
