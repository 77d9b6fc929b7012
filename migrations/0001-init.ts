import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** Users, categories, channels with their sources, list sources, settings. */
export class Init1763640000000 implements MigrationInterface {
  name = 'Init1763640000000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    for (const table of [...peopleTables(c), ...channelTables(c), ...systemTables(c)]) {
      await runner.createTable(new Table(table));
    }
    await runner.query(
      `INSERT INTO revisions (name, value) VALUES ('channels', 1), ('users', 1), ('settings', 1)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of [
      'settings',
      'revisions',
      'scraper_urls',
      'stream_sources',
      'channels',
      'categories',
      'refresh_tokens',
      'user_categories',
      'users',
    ]) {
      await runner.dropTable(name);
    }
  }
}

function peopleTables(c: Columns): TableOptions[] {
  return [
    {
      name: 'users',
      columns: [
        c.id(),
        c.text('username'),
        c.uniqueText('username_key'),
        c.text('password_hash'),
        c.optionalText('email'),
        c.flag('is_active', true),
        c.flag('is_banned', false),
        c.flag('is_admin', false),
        c.flag('is_trial', false),
        c.integer('max_connections', 1),
        c.optionalTime('expires_at'),
        c.time('created_at'),
        c.optionalTime('last_seen_at'),
        c.text('notes', ''),
        c.text('output_formats', ''),
        c.optionalInteger('join_behind_seconds'),
      ],
    },
    {
      name: 'user_categories',
      columns: [
        { ...c.integer('user_id'), isPrimary: true },
        { ...c.integer('category_id'), isPrimary: true },
      ],
      foreignKeys: [reference('user_categories_user_fk', 'user_id', 'users', 'CASCADE')],
    },
    {
      name: 'refresh_tokens',
      columns: [
        c.id(),
        c.integer('user_id'),
        c.text('family'),
        c.uniqueText('token_hash'),
        c.time('created_at'),
        c.time('expires_at'),
        c.optionalTime('used_at'),
        c.optionalTime('revoked_at'),
      ],
      indices: [
        { name: 'refresh_tokens_user', columnNames: ['user_id'] },
        { name: 'refresh_tokens_family', columnNames: ['family'] },
      ],
      foreignKeys: [reference('refresh_tokens_user_fk', 'user_id', 'users', 'CASCADE')],
    },
  ];
}

function channelTables(c: Columns): TableOptions[] {
  return [
    {
      name: 'categories',
      columns: [
        c.id(),
        c.text('kind'),
        c.optionalInteger('parent_id'),
        c.text('name'),
        c.optionalText('source_key'),
        c.integer('position'),
        c.flag('is_hidden', false),
        c.text('edited_fields', ''),
        c.time('created_at'),
      ],
      indices: [{ name: 'categories_source_key', columnNames: ['kind', 'source_key'], isUnique: true }],
    },
    {
      name: 'channels',
      columns: [
        c.id(),
        c.integer('num'),
        c.text('name'),
        c.integer('category_id'),
        c.text('logo', ''),
        c.text('tvg_id', ''),
        c.text('identity_key'),
        c.flag('is_hidden', false),
        c.flag('is_adult', false),
        c.integer('archive_days', 0),
        c.text('edited_fields', ''),
        c.time('added_at'),
        c.optionalTime('retired_at'),
      ],
      indices: [
        { name: 'channels_num', columnNames: ['num'] },
        { name: 'channels_category', columnNames: ['category_id'] },
        { name: 'channels_identity', columnNames: ['identity_key'], isUnique: true },
      ],
      foreignKeys: [reference('channels_category_fk', 'category_id', 'categories', 'RESTRICT')],
    },
    {
      name: 'stream_sources',
      columns: [
        c.id(),
        c.integer('channel_id'),
        c.optionalInteger('list_source_id'),
        c.text('kind'),
        c.text('locator'),
        c.text('fingerprint'),
        c.text('label', ''),
        c.integer('priority'),
        c.optionalText('user_agent'),
        c.text('headers', '{}'),
        c.flag('allow_private', false),
        c.flag('is_enabled', true),
        c.text('edited_fields', ''),
        c.time('added_at'),
        c.optionalTime('retired_at'),
      ],
      indices: [
        { name: 'stream_sources_channel', columnNames: ['channel_id'] },
        { name: 'stream_sources_owner', columnNames: ['list_source_id', 'fingerprint'], isUnique: true },
      ],
      foreignKeys: [reference('stream_sources_channel_fk', 'channel_id', 'channels', 'CASCADE')],
    },
    {
      name: 'scraper_urls',
      columns: [
        c.id(),
        c.text('name'),
        c.text('url'),
        c.text('type'),
        c.integer('interval_minutes'),
        c.text('headers', '{}'),
        c.flag('is_enabled', true),
        c.text('filters', '{}'),
        c.text('grouping'),
        c.flag('allow_private', false),
        c.optionalInteger('max_connections'),
        c.optionalFloat('shrink_threshold'),
        c.optionalText('etag'),
        c.optionalText('last_modified'),
        c.optionalText('content_hash'),
        c.integer('entry_count', 0),
        c.text('guide_urls', '[]'),
        c.optionalText('last_report'),
        c.optionalTime('last_run_at'),
        c.optionalTime('last_success_at'),
        c.optionalTime('next_run_at'),
        c.time('created_at'),
      ],
    },
  ];
}

function systemTables(c: Columns): TableOptions[] {
  return [
    { name: 'settings', columns: [{ ...c.text('key'), isPrimary: true }, c.text('value')] },
    { name: 'revisions', columns: [{ ...c.text('name'), isPrimary: true }, c.integer('value')] },
  ];
}

function reference(name: string, column: string, table: string, onDelete: string) {
  return { name, columnNames: [column], referencedTableName: table, referencedColumnNames: ['id'], onDelete };
}
