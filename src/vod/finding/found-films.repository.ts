import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { In, LessThan, MoreThan, MoreThanOrEqual } from 'typeorm';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, touch } from '../../platform/database/database.js';
import { FilmAiring } from '../film-airing.entity.js';
import { FilmDecision } from '../film-decision.entity.js';
import { Film } from '../film.entity.js';

export type NewFilm = Omit<Film, 'id'>;
export type NewAiring = Omit<FilmAiring, 'id' | 'film' | 'channel'>;

const READ_SLICE = 500;
const WRITE_SLICE = 40;
const PRUNE_SLICE = 500;

/** Films as the search in guides reads and writes them: in slices, in short transactions. */
@Injectable()
export class FoundFilmsRepository {
  constructor(private readonly database: Database) {}

  /** All films, rejected and retired ones too: they keep their ids. */
  async *films(): AsyncGenerator<Film> {
    for (let last = 0; ; await nextTurn()) {
      const rows = await this.database.read.find(Film, {
        where: { id: MoreThan(last) },
        order: { id: 'ASC' },
        take: READ_SLICE,
      });
      yield* rows;
      if (rows.length < READ_SLICE) return;
      last = rows.at(-1)?.id ?? 0;
    }
  }

  async decisions(): Promise<Map<string, FilmDecision>> {
    const rows = await this.database.read.find(FilmDecision);
    return new Map(rows.map((row) => [row.identityKey, row]));
  }

  /** Ids by identity. */
  async addFilms(films: readonly NewFilm[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    for (let at = 0; at < films.length; at += WRITE_SLICE) {
      const slice = films.slice(at, at + WRITE_SLICE);
      const found = await this.database.write('add films', async (manager) => {
        const rows = new BulkRows(manager, Film);
        await rows.insert(slice);
        return rows.idsByText(
          'identityKey',
          slice.map(({ identityKey }) => identityKey),
        );
      });
      for (const [key, id] of found) ids.set(key, id);
      await nextTurn();
    }
    return ids;
  }

  async updateFilms(changes: ReadonlyMap<number, Partial<Film>>): Promise<void> {
    const all = [...changes];
    for (let at = 0; at < all.length; at += WRITE_SLICE) {
      await this.database.write('update films', async (manager) => {
        const rows = new BulkRows(manager, Film);
        for (const [id, fields] of all.slice(at, at + WRITE_SLICE)) await rows.update([id], fields);
      });
      await nextTurn();
    }
  }

  /** Makes these the airings of the channel from `from` (epoch seconds) on. Returns whether anything changed. */
  async replaceAirings(channelId: number, from: number, wanted: readonly NewAiring[]): Promise<boolean> {
    const known = await this.database.read.find(FilmAiring, {
      where: { channelId, start: MoreThanOrEqual(from) },
    });
    const wantedBy = new Map(wanted.map((airing) => [airing.start, airing]));
    const gone = known.filter((row) => !isSame(row, wantedBy.get(row.start)));
    const kept = new Set(known.filter((row) => !gone.includes(row)).map(({ start }) => start));
    const added = wanted.filter(({ start }) => !kept.has(start));
    if (gone.length + added.length === 0) return false;
    await this.database.write('film airings', async (manager) => {
      for (let at = 0; at < gone.length; at += PRUNE_SLICE) {
        const ids = gone.slice(at, at + PRUNE_SLICE).map(({ id }) => id);
        await manager.delete(FilmAiring, { id: In(ids) });
      }
      await new BulkRows(manager, FilmAiring).insert(added);
    });
    return true;
  }

  /** Channels that have airings from `from` on. */
  async channelsWithAirings(from: number): Promise<number[]> {
    const rows: { id: number }[] = await this.database.read
      .createQueryBuilder(FilmAiring, 'airing')
      .select('DISTINCT airing.channelId', 'id')
      .where('airing.start >= :from', { from })
      .getRawMany();
    return rows.map(({ id }) => id);
  }

  /** Airings that ended before this, in epoch seconds. */
  async prune(before: number): Promise<number> {
    for (let pruned = 0; ; await nextTurn()) {
      const rows = await this.database.read.find(FilmAiring, {
        select: { id: true },
        where: { stop: LessThan(before) },
        take: PRUNE_SLICE,
      });
      if (rows.length === 0) return pruned;
      await this.database.write('prune film airings', (manager) =>
        manager.delete(FilmAiring, { id: In(rows.map(({ id }) => id)) }),
      );
      pruned += rows.length;
    }
  }

  /** Films nobody can watch any more retire; those that can be watched again return. */
  async settle(nowSeconds: number): Promise<void> {
    const watchable =
      `(EXISTS (SELECT 1 FROM film_airings AS a WHERE a.film_id = films.id) OR ` +
      `EXISTS (SELECT 1 FROM vod_ways AS w WHERE w.film_id = films.id AND w.retired_at IS NULL))`;
    await this.database.write('retire films', (manager) =>
      manager.query(
        `UPDATE films SET retired_at = ${nowSeconds} WHERE retired_at IS NULL AND NOT ${watchable}`,
      ),
    );
    await this.database.write('films return', (manager) =>
      manager.query(`UPDATE films SET retired_at = NULL WHERE retired_at IS NOT NULL AND ${watchable}`),
    );
  }

  async announce(): Promise<void> {
    await this.database.write('films changed', (manager) => touch(manager, 'films'));
  }
}

function isSame(row: FilmAiring, wanted: NewAiring | undefined): boolean {
  return (
    wanted !== undefined &&
    row.filmId === wanted.filmId &&
    row.stop === wanted.stop &&
    row.title === wanted.title &&
    JSON.stringify(row.details) === JSON.stringify(wanted.details)
  );
}
