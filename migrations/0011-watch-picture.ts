import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Per channel: whether a dead picture is treated like a cut. */
export class WatchPicture1764590400000 implements MigrationInterface {
  name = 'WatchPicture1764590400000';

  async up(runner: QueryRunner): Promise<void> {
    // A plain statement: the builder would copy the whole table on SQLite.
    const no = runner.dataSource.options.type === 'postgres' ? 'false' : '0';
    await runner.query(`ALTER TABLE channels ADD COLUMN watch_picture boolean NOT NULL DEFAULT ${no}`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE channels DROP COLUMN watch_picture');
  }
}
