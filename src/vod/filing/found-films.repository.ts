import { Injectable } from '@nestjs/common';
import { BulkRows } from '../../platform/database/bulk-rows.js';
import { Database, touch, type Transaction } from '../../platform/database/database.js';
import { withMarksOf } from '../../platform/database/dialect.js';
import { nextTurn } from '../../platform/turns.js';
import { FilmDecision } from '../film-decision.entity.js';
import { Film } from '../film.entity.js';
import {
  KNOWN_FILMS,
  KNOWN_FILMS_SLICE,
  toKnownFilm,
  type KnownFilmRow,
  type NewFilm,
} from './known-film.js';
import { settleFilms, type SettleStore } from './settle-films.js';
import { isOpen } from './told-fields.js';

/** Films as those who file them read and write them: in slices, in short transactions. */
@Injectable()
export class FoundFilmsRepository {
  constructor(private readonly database: Database) {}

  /** All films in the order of their ids, rejected and retired ones too: they keep their ids. */
  async *films(): AsyncGenerator<KnownFilmRow> {
    const { dialect, read } = this.database;
    for (let last = 0; ; await nextTurn()) {
      const rows = await read.query<Record<string, unknown>[]>(withMarksOf(dialect, KNOWN_FILMS), [last]);
      yield* rows.map(toKnownFilm);
      if (rows.length < KNOWN_FILMS_SLICE) return;
      last = Number(rows.at(-1)?.id);
    }
  }

  async decisions(): Promise<Map<string, FilmDecision>> {
    const rows = await this.database.read.find(FilmDecision);
    return new Map(rows.map((row) => [row.identityKey, row]));
  }

  /** See `settleFilms`. */
  settle(nowSeconds: number): Promise<boolean> {
    const { database } = this;
    const { dialect } = database;
    const store: SettleStore = {
      dialect,
      read: ({ sql, parameters }) =>
        database.read.query<object[]>(withMarksOf(dialect, sql), [...parameters]),
      write: (statements) =>
        database.write('retire films', async (manager) => {
          for (const { sql, parameters } of statements) {
            await manager.query(withMarksOf(dialect, sql), [...parameters]);
          }
        }),
    };
    return settleFilms(store, nowSeconds);
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
