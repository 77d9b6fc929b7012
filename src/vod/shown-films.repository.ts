import { Injectable } from '@nestjs/common';
import { In, type EntityTarget, type ObjectLiteral, type SelectQueryBuilder } from 'typeorm';
import { jsonColumn } from '../platform/database/columns.js';
import { Database } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';
import { Episode } from './episode.entity.js';
import { FilmAiring } from './film-airing.entity.js';
import { Film } from './film.entity.js';
import { mergedAmong, type MergedFilm, type MergeTraits } from './merged-films.js';
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

/** A film as viewers may be told of it. */
export interface ShownFilm extends Pick<
  Film,
  | 'id'
  | 'title'
  | 'originalTitle'
  | 'year'
  | 'durationSeconds'
  | 'description'
  | 'rating'
  | 'ageLimit'
  | 'isAdult'
  | 'guidePicture'
  | 'posterUrl'
  | 'backdropUrl'
  | 'tmdbId'
  | 'views'
  | 'addedAt'
  | 'updatedAt'
> {
  genres: readonly string[];
  /** Names of the fields that a person set, as stored: joined by commas. */
  editedFields: string;
  /** What TMDB says of it, as stored: JSON, or null. */
  tmdbDetails: string | null;
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
const READ_SLICE = 250;
/** Of rows that are small and plain. */
const AIRINGS_SLICE = 500;
const GENRES = jsonColumn([]);
const MERGE_TRAITS = {
  ...{ id: true, tmdbId: true, tmdbStatus: true },
  ...{ state: true, isHidden: true, retiredAt: true },
} as const satisfies Record<keyof MergeTraits, true>;
const FILM_COLUMNS = [
  ...[
    'id',
    'title',
    'originalTitle',
    'year',
    'durationSeconds',
    'description',
    'genres',
    'rating',
    'ageLimit',
  ],
  ...['isAdult', 'guidePicture', 'posterUrl', 'backdropUrl', 'tmdbId', 'tmdbDetails', 'views', 'addedAt'],
  ...['updatedAt', 'editedFields'],
];

/** Films and series that viewers may be told of: neither hidden nor rejected nor retired. Read in slices. */
@Injectable()
export class ShownFilmsRepository {
  constructor(private readonly database: Database) {}

  /** As plain rows: entities of them all would be a thousand times a second's work. */
  async *films(): AsyncGenerator<ShownFilm[]> {
    for (let last = 0; ; await nextTurn()) {
      const query = this.database.read.createQueryBuilder(Film, 'row').select([]);
      for (const column of FILM_COLUMNS) query.addSelect(`row.${column}`, column);
      const rows: Record<string, unknown>[] = await query
        .where(`row.id > :last AND row.state = 'film' AND row.is_hidden = :no AND row.retired_at IS NULL`)
        .setParameters({ last, no: false })
        .orderBy('row.id', 'ASC')
        .limit(READ_SLICE)
        .getRawMany();
      yield rows.map(toFilm);
      if (rows.length < READ_SLICE) return;
      last = Number(rows.at(-1)?.['id']);
    }
  }

  /** Films that retired because another one stands for them: their ids stay good. */
  async *merged(): AsyncGenerator<MergedFilm[]> {
    for (let last = 0; ; await nextTurn()) {
      const numbers: { tmdbId: number | string }[] = await this.database.read
        .createQueryBuilder(Film, 'row')
        .select('row.tmdbId', 'tmdbId')
        .where('row.tmdbId > :last', { last })
        .groupBy('row.tmdbId')
        .having('COUNT(*) > 1')
        .orderBy('row.tmdbId', 'ASC')
        .limit(READ_SLICE)
        .getRawMany();
      const tmdbIds = numbers.map(({ tmdbId }) => Number(tmdbId));
      const films = await this.database.read.find(Film, {
        select: MERGE_TRAITS,
        where: { tmdbId: In(tmdbIds) },
      });
      yield mergedAmong(films);
      if (tmdbIds.length < READ_SLICE) return;
      last = tmdbIds.at(-1) ?? last;
    }
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
        .limit(AIRINGS_SLICE)
        .getRawMany();
      yield rows.map(toAiring);
      if (rows.length < AIRINGS_SLICE) return;
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

/** PostgreSQL hands bigint out as text, SQLite booleans as numbers. */
function toFilm(row: Record<string, unknown>): ShownFilm {
  const text = (name: string): string => String(row[name]);
  const numeric = (name: string): number | null => (row[name] === null ? null : Number(row[name]));
  // One literal: spread into each other, the objects take several times the memory and time.
  return {
    id: Number(row['id']),
    title: text('title'),
    originalTitle: text('originalTitle'),
    year: numeric('year'),
    durationSeconds: numeric('durationSeconds'),
    rating: numeric('rating'),
    description: text('description'),
    guidePicture: text('guidePicture'),
    posterUrl: text('posterUrl'),
    backdropUrl: text('backdropUrl'),
    tmdbId: numeric('tmdbId'),
    ageLimit: numeric('ageLimit'),
    genres: GENRES.from(row['genres']) as string[],
    isAdult: Boolean(row['isAdult']),
    editedFields: text('editedFields'),
    tmdbDetails: row['tmdbDetails'] === null ? null : text('tmdbDetails'),
    views: Number(row['views']),
    addedAt: Number(row['addedAt']),
    updatedAt: Number(row['updatedAt']),
  };
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
