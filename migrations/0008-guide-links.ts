import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** Which guide channels a channel takes its programmes from, what people decided about it, and what waits for them. */
export class GuideLinks1764331200000 implements MigrationInterface {
  name = 'GuideLinks1764331200000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    for (const table of [links(c), channelGuides(c), categoryGuides(c), reviews(c)]) {
      await runner.createTable(new Table(table));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of ['guide_reviews', 'category_guides', 'channel_guides', 'guide_links']) {
      await runner.dropTable(name);
    }
  }
}

function links(c: Columns): TableOptions {
  return {
    name: 'guide_links',
    columns: [
      c.id(),
      c.integer('channel_id'),
      c.integer('guide_channel_id'),
      c.integer('position', 0),
      c.text('origin'),
      c.integer('score'),
      c.text('reason', ''),
      c.integer('shift_minutes', 0),
      c.time('created_at'),
    ],
    indices: [
      { name: 'guide_links_identity', columnNames: ['channel_id', 'guide_channel_id'], isUnique: true },
      { name: 'guide_links_guide_channel', columnNames: ['guide_channel_id'] },
    ],
    foreignKeys: [
      reference('guide_links_channel_fk', 'channel_id', 'channels'),
      reference('guide_links_guide_channel_fk', 'guide_channel_id', 'guide_channels'),
    ],
  };
}

function channelGuides(c: Columns): TableOptions {
  return {
    name: 'channel_guides',
    columns: [
      { ...c.integer('channel_id'), isPrimary: true },
      c.text('mode', 'auto'),
      c.integer('shift_minutes', 0),
      c.optionalText('placeholder'),
    ],
    foreignKeys: [reference('channel_guides_channel_fk', 'channel_id', 'channels')],
  };
}

function categoryGuides(c: Columns): TableOptions {
  return {
    name: 'category_guides',
    columns: [{ ...c.integer('category_id'), isPrimary: true }, c.text('placeholder')],
    foreignKeys: [reference('category_guides_category_fk', 'category_id', 'categories')],
  };
}

function reviews(c: Columns): TableOptions {
  return {
    name: 'guide_reviews',
    columns: [
      { ...c.integer('channel_id'), isPrimary: true },
      { ...c.integer('guide_source_id'), isPrimary: true },
      c.text('reason'),
      c.text('candidates'),
      c.time('found_at'),
    ],
    foreignKeys: [
      reference('guide_reviews_channel_fk', 'channel_id', 'channels'),
      reference('guide_reviews_source_fk', 'guide_source_id', 'guide_sources'),
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
