import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** Ids of these begin where the ranges of playable things do; see `core/util/ids`. */
const LAST_IDS = { films: 499_999_999, series: 999_999_999, episodes: 1_499_999_999 } as const;

/** Films and series, where they can be watched, what TMDB says of them, their pictures, and the work still to do. */
export class Films1764244800000 implements MigrationInterface {
  name = 'Films1764244800000';

  async up(runner: QueryRunner): Promise<void> {
    const dialect = runner.dataSource.options.type;
    const c = columnsFor(dialect);
    for (const table of tables(c)) await runner.createTable(new Table(table));
    for (const [table, last] of Object.entries(LAST_IDS)) {
      await runner.query(
        dialect === 'postgres'
          ? `SELECT setval(pg_get_serial_sequence('${table}', 'id'), ${last})`
          : `INSERT INTO sqlite_sequence (name, seq) VALUES ('${table}', ${last})`,
      );
    }
    await runner.query(`INSERT INTO revisions (name, value) VALUES ('films', 1)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM revisions WHERE name = 'films'`);
    const names = tables(columnsFor(runner.dataSource.options.type)).map(({ name }) => name);
    for (const name of names.reverse()) await runner.dropTable(name);
  }
}

function tables(c: Columns): TableOptions[] {
  return [
    films(c),
    airings(c),
    series(c),
    episodes(c),
    filmSources(c),
    ways(c),
    decisions(c),
    tmdbCache(c),
    images(c),
    imageSources(c),
    jobs(c),
  ];
}

function films(c: Columns): TableOptions {
  return {
    name: 'films',
    columns: [
      c.id(),
      c.uniqueText('identity_key'),
      c.text('state'),
      c.text('title'),
      c.text('original_title', ''),
      c.optionalInteger('year'),
      c.optionalInteger('duration_seconds'),
      c.text('description', ''),
      c.text('genres', '[]'),
      c.optionalFloat('rating'),
      c.optionalInteger('age_limit'),
      c.flag('is_adult', false),
      c.text('guide_picture', ''),
      c.text('poster_url', ''),
      c.text('backdrop_url', ''),
      c.optionalInteger('tmdb_id'),
      c.text('tmdb_status'),
      c.optionalFloat('tmdb_score'),
      c.text('tmdb_reasons', '[]'),
      c.optionalText('tmdb_details'),
      c.optionalTime('tmdb_checked_at'),
      c.integer('views', 0),
      c.flag('is_hidden', false),
      c.text('edited_fields', ''),
      c.time('added_at'),
      c.time('updated_at'),
      c.optionalTime('retired_at'),
    ],
    indices: [
      { name: 'films_tmdb', columnNames: ['tmdb_id'] },
      { name: 'films_state', columnNames: ['state', 'id'] },
    ],
  };
}

function airings(c: Columns): TableOptions {
  return {
    name: 'film_airings',
    columns: [
      c.id(),
      c.integer('film_id'),
      c.integer('channel_id'),
      c.time('start'),
      c.time('stop'),
      c.text('title'),
      c.text('details', '{}'),
    ],
    indices: [
      { name: 'film_airings_place', columnNames: ['channel_id', 'start'], isUnique: true },
      { name: 'film_airings_film', columnNames: ['film_id', 'start'] },
      { name: 'film_airings_stop', columnNames: ['stop'] },
    ],
    foreignKeys: [
      reference('film_airings_film_fk', 'film_id', 'films'),
      reference('film_airings_channel_fk', 'channel_id', 'channels'),
    ],
  };
}

function series(c: Columns): TableOptions {
  return {
    name: 'series',
    columns: [
      c.id(),
      c.uniqueText('identity_key'),
      c.text('title'),
      c.optionalInteger('year'),
      c.text('description', ''),
      c.text('genres', '[]'),
      c.optionalFloat('rating'),
      c.text('cover_url', ''),
      c.optionalInteger('category_id'),
      c.flag('is_adult', false),
      c.flag('is_hidden', false),
      c.text('edited_fields', ''),
      c.time('added_at'),
      c.time('updated_at'),
      c.optionalTime('retired_at'),
    ],
  };
}

function episodes(c: Columns): TableOptions {
  return {
    name: 'episodes',
    columns: [
      c.id(),
      c.integer('series_id'),
      c.integer('season'),
      c.integer('number'),
      c.text('title', ''),
      c.text('description', ''),
      c.optionalInteger('duration_seconds'),
      c.text('picture_url', ''),
      c.time('added_at'),
      c.optionalTime('retired_at'),
    ],
    indices: [{ name: 'episodes_place', columnNames: ['series_id', 'season', 'number'], isUnique: true }],
    foreignKeys: [reference('episodes_series_fk', 'series_id', 'series')],
  };
}

function filmSources(c: Columns): TableOptions {
  return {
    name: 'film_sources',
    columns: [
      c.id(),
      c.text('name'),
      c.text('kind'),
      c.text('url'),
      c.text('options', '{}'),
      c.flag('is_enabled', true),
      c.integer('interval_minutes'),
      c.optionalInteger('category_id'),
      c.integer('entry_count', 0),
      c.optionalText('last_report'),
      c.optionalTime('last_run_at'),
      c.optionalTime('last_success_at'),
      c.optionalTime('next_run_at'),
      c.time('created_at'),
    ],
  };
}

function ways(c: Columns): TableOptions {
  return {
    name: 'vod_ways',
    columns: [
      c.id(),
      c.optionalInteger('film_id'),
      c.optionalInteger('episode_id'),
      c.text('origin'),
      c.uniqueText('origin_key'),
      c.optionalInteger('list_source_id'),
      c.optionalInteger('film_source_id'),
      c.optionalInteger('category_id'),
      c.text('label', ''),
      c.text('locator'),
      c.text('container', ''),
      c.optionalText('user_agent'),
      c.text('headers', '{}'),
      c.flag('allow_private', false),
      c.optionalInteger('duration_seconds'),
      c.text('picture_url', ''),
      c.text('details', '{}'),
      c.integer('priority', 0),
      c.flag('is_enabled', true),
      c.time('added_at'),
      c.optionalTime('retired_at'),
    ],
    indices: [
      { name: 'vod_ways_film', columnNames: ['film_id'] },
      { name: 'vod_ways_episode', columnNames: ['episode_id'] },
      { name: 'vod_ways_list', columnNames: ['list_source_id'] },
      { name: 'vod_ways_source', columnNames: ['film_source_id'] },
    ],
    foreignKeys: [
      reference('vod_ways_film_fk', 'film_id', 'films'),
      reference('vod_ways_episode_fk', 'episode_id', 'episodes'),
      reference('vod_ways_source_fk', 'film_source_id', 'film_sources'),
    ],
  };
}

function decisions(c: Columns): TableOptions {
  return {
    name: 'film_decisions',
    columns: [
      c.id(),
      c.uniqueText('identity_key'),
      c.text('kind'),
      c.optionalInteger('tmdb_id'),
      c.time('decided_at'),
    ],
  };
}

function tmdbCache(c: Columns): TableOptions {
  return {
    name: 'tmdb_cache',
    columns: [
      { ...c.text('key'), isPrimary: true },
      c.integer('status'),
      c.text('body'),
      c.time('fetched_at'),
      c.time('expires_at'),
    ],
    indices: [{ name: 'tmdb_cache_expiry', columnNames: ['expires_at'] }],
  };
}

function images(c: Columns): TableOptions {
  return {
    name: 'images',
    columns: [
      { ...c.text('hash'), isPrimary: true },
      c.integer('width'),
      c.integer('height'),
      c.text('widths', '[]'),
      c.text('fallback'),
      c.integer('bytes'),
      c.time('added_at'),
      c.time('used_at'),
    ],
    indices: [{ name: 'images_used', columnNames: ['used_at'] }],
  };
}

function imageSources(c: Columns): TableOptions {
  return {
    name: 'image_sources',
    columns: [
      { ...c.text('url_hash'), isPrimary: true },
      c.text('url'),
      c.optionalText('image_hash'),
      c.text('state'),
      c.text('reason', ''),
      c.time('checked_at'),
      c.optionalTime('retry_at'),
    ],
    indices: [{ name: 'image_sources_image', columnNames: ['image_hash'] }],
  };
}

function jobs(c: Columns): TableOptions {
  return {
    name: 'jobs',
    columns: [
      c.id(),
      c.text('kind'),
      c.text('key'),
      c.text('payload', '{}'),
      c.text('state'),
      c.integer('attempts', 0),
      c.time('run_after'),
      c.text('error', ''),
      c.time('created_at'),
      c.time('updated_at'),
    ],
    indices: [
      { name: 'jobs_identity', columnNames: ['kind', 'key'], isUnique: true },
      { name: 'jobs_due', columnNames: ['state', 'run_after'] },
    ],
  };
}

function reference(name: string, column: string, table: string) {
  return {
    name,
    columnNames: [column],
    referencedTableName: table,
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
  };
}
