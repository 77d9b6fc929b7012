import { inJsonList, type Dialect } from '../../platform/database/dialect.js';
import { nextTurn } from '../../platform/turns.js';

export interface SettleStatement {
  /** Parameters numbered $1, $2, …, each used once. */
  sql: string;
  parameters: readonly (string | number)[];
}

/** How settling reads and writes: over the connections of the server, or over that of a thread. */
export interface SettleStore {
  readonly dialect: Dialect;
  read(statement: SettleStatement): Promise<readonly object[]>;
  /** In one short transaction. */
  write(statements: readonly SettleStatement[]): Promise<void>;
}

interface SettleRow {
  id: number;
  living: number;
  watchable: number;
}

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

/** Films, series and episodes nobody can watch any more retire; those that can be watched again return. */
export async function settleFilms(store: SettleStore, nowSeconds: number): Promise<boolean> {
  let isChanged = false;
  for (const { table, watchable } of RETIRING) {
    for (let last = 0, isMore = true; isMore; await nextTurn()) {
      const rows = (await store.read({
        sql:
          `SELECT id, CASE WHEN retired_at IS NULL THEN 1 ELSE 0 END AS living, ` +
          `CASE WHEN ${watchable} THEN 1 ELSE 0 END AS watchable FROM ${table} WHERE id > $1 ` +
          `ORDER BY id LIMIT ${SETTLE_SLICE}`,
        parameters: [last],
      })) as readonly SettleRow[];
      isMore = rows.length === SETTLE_SLICE;
      last = rows.at(-1)?.id ?? last;
      const wrong = rows.filter(({ living, watchable: can }) => living !== can);
      if (wrong.length === 0) continue;
      isChanged = true;
      const ids = JSON.stringify(wrong.map(({ id }) => id));
      const among = (mark: string): string => `id ${inJsonList(store.dialect, mark, 'integer')}`;
      await store.write([
        {
          sql:
            `UPDATE ${table} SET retired_at = $1 ` +
            `WHERE ${among('$2')} AND retired_at IS NULL AND NOT (${watchable})`,
          parameters: [nowSeconds, ids],
        },
        {
          sql:
            `UPDATE ${table} SET retired_at = NULL ` +
            `WHERE ${among('$1')} AND retired_at IS NOT NULL AND (${watchable})`,
          parameters: [ids],
        },
      ]);
      await nextTurn();
    }
  }
  return isChanged;
}
