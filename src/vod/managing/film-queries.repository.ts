import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan, type SelectQueryBuilder } from 'typeorm';
import { Channel } from '../../channels/channel.entity.js';
import { Database } from '../../platform/database/database.js';
import type { ScheduledSource } from '../../platform/overview/scheduled-sources.js';
import { textContains } from '../../platform/database/text-search.js';
import { nextTurn } from '../../platform/turns.js';
import { Episode } from '../episode.entity.js';
import { FilmAiring } from '../film-airing.entity.js';
import { FilmDecision } from '../film-decision.entity.js';
import { FilmSource } from '../film-source.entity.js';
import { Film, type FilmState, type TmdbStatus } from '../film.entity.js';
import { Series } from '../series.entity.js';
import { VodWay, type WayOrigin } from '../vod-way.entity.js';

export const FILM_STATES = ['film', 'candidate', 'rejected'] as const satisfies readonly FilmState[];
export const TMDB_STATES = [
  'pending',
  'match',
  'ambiguous',
  'none',
  'manual',
] as const satisfies readonly TmdbStatus[];
/** `guide`: it has airings; the others: it has a way from there. */
export const FILM_ORIGINS = ['guide', 'list', 'rutube', 'archive'] as const satisfies readonly (
  'guide' | WayOrigin
)[];
export const FILM_SORTS = ['title', 'added', 'updated', 'score'] as const;

export interface FilmsFilter {
  /** Part of a title; a number also finds the film of that id or TMDB id. */
  search?: string;
  state?: FilmState;
  tmdbStatus?: TmdbStatus;
  origin?: (typeof FILM_ORIGINS)[number];
  isHidden?: boolean;
  /** Retired ones (nobody shows them any more) instead of living ones. */
  isRetired?: boolean;
}

export interface FilmsQuery extends FilmsFilter {
  sort: (typeof FILM_SORTS)[number];
  descending: boolean;
  page: number;
  perPage: number;
}

export interface FilmAiringRow {
  channelId: number;
  channelName: string;
  /** Epoch seconds. */
  start: number;
  stop: number;
  title: string;
  details: Record<string, unknown>;
}

/** Where a film is found. */
export interface FilmPlaces {
  airings: FilmAiringRow[];
  /** Retired and disabled ones too. */
  ways: VodWay[];
}

export interface SeriesQuery {
  search?: string;
  isHidden?: boolean;
  page: number;
  perPage: number;
}

const MAX_AIRINGS = 100;
const MAX_WAYS = 100;
const MAX_EPISODES = 5_000;
const SLICE = 200;
const SORT_COLUMNS = { added: 'film.addedAt', updated: 'film.updatedAt', score: 'film.tmdbScore' } as const;

/** Films and series as operators see them: candidates, rejected, hidden and retired ones too. */
@Injectable()
export class FilmQueriesRepository {
  constructor(private readonly database: Database) {}

  async page(query: FilmsQuery): Promise<{ items: Film[]; total: number }> {
    const builder = this.matching(query);
    const total = await builder.getCount();
    await nextTurn();
    const direction = query.descending ? 'DESC' : 'ASC';
    if (query.sort === 'title') builder.addSelect('LOWER(film.title)', 'folded').orderBy('folded', direction);
    else builder.orderBy(SORT_COLUMNS[query.sort], direction);
    const items = await builder
      .addOrderBy('film.id', 'ASC')
      .offset((query.page - 1) * query.perPage)
      .limit(query.perPage)
      .getMany();
    return { items, total };
  }

  /** All that fit, in the order of their ids, some at a time. */
  async *slices(filter: FilmsFilter): AsyncGenerator<Film[]> {
    for (let last = 0; ; await nextTurn()) {
      const rows = await this.matching(filter)
        .andWhere('film.id > :last', { last })
        .orderBy('film.id', 'ASC')
        .limit(SLICE)
        .getMany();
      if (rows.length > 0) yield rows;
      if (rows.length < SLICE) return;
      last = rows.at(-1)?.id ?? 0;
    }
  }

  film(id: number): Promise<Film | null> {
    return this.database.read.findOneBy(Film, { id });
  }

  /** Films that can be watched, by their ids at TMDB. */
  async byTmdbIds(tmdbIds: readonly number[]): Promise<Map<number, number>> {
    const rows = await this.database.read.find(Film, {
      select: { id: true, tmdbId: true },
      where: { tmdbId: In([...tmdbIds]), state: 'film', isHidden: false, retiredAt: IsNull() },
      order: { id: 'DESC' },
    });
    return new Map(rows.flatMap(({ id, tmdbId }) => (tmdbId === null ? [] : [[tmdbId, id] as const])));
  }

  decision(identityKey: string): Promise<FilmDecision | null> {
    return this.database.read.findOneBy(FilmDecision, { identityKey });
  }

  /** By film. Airings that end after `now` (epoch seconds), the earliest first, up to a hundred each. */
  async places(filmIds: readonly number[], now: number): Promise<Map<number, FilmPlaces>> {
    const places = new Map<number, FilmPlaces>(filmIds.map((id) => [id, { airings: [], ways: [] }]));
    if (filmIds.length === 0) return places;
    const airings = await this.database.read.find(FilmAiring, {
      where: { filmId: In([...filmIds]), stop: MoreThan(now) },
      order: { start: 'ASC', id: 'ASC' },
    });
    const names = await this.channelNames(airings.map(({ channelId }) => channelId));
    for (const { filmId, channelId, start, stop, title, details } of airings) {
      const list = places.get(filmId)?.airings;
      const channelName = names.get(channelId);
      if (!list || channelName === undefined || list.length >= MAX_AIRINGS) continue;
      list.push({ channelId, channelName, start, stop, title, details });
    }
    const ways = await this.database.read.find(VodWay, {
      where: { filmId: In([...filmIds]) },
      order: { priority: 'ASC', id: 'ASC' },
    });
    for (const way of ways) {
      const list = way.filmId === null ? undefined : places.get(way.filmId)?.ways;
      if (list && list.length < MAX_WAYS) list.push(way);
    }
    return places;
  }

  async seriesPage({
    search,
    isHidden,
    page,
    perPage,
  }: SeriesQuery): Promise<{ items: Series[]; total: number }> {
    const builder = this.database.read.createQueryBuilder(Series, 'series').where('series.retiredAt IS NULL');
    if (isHidden !== undefined) builder.andWhere('series.isHidden = :isHidden', { isHidden });
    if (search !== undefined && search !== '') {
      const { sql, parameters } = textContains(this.database.dialect, ['series.title'], search);
      builder.andWhere(sql, parameters);
    }
    const total = await builder.getCount();
    const items = await builder
      .addSelect('LOWER(series.title)', 'folded')
      .orderBy('folded', 'ASC')
      .addOrderBy('series.id', 'ASC')
      .offset((page - 1) * perPage)
      .limit(perPage)
      .getMany();
    return { items, total };
  }

  series(id: number): Promise<Series | null> {
    return this.database.read.findOneBy(Series, { id });
  }

  /** In the order in which they are watched. */
  episodes(seriesId: number): Promise<Episode[]> {
    return this.database.read.find(Episode, {
      where: { seriesId, retiredAt: IsNull() },
      order: { season: 'ASC', number: 'ASC' },
      take: MAX_EPISODES,
    });
  }

  /** Living films by state and by what TMDB says, and other things there are. */
  async counts(): Promise<Record<string, Record<string, number>>> {
    const { read } = this.database;
    const living = { retiredAt: IsNull() };
    return {
      films: await this.countBy('films', 'state'),
      filmsAtTmdb: await this.countBy('films', 'tmdb_status'),
      ways: await this.countBy('vod_ways', 'origin'),
      filmLibrary: {
        hidden: await read.countBy(Film, { ...living, isHidden: true }),
        airings: await read.count(FilmAiring),
        series: await read.countBy(Series, living),
        episodes: await read.countBy(Episode, living),
      },
    };
  }

  /** Feeds of films. */
  async feeds(): Promise<ScheduledSource[]> {
    const rows = await this.database.read.find(FilmSource, { order: { id: 'ASC' } });
    return rows.map(({ id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt, lastReport }) => ({
      ...{ id, name, url, isEnabled, lastRunAt, lastSuccessAt, nextRunAt },
      reason: reasonIn(lastReport),
    }));
  }

  private async countBy(table: 'films' | 'vod_ways', column: string): Promise<Record<string, number>> {
    const rows: { value: string; count: string | number }[] = await this.database.read.query(
      `SELECT ${column} AS value, count(*) AS count FROM ${table} WHERE retired_at IS NULL GROUP BY ${column}`,
    );
    return Object.fromEntries(rows.map(({ value, count }) => [value, Number(count)]));
  }

  private async channelNames(ids: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.database.read.find(Channel, {
      select: { id: true, name: true },
      where: { id: In([...new Set(ids)]) },
    });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  private matching(filter: FilmsFilter): SelectQueryBuilder<Film> {
    const { search, state, tmdbStatus, origin, isHidden, isRetired } = filter;
    const builder = this.database.read.createQueryBuilder(Film, 'film').where('1 = 1');
    if (isRetired !== undefined) builder.andWhere(`film.retiredAt IS ${isRetired ? 'NOT NULL' : 'NULL'}`);
    if (search !== undefined && search !== '') this.matchText(builder, search);
    if (state !== undefined) builder.andWhere('film.state = :state', { state });
    if (tmdbStatus !== undefined) builder.andWhere('film.tmdbStatus = :tmdbStatus', { tmdbStatus });
    if (isHidden !== undefined) builder.andWhere('film.isHidden = :isHidden', { isHidden });
    if (origin === 'guide') {
      builder.andWhere('EXISTS (SELECT 1 FROM film_airings AS a WHERE a.film_id = film.id)');
    } else if (origin !== undefined) {
      builder.andWhere(
        'EXISTS (SELECT 1 FROM vod_ways AS w WHERE w.film_id = film.id AND w.retired_at IS NULL AND w.origin = :origin)',
        { origin },
      );
    }
    return builder;
  }

  private matchText(builder: SelectQueryBuilder<Film>, search: string): void {
    const columns = ['film.title', 'film.originalTitle'];
    const { sql, parameters } = textContains(this.database.dialect, columns, search);
    const number = /^\d{1,9}$/.test(search) ? Number(search) : null;
    const byNumber = number === null ? '' : ' OR film.id = :number OR film.tmdbId = :number';
    builder.andWhere(`(${sql}${byNumber})`, { ...parameters, ...(number === null ? {} : { number }) });
  }
}

/** Why a feed could not be read, as far as its report says. */
function reasonIn(report: unknown): string | null {
  if (typeof report !== 'object' || report === null || !('reason' in report)) return null;
  return typeof report.reason === 'string' && report.reason !== '' ? report.reason : null;
}
