import { Injectable } from '@nestjs/common';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { Episode } from './episode.entity.js';
import { FilmAiring } from './film-airing.entity.js';
import { Film } from './film.entity.js';
import { Series } from './series.entity.js';
import { VodWay, type WayOrigin } from './vod-way.entity.js';

/** Epoch seconds. */
export interface ShownAiring {
  id: number;
  filmId: number;
  channelId: number;
  start: number;
  stop: number;
  title: string;
}

/** A way to watch, without its address: that is nobody's business but playback's. */
export interface ShownWay {
  id: number;
  filmId: number | null;
  episodeId: number | null;
  origin: WayOrigin;
  categoryId: number | null;
  label: string;
  container: string;
  durationSeconds: number | null;
  pictureUrl: string;
  priority: number;
}

/** Rows per read; some milliseconds. */
const READ_SLICE = 500;

/** Films and series that viewers may be told of: neither hidden nor rejected nor retired. Read in slices. */
@Injectable()
export class ShownFilmsRepository {
  constructor(private readonly database: Database) {}

  films(): AsyncGenerator<Film[]> {
    return this.slices(Film, (query) =>
      query.andWhere(`row.state = 'film' AND row.is_hidden = :no AND row.retired_at IS NULL`, { no: false }),
    );
  }

  /** Those that end later than this, in epoch seconds. */
  async *airings(after: number): AsyncGenerator<ShownAiring[]> {
    for (let last = 0; ; await nextTurn()) {
      const rows: Record<keyof ShownAiring, unknown>[] = await this.database.read
        .createQueryBuilder(FilmAiring, 'row')
        .select('row.id', 'id')
        .addSelect('row.film_id', 'filmId')
        .addSelect('row.channel_id', 'channelId')
        .addSelect('row.start', 'start')
        .addSelect('row.stop', 'stop')
        .addSelect('row.title', 'title')
        .where('row.id > :last AND row.stop > :after', { last, after })
        .orderBy('row.id', 'ASC')
        .limit(READ_SLICE)
        .getRawMany();
      yield rows.map(toAiring);
      if (rows.length < READ_SLICE) return;
      last = Number(rows.at(-1)?.id);
    }
  }

  async *ways(): AsyncGenerator<ShownWay[]> {
    const slices = this.slices(VodWay, (query) =>
      query.andWhere('row.is_enabled = :yes AND row.retired_at IS NULL', { yes: true }),
    );
    for await (const rows of slices) yield rows.map(toWay);
  }

  series(): AsyncGenerator<Series[]> {
    return this.slices(Series, (query) =>
      query.andWhere('row.is_hidden = :no AND row.retired_at IS NULL', { no: false }),
    );
  }

  episodes(): AsyncGenerator<Episode[]> {
    return this.slices(Episode, (query) => query.andWhere('row.retired_at IS NULL'));
  }

  private async *slices<T extends ObjectLiteral & { id: number }>(
    entity: EntityTarget<T>,
    narrow: (query: SelectQueryBuilder<T>) => SelectQueryBuilder<T>,
  ): AsyncGenerator<T[]> {
    for (let last = 0; ; await nextTurn()) {
      const query = this.database.read.createQueryBuilder(entity, 'row').where('row.id > :last', { last });
      const rows = await narrow(query).orderBy('row.id', 'ASC').limit(READ_SLICE).getMany();
      yield rows;
      if (rows.length < READ_SLICE) return;
      last = rows.at(-1)?.id ?? 0;
    }
  }
}

/** PostgreSQL hands bigint out as text. */
function toAiring(row: Record<keyof ShownAiring, unknown>): ShownAiring {
  return {
    id: Number(row.id),
    filmId: Number(row.filmId),
    channelId: Number(row.channelId),
    start: Number(row.start),
    stop: Number(row.stop),
    title: String(row.title),
  };
}

function toWay(way: VodWay): ShownWay {
  const { id, filmId, episodeId, origin, categoryId, label, container, durationSeconds, pictureUrl } = way;
  return {
    ...{ id, filmId, episodeId, origin, categoryId, label, container, durationSeconds, pictureUrl },
    priority: way.priority,
  };
}
