import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './schema.js';

/** What a list said at its last two applied refreshes, so that the last one can be undone. */
export class ListSnapshots1764417600000 implements MigrationInterface {
  name = 'ListSnapshots1764417600000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    await runner.createTable(
      new Table({
        name: 'list_snapshots',
        columns: [
          { ...c.integer('list_source_id'), isPrimary: true },
          { ...c.integer('generation'), isPrimary: true },
          { ...c.integer('position'), isPrimary: true },
          c.integer('channel_count'),
          c.bytes('data'),
        ],
        foreignKeys: [
          {
            name: 'list_snapshots_list_fk',
            columnNames: ['list_source_id'],
            referencedTableName: 'scraper_urls',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
      }),
    );
    // Plain statements: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE scraper_urls ADD COLUMN generation integer');
    await runner.query('ALTER TABLE scraper_urls ADD COLUMN previous_generation integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE scraper_urls DROP COLUMN previous_generation');
    await runner.query('ALTER TABLE scraper_urls DROP COLUMN generation');
    await runner.dropTable('list_snapshots');
  }
}
