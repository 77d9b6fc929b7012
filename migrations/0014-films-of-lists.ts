import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Lists remember their films beside their channels. */
export class FilmsOfLists1764849600000 implements MigrationInterface {
  name = 'FilmsOfLists1764849600000';

  async up(runner: QueryRunner): Promise<void> {
    // Plain statements: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE scraper_urls ADD COLUMN film_count integer NOT NULL DEFAULT 0');
    await runner.query("ALTER TABLE list_snapshots ADD COLUMN content text NOT NULL DEFAULT 'channels'");
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query("DELETE FROM list_snapshots WHERE content <> 'channels'");
    await runner.query('ALTER TABLE list_snapshots DROP COLUMN content');
    await runner.query('ALTER TABLE scraper_urls DROP COLUMN film_count');
  }
}
