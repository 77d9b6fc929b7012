import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** Guide sources, their channels, the programmes of their channels packed by day, and the runs that brought them. */
export class Guides1763899200000 implements MigrationInterface {
  name = 'Guides1763899200000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    for (const table of [sources(c), channels(c), runs(c), listings(c), pages(c)]) {
      await runner.createTable(new Table(table));
    }
    await runner.query(`INSERT INTO revisions (name, value) VALUES ('guide', 1)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM revisions WHERE name = 'guide'`);
    for (const name of ['guide_pages', 'guide_listings', 'guide_runs', 'guide_channels', 'guide_sources']) {
      await runner.dropTable(name);
    }
  }
}

function sources(c: Columns): TableOptions {
  return {
    name: 'guide_sources',
    columns: [
      c.id(),
      c.text('name'),
      c.text('url'),
      c.text('kind'),
      c.flag('is_enabled', true),
      c.integer('priority'),
      c.integer('interval_minutes'),
      c.text('headers', '{}'),
      c.text('options', '{}'),
      c.text('time_zone', 'UTC'),
      c.integer('shift_minutes', 0),
      c.flag('allow_private', false),
      c.optionalInteger('list_source_id'),
      c.optionalText('etag'),
      c.optionalText('last_modified'),
      c.optionalText('content_hash'),
      c.optionalFloat('shrink_threshold'),
      c.optionalInteger('generation'),
      c.optionalInteger('previous_generation'),
      c.integer('channel_count', 0),
      c.integer('programme_count', 0),
      c.optionalText('last_report'),
      c.optionalTime('last_run_at'),
      c.optionalTime('last_success_at'),
      c.optionalTime('next_run_at'),
      c.time('created_at'),
      c.optionalTime('removed_at'),
    ],
  };
}

function channels(c: Columns): TableOptions {
  return {
    name: 'guide_channels',
    columns: [c.id(), c.integer('guide_source_id'), c.text('xmltv_id'), c.time('added_at')],
    indices: [
      { name: 'guide_channels_identity', columnNames: ['guide_source_id', 'xmltv_id'], isUnique: true },
    ],
    foreignKeys: [ofSource('guide_channels_source_fk')],
  };
}

function runs(c: Columns): TableOptions {
  return {
    name: 'guide_runs',
    columns: [
      c.id(),
      c.integer('guide_source_id'),
      c.text('status'),
      c.time('started_at'),
      c.time('seen_at'),
      c.optionalTime('ended_at'),
      c.optionalText('report'),
    ],
    indices: [{ name: 'guide_runs_source', columnNames: ['guide_source_id', 'id'] }],
    foreignKeys: [ofSource('guide_runs_source_fk')],
  };
}

function listings(c: Columns): TableOptions {
  return {
    name: 'guide_listings',
    columns: [
      { ...c.integer('generation'), isPrimary: true },
      { ...c.integer('guide_channel_id'), isPrimary: true },
      c.integer('position'),
      c.text('details', '{}'),
      c.integer('programme_count'),
      c.optionalTime('first_start'),
      c.optionalTime('last_stop'),
    ],
  };
}

function pages(c: Columns): TableOptions {
  return {
    name: 'guide_pages',
    columns: [
      { ...c.integer('generation'), isPrimary: true },
      { ...c.integer('guide_channel_id'), isPrimary: true },
      { ...c.integer('day'), isPrimary: true },
      c.integer('programme_count'),
      c.time('first_start'),
      c.time('last_stop'),
      c.bytes('data'),
    ],
  };
}

function ofSource(name: string) {
  return {
    name,
    columnNames: ['guide_source_id'],
    referencedTableName: 'guide_sources',
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
  };
}
