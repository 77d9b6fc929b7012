import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { In, LessThan, MoreThanOrEqual, type SelectQueryBuilder } from 'typeorm';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, touch, type Transaction } from '../../platform/database/database.js';
import { readFilmFacts } from '../../core/films/film-facts.js';
import { FilmAiring } from '../film-airing.entity.js';
import { FilmDecision } from '../film-decision.entity.js';
import { FilmEdit } from '../film-edit.entity.js';
import { Film } from '../film.entity.js';
import { isEmpty, TOLD_FIELDS } from './told-fields.js';

export type NewFilm = Omit<Film, 'id'>;
export type NewAiring = Omit<FilmAiring, 'id' | 'film' | 'channel'>;

/** What a register needs to know of a film that is stored. */
export interface KnownFilmRow extends Pick<
  Film,
  | 'id'
  | 'identityKey'
  | 'state'
  | 'title'
  | 'originalTitle'
  | 'year'
  | 'durationSeconds'
  | 'isAdult'
  | 'views'
> {
  editedFields: string[];
  /** What guides and lists said of fields before a person edited them. */
  told: FilmEdit['told'];
  /** Fields of `TOLD_FIELDS` that hold nothing. */
  empty: string[];
  /** Where TMDB or a person is sure which film it is. */
  tmdbId: number | null;
  /** Told of films without a year of their own. */
  tmdbYear: number | null;
  tmdbMinutes: number | null;
}

const READ_SLICE = 200;
const WRITE_SLICE = 40;
/** About 3 ms. */
const AIRINGS_SLICE = 64;
const PRUNE_SLICE = 500;
const SETTLE_SLICE = 200;

/** In this order: a series lives by its episodes. */
const RETIRING = [
  {
    table: 'films',
    watchable:
      `EXISTS (SELECT 1 FROM film_airings AS a WHERE a.film_id = films.id) OR ` +
      `EXISTS (SELECT 1 FROM vod_ways AS w WHERE w.film_id = films.id AND w.retired_at IS NULL)`,
  },
  {
    table: 'episodes',
    watchable: `EXISTS (SELECT 1 FROM vod_ways AS w WHERE w.episode_id = episodes.id AND w.retired_at IS NULL)`,
  },
  {
    table: 'series',
    watchable: `EXISTS (SELECT 1 FROM episodes AS e WHERE e.series_id = series.id AND e.retired_at IS NULL)`,
  },
] as const;

/** Films as the search in guides reads and writes them: in slices, in short transactions. */
@Injectable()
export class FoundFilmsRepository {
  constructor(private readonly database: Database) {}

  /** All films in the order of their ids, rejected and retired ones too: they keep their ids. */
  async *films(): AsyncGenerator<KnownFilmRow> {
    for (let last = 0; ; await nextTurn()) {
      const rows: Record<string, unknown>[] = await this.knownFilms()
        .where('film.id > :last', { last })
        .orderBy('film.id', 'ASC')
        .limit(READ_SLICE)
        .getRawMany();
      yield* rows.map(toKnownFilm);
      if (rows.length < READ_SLICE) return;
      last = Number(rows.at(-1)?.id);
    }
  }

  /** Whether the long columns are empty; what TMDB says only where it is needed: it is long too. */
  private knownFilms(): SelectQueryBuilder<Film> {
    const isSure = `film.tmdb_id IS NOT NULL AND film.tmdb_status IN ('match', 'manual')`;
    return this.database.read
      .createQueryBuilder(Film, 'film')
      .leftJoin(FilmEdit, 'edit', 'edit.film_id = film.id')
      .select('film.id', 'id')
      .addSelect('edit.told', 'told')
      .addSelect('film.identity_key', 'identityKey')
      .addSelect('film.state', 'state')
      .addSelect('film.title', 'title')
      .addSelect('film.original_title', 'originalTitle')
      .addSelect('film.year', 'year')
      .addSelect('film.duration_seconds', 'durationSeconds')
      .addSelect('film.views', 'views')
      .addSelect('film.rating', 'rating')
      .addSelect('film.age_limit', 'ageLimit')
      .addSelect(`CASE WHEN film.is_adult THEN 1 ELSE 0 END`, 'isAdult')
      .addSelect('film.edited_fields', 'editedFields')
      .addSelect(`CASE WHEN film.description = '' THEN '' ELSE 'told' END`, 'description')
      .addSelect(`CASE WHEN film.genres = '[]' THEN '' ELSE 'told' END`, 'genres')
      .addSelect(`CASE WHEN film.guide_picture = '' THEN '' ELSE 'told' END`, 'guidePicture')
      .addSelect(`CASE WHEN ${isSure} THEN film.tmdb_id END`, 'tmdbId')
      .addSelect(`CASE WHEN ${isSure} AND film.year IS NULL THEN film.tmdb_details END`, 'tmdbDetails');
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
      const found = await this.database.write('add films', (manager) => insertFilms(manager, slice));
      for (const [key, id] of found) ids.set(key, id);
      await nextTurn();
    }
    return ids;
  }

  /** What a person set or filled since the films were read stays. */
  async updateFilms(changes: ReadonlyMap<number, Partial<Film>>): Promise<void> {
    const all = [...changes];
    for (let at = 0; at < all.length; at += WRITE_SLICE) {
      const slice = new Map(all.slice(at, at + WRITE_SLICE));
      await this.database.write('update films', (manager) => updateFilms(manager, slice));
      await nextTurn();
    }
  }

  /**
   * Makes these the airings of the channel from `from` (epoch seconds) on, in slices: whoever reads meanwhile may miss
   * some. Returns whether anything changed.
   */
  async replaceAirings(channelId: number, from: number, wanted: readonly NewAiring[]): Promise<boolean> {
    const known = await this.database.read.find(FilmAiring, {
      where: { channelId, start: MoreThanOrEqual(from) },
    });
    const wantedBy = new Map(wanted.map((airing) => [airing.start, airing]));
    const isKept = (row: FilmAiring): boolean => isSame(row, wantedBy.get(row.start));
    const kept = new Set(known.filter(isKept).map(({ start }) => start));
    const gone = known.filter((row) => !isKept(row));
    const added = wanted.filter(({ start }) => !kept.has(start));
    // Reading alone took its time, too, and nothing of SQLite gives way by itself.
    await nextTurn();
    // First what goes: something else may come at the same time.
    for (let at = 0; at < gone.length; at += AIRINGS_SLICE) {
      const ids = gone.slice(at, at + AIRINGS_SLICE).map(({ id }) => id);
      await this.database.write('film airings', (manager) => manager.delete(FilmAiring, { id: In(ids) }));
      await nextTurn();
    }
    for (let at = 0; at < added.length; at += AIRINGS_SLICE) {
      const rows = added.slice(at, at + AIRINGS_SLICE);
      await this.database.write('film airings', (manager) => new BulkRows(manager, FilmAiring).insert(rows));
      await nextTurn();
    }
    return gone.length + added.length > 0;
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

  /** Films, series and episodes nobody can watch any more retire; those that can be watched again return. */
  async settle(nowSeconds: number): Promise<boolean> {
    let isChanged = false;
    for (const { table, watchable } of RETIRING) {
      for (let last = 0, isMore = true; isMore; await nextTurn()) {
        const rows = await this.database.read.query<{ id: number; living: number; watchable: number }[]>(
          `SELECT id, CASE WHEN retired_at IS NULL THEN 1 ELSE 0 END AS living, ` +
            `CASE WHEN ${watchable} THEN 1 ELSE 0 END AS watchable FROM ${table} WHERE id > ${last} ` +
            `ORDER BY id LIMIT ${SETTLE_SLICE}`,
        );
        isMore = rows.length === SETTLE_SLICE;
        last = rows.at(-1)?.id ?? last;
        const wrong = rows.filter(({ living, watchable: can }) => living !== can);
        if (wrong.length === 0) continue;
        isChanged = true;
        await this.retire(
          table,
          watchable,
          nowSeconds,
          wrong.map(({ id }) => id),
        );
      }
    }
    return isChanged;
  }

  private async retire(
    table: string,
    watchable: string,
    nowSeconds: number,
    ids: readonly number[],
  ): Promise<void> {
    for (let at = 0; at < ids.length; at += PRUNE_SLICE) {
      const slice = ids.slice(at, at + PRUNE_SLICE).join(', ');
      await this.database.write('retire films', async (manager) => {
        await manager.query(
          `UPDATE ${table} SET retired_at = ${nowSeconds} ` +
            `WHERE id IN (${slice}) AND retired_at IS NULL AND NOT (${watchable})`,
        );
        await manager.query(
          `UPDATE ${table} SET retired_at = NULL WHERE id IN (${slice}) AND retired_at IS NOT NULL AND (${watchable})`,
        );
      });
      await nextTurn();
    }
  }

  async announce(): Promise<void> {
    await this.database.write('films changed', (manager) => touch(manager, 'films'));
  }
}

/** Ids by identity. A film that another process added meanwhile is the same film. */
export async function insertFilms(
  manager: Transaction,
  films: readonly NewFilm[],
): Promise<Map<string, number>> {
  if (films.length === 0) return new Map();
  const rows = new BulkRows(manager, Film);
  await rows.insert(films);
  return rows.idsByText(
    'identityKey',
    films.map(({ identityKey }) => identityKey),
  );
}

/** What a person set or somebody else filled since the films were read stays. */
export async function updateFilms(
  manager: Transaction,
  changes: ReadonlyMap<number, Partial<Film>>,
): Promise<void> {
  const films = new BulkRows(manager, Film);
  for (const row of await films.findForUpdate([...changes.keys()])) {
    const wanted = Object.entries(changes.get(row.id) ?? {}).filter(([field]) => isOpen(row, field));
    await films.update([row.id], Object.fromEntries(wanted));
  }
}

function isOpen(row: Film, field: string): boolean {
  if (row.editedFields.includes(field) || (field === 'state' && row.state === 'rejected')) return false;
  return !isTold(field) || isEmpty(row[field]);
}

function isTold(field: string): field is (typeof TOLD_FIELDS)[number] {
  return (TOLD_FIELDS as readonly string[]).includes(field);
}

function toKnownFilm(row: Record<string, unknown>): KnownFilmRow {
  const facts = typeof row.tmdbDetails === 'string' ? readFilmFacts(JSON.parse(row.tmdbDetails)) : null;
  const editedFields = String(row.editedFields);
  return {
    id: Number(row.id),
    identityKey: String(row.identityKey),
    state: row.state as Film['state'],
    title: String(row.title),
    originalTitle: String(row.originalTitle),
    year: numberOrNull(row.year),
    durationSeconds: numberOrNull(row.durationSeconds),
    isAdult: Number(row.isAdult) === 1,
    views: Number(row.views),
    editedFields: editedFields === '' ? [] : editedFields.split(','),
    told: typeof row.told === 'string' ? (JSON.parse(row.told) as KnownFilmRow['told']) : {},
    empty: TOLD_FIELDS.filter((field) => isEmpty(row[field])),
    tmdbId: numberOrNull(row.tmdbId),
    tmdbYear: facts?.year ?? null,
    tmdbMinutes: facts?.minutes ?? null,
  };
}

function numberOrNull(value: unknown): number | null {
  return value === null ? null : Number(value);
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
