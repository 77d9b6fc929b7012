import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Per channel: minutes to be added to the times of its guide, as lists say by `tvg-shift`. */
export class GuideShift1764763200000 implements MigrationInterface {
  name = 'GuideShift1764763200000';

  async up(runner: QueryRunner): Promise<void> {
    // A plain statement: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE channels ADD COLUMN guide_shift_minutes integer NOT NULL DEFAULT 0');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE channels DROP COLUMN guide_shift_minutes');
  }
}
