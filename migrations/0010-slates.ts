import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Per user: whether errors are shown as a picture with words. */
export class Slates1764504000000 implements MigrationInterface {
  name = 'Slates1764504000000';

  async up(runner: QueryRunner): Promise<void> {
    // A plain statement: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE users ADD COLUMN slates boolean');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE users DROP COLUMN slates');
  }
}
