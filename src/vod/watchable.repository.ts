import { Injectable } from '@nestjs/common';
import { In, IsNull, MoreThan } from 'typeorm';
import { Database, touch } from '../platform/database/database.js';
import { Episode } from './episode.entity.js';
import { FilmAiring } from './film-airing.entity.js';
import { Film } from './film.entity.js';
import { Series } from './series.entity.js';
import { isSure, SURE } from './merged-films.js';
import { VodWay, type WayOrigin } from './vod-way.entity.js';

/** A film or an episode, and where it can be watched. */
export interface Watchable {
  id: number;
  title: string;
  /** The best first. */
  ways: WatchableWay[];
  /** On now or to come, the earliest first. Epoch seconds. */
  airings: { channelId: number; start: number; stop: number }[];
}

export type WatchableWay = Pick<
  VodWay,
  | 'id'
  | 'origin'
  | 'listSourceId'
  | 'categoryId'
  | 'locator'
  | 'container'
  | 'userAgent'
  | 'headers'
  | 'allowPrivate'
>;

/** Nobody waits for the twentieth repeat. */
const MAX_AIRINGS = 20;
const MAX_WAYS = 50;
const SEEN = { state: 'film', isHidden: false } as const;
const PLAYABLE: readonly WayOrigin[] = ['list', 'rutube'];

/** What playback asks of films and episodes. */
@Injectable()
export class WatchableRepository {
  constructor(private readonly database: Database) {}

  /** One that was merged into another is that one. null = there is none that viewers may see. */
  async film(asked: number, nowSeconds: number): Promise<Watchable | null> {
    const film = await this.standingFilm(asked);
    if (!film) return null;
    const { id } = film;
    const airings = await this.database.read.find(FilmAiring, {
      where: { filmId: id, stop: MoreThan(nowSeconds) },
      order: { start: 'ASC' },
      take: MAX_AIRINGS,
    });
    return { id, title: film.title, ways: await this.ways({ filmId: id }), airings };
  }

  /** null = there is none that viewers may see. */
  async episode(id: number): Promise<Watchable | null> {
    const episode = await this.database.read.findOneBy(Episode, { id });
    const series =
      episode && (await this.database.read.findOneBy(Series, { id: episode.seriesId, isHidden: false }));
    if (!series) return null;
    const ways = await this.ways({ episodeId: id });
    for (const way of ways) way.categoryId ??= series.categoryId;
    return { id, title: series.title, ways, airings: [] };
  }

  /** Nobody is led there any more, until its origin offers it anew. */
  async retireWay(id: number, nowSeconds: number): Promise<void> {
    await this.database.write('retire way', async (manager) => {
      const { affected } = await manager.update(
        VodWay,
        { id, retiredAt: IsNull() },
        { retiredAt: nowSeconds },
      );
      if (affected !== 0) await touch(manager, 'films');
    });
  }

  private async standingFilm(id: number): Promise<Film | null> {
    const { read } = this.database;
    const film = await read.findOneBy(Film, { id, ...SEEN });
    if (!film || film.retiredAt === null || film.tmdbId === null || !isSure(film)) return film;
    const standing = await read.findOne(Film, {
      where: { tmdbId: film.tmdbId, tmdbStatus: In(SURE), retiredAt: IsNull(), ...SEEN },
      order: { id: 'ASC' },
    });
    return standing ?? film;
  }

  private ways(owner: { filmId: number } | { episodeId: number }): Promise<VodWay[]> {
    return this.database.read.find(VodWay, {
      where: { ...owner, origin: In(PLAYABLE), isEnabled: true, retiredAt: IsNull() },
      order: { priority: 'ASC', id: 'ASC' },
      take: MAX_WAYS,
    });
  }
}
