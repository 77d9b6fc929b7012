import { dayOf } from '../../core/guide/page.js';
import type { Clock } from '../../platform/clock.js';
import type { BulkConnection, BulkRow, BulkValue } from '../../platform/database/bulk-connection.js';
import { inJsonList } from '../../platform/database/dialect.js';
import type { FilmAiring } from '../film-airing.entity.js';
import type { FilmDecision } from '../film-decision.entity.js';
import type { Film } from '../film.entity.js';
import {
  KNOWN_FILMS,
  KNOWN_FILMS_SLICE,
  toKnownFilm,
  type KnownFilmRow,
  type NewFilm,
} from '../filing/known-film.js';
import { settleFilms } from '../filing/settle-films.js';
import { isOpen } from '../filing/told-fields.js';

export type NewAiring = Omit<FilmAiring, 'id' | 'film' | 'channel'>;

const FILMS_PER_WRITE = 40;
/** Some milliseconds. */
const AIRINGS_PER_WRITE = 128;
const PRUNED_PER_WRITE = 256;

const FILM_COLUMNS: Record<keyof NewFilm, string> = {
  identityKey: 'identity_key',
  state: 'state',
  title: 'title',
  originalTitle: 'original_title',
  year: 'year',
  durationSeconds: 'duration_seconds',
  description: 'description',
  genres: 'genres',
  rating: 'rating',
  ageLimit: 'age_limit',
  isAdult: 'is_adult',
  guidePicture: 'guide_picture',
  posterUrl: 'poster_url',
  backdropUrl: 'backdrop_url',
  tmdbId: 'tmdb_id',
  tmdbStatus: 'tmdb_status',
  tmdbScore: 'tmdb_score',
  tmdbReasons: 'tmdb_reasons',
  tmdbDetails: 'tmdb_details',
  tmdbCheckedAt: 'tmdb_checked_at',
  views: 'views',
  isHidden: 'is_hidden',
  editedFields: 'edited_fields',
  addedAt: 'added_at',
  updatedAt: 'updated_at',
  retiredAt: 'retired_at',
};
const FILM_FIELDS = Object.keys(FILM_COLUMNS) as (keyof NewFilm)[];
const AIRING_COLUMNS = ['film_id', 'channel_id', 'start', 'stop', 'title', 'details'];

const PAGES = `
  SELECT page.data AS data FROM guide_pages page
  JOIN guide_channels channel ON channel.id = page.guide_channel_id
  JOIN guide_sources source ON source.id = channel.guide_source_id AND source.generation = page.generation
  WHERE page.guide_channel_id = $1 AND page.day <= $2 AND page.first_start < $3 AND page.last_stop > $4
  ORDER BY page.day`;

/**
 * What the worker of a search reads and writes. Every write is one short transaction, after which it rests for as long
 * as that took: on SQLite everybody else who writes waits meanwhile.
 */
export class FindingStore {
  constructor(
    private readonly connection: BulkConnection,
    private readonly clock: Pick<Clock, 'monotonic' | 'sleep'>,
    /** Hears that a write is done. */
    private readonly onWrite: () => void,
  ) {}

  /** Pages of a guide channel that touch the window, in the order of the days. Epoch seconds. */
  async pages(guideChannelId: number, from: number, to: number): Promise<Uint8Array[]> {
    const rows = await this.connection.all(PAGES, [guideChannelId, dayOf(to), to, from]);
    return rows.map(({ data }) => data as Uint8Array);
  }

  async decisions(): Promise<Map<string, Pick<FilmDecision, 'kind' | 'tmdbId'>>> {
    const rows = await this.connection.all('SELECT identity_key, kind, tmdb_id FROM film_decisions');
    return new Map(
      rows.map(({ identity_key: key, kind, tmdb_id: tmdbId }) => [
        String(key),
        { kind: kind as FilmDecision['kind'], tmdbId: tmdbId as number | null },
      ]),
    );
  }

  /** All films in the order of their ids, rejected and retired ones too: they keep their ids. */
  async *films(): AsyncGenerator<KnownFilmRow> {
    for (let last = 0; ;) {
      const rows = await this.connection.all(KNOWN_FILMS, [last]);
      yield* rows.map(toKnownFilm);
      if (rows.length < KNOWN_FILMS_SLICE) return;
      last = Number(rows.at(-1)?.id);
    }
  }

  /** Ids by identity. A film that another process added meanwhile is the same film. */
  async addFilms(films: readonly NewFilm[]): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const columns = FILM_FIELDS.map((field) => FILM_COLUMNS[field]);
    for (let at = 0; at < films.length; at += FILMS_PER_WRITE) {
      const slice = films.slice(at, at + FILMS_PER_WRITE);
      const rows = slice.map((film) => FILM_FIELDS.map((field) => storedField(film, field)));
      const keys = JSON.stringify(slice.map(({ identityKey }) => identityKey));
      const found = await this.write(async () => {
        await this.connection.insert('films', columns, rows, { skipsKnown: true });
        const among = inJsonList(this.connection.dialect, '$1', 'text');
        return this.connection.all(`SELECT id, identity_key AS key FROM films WHERE identity_key ${among}`, [
          keys,
        ]);
      });
      for (const { id, key } of found) ids.set(String(key), Number(id));
    }
    return ids;
  }

  /** What a person set or somebody else filled since the films were read stays. */
  async updateFilms(changes: ReadonlyMap<number, Partial<Film>>): Promise<void> {
    const all = [...changes];
    for (let at = 0; at < all.length; at += FILMS_PER_WRITE) {
      const slice = new Map(all.slice(at, at + FILMS_PER_WRITE));
      await this.write(async () => {
        for (const row of await this.filmsForUpdate([...slice.keys()])) {
          const film = toOpenFilm(row);
          const wanted = Object.entries(slice.get(Number(row.id)) ?? {}).filter(([field]) =>
            isOpen(film, field),
          );
          await this.updateFilm(Number(row.id), Object.fromEntries(wanted));
        }
      });
    }
  }

  /**
   * Makes these the airings of the channel from `from` (epoch seconds) on, in slices: whoever reads meanwhile may miss
   * some. Returns whether anything changed.
   */
  async replaceAirings(channelId: number, from: number, wanted: readonly NewAiring[]): Promise<boolean> {
    const known = await this.connection.all(
      'SELECT id, film_id, start, stop, title, details FROM film_airings WHERE channel_id = $1 AND start >= $2',
      [channelId, from],
    );
    const missing = new Map(wanted.map((airing) => [airing.start, rowOf(airing)]));
    const gone: number[] = [];
    for (const row of known) {
      const start = Number(row.start);
      if (isSame(row, missing.get(start))) missing.delete(start);
      else gone.push(Number(row.id));
    }
    // First what goes: something else may come at the same time.
    await this.removeAirings(gone);
    const added = [...missing.values()];
    for (let at = 0; at < added.length; at += AIRINGS_PER_WRITE) {
      const rows = added.slice(at, at + AIRINGS_PER_WRITE);
      await this.write(() =>
        this.connection.insert('film_airings', AIRING_COLUMNS, rows, { skipsKnown: true }),
      );
    }
    return gone.length + added.length > 0;
  }

  /** Channels that have airings from `from` on. */
  async channelsWithAirings(from: number): Promise<number[]> {
    const rows = await this.connection.all(
      'SELECT DISTINCT channel_id AS id FROM film_airings WHERE start >= $1',
      [from],
    );
    return rows.map(({ id }) => Number(id));
  }

  /** Airings that ended before this, in epoch seconds. */
  async prune(before: number): Promise<number> {
    for (let pruned = 0; ;) {
      const rows = await this.connection.all(
        `SELECT id FROM film_airings WHERE stop < $1 LIMIT ${PRUNED_PER_WRITE}`,
        [before],
      );
      if (rows.length === 0) return pruned;
      await this.removeAirings(rows.map(({ id }) => Number(id)));
      pruned += rows.length;
    }
  }

  /** See `settleFilms`. */
  settle(nowSeconds: number): Promise<boolean> {
    const { connection } = this;
    const store = {
      dialect: connection.dialect,
      read: ({ sql, parameters }: Statement) => connection.all(sql, parameters),
      write: (statements: readonly Statement[]) =>
        this.write(async () => {
          for (const { sql, parameters } of statements) await connection.run(sql, parameters);
        }),
    };
    return settleFilms(store, nowSeconds);
  }

  private async removeAirings(ids: readonly number[]): Promise<void> {
    const among = inJsonList(this.connection.dialect, '$1', 'integer');
    for (let at = 0; at < ids.length; at += AIRINGS_PER_WRITE) {
      const slice = JSON.stringify(ids.slice(at, at + AIRINGS_PER_WRITE));
      await this.write(() => this.connection.run(`DELETE FROM film_airings WHERE id ${among}`, [slice]));
    }
  }

  /** In the order of their ids, locked on PostgreSQL; on SQLite nobody else writes meanwhile. */
  private filmsForUpdate(ids: readonly number[]): Promise<BulkRow[]> {
    const { dialect } = this.connection;
    return this.connection.all(
      `SELECT id, state, edited_fields, original_title, year, duration_seconds, description, genres, rating, age_limit,
         guide_picture FROM films WHERE id ${inJsonList(dialect, '$1', 'integer')} ORDER BY id
         ${dialect === 'postgres' ? 'FOR UPDATE' : ''}`,
      [JSON.stringify(ids)],
    );
  }

  private async updateFilm(id: number, fields: Partial<NewFilm>): Promise<void> {
    const set = FILM_FIELDS.filter((field) => field in fields);
    if (set.length === 0) return;
    const settings = set.map((field, at) => `${FILM_COLUMNS[field]} = $${at + 1}`).join(', ');
    const values = set.map((field) => storedField(fields, field));
    await this.connection.run(`UPDATE films SET ${settings} WHERE id = $${set.length + 1}`, [...values, id]);
  }

  private async write<T>(work: () => Promise<T>): Promise<T> {
    const startedAt = this.clock.monotonic();
    const result = await this.connection.transaction(work);
    this.onWrite();
    await this.clock.sleep(this.clock.monotonic() - startedAt);
    return result;
  }
}

interface Statement {
  sql: string;
  parameters: readonly (string | number)[];
}

/** As the entities store it. PostgreSQL reads 1 and 0 as truth, too. */
function storedField(film: Partial<NewFilm>, field: keyof NewFilm): BulkValue {
  const value = film[field];
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  return field === 'editedFields' ? (film.editedFields ?? []).join(',') : JSON.stringify(value);
}

function toOpenFilm(row: BulkRow): Parameters<typeof isOpen>[0] {
  const editedFields = String(row.edited_fields);
  return {
    state: row.state as Film['state'],
    editedFields: editedFields === '' ? [] : editedFields.split(','),
    originalTitle: String(row.original_title),
    year: row.year as number | null,
    durationSeconds: row.duration_seconds as number | null,
    description: String(row.description),
    genres: JSON.parse(String(row.genres)) as string[],
    rating: row.rating as number | null,
    ageLimit: row.age_limit as number | null,
    guidePicture: String(row.guide_picture),
  };
}

/** In the order of `AIRING_COLUMNS`. */
function rowOf({ filmId, channelId, start, stop, title, details }: NewAiring): BulkValue[] {
  return [filmId, channelId, start, stop, title, JSON.stringify(details)];
}

function isSame(row: BulkRow, wanted: readonly BulkValue[] | undefined): boolean {
  if (wanted === undefined) return false;
  const [filmId, , , stop, title, details] = wanted;
  return (
    Number(row.film_id) === filmId &&
    Number(row.stop) === stop &&
    row.title === title &&
    row.details === details
  );
}
