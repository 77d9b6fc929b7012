import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Per user: the profile that streams are transcoded to. */
export class Transcode1764158400000 implements MigrationInterface {
  name = 'Transcode1764158400000';

  async up(runner: QueryRunner): Promise<void> {
    // A plain statement: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE users ADD COLUMN transcode_profile text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN transcode_profile');
  }
}
