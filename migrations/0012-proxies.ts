import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The HTTP proxy through which a list and its streams are asked, and that of a single source. */
export class Proxies1764676800000 implements MigrationInterface {
  name = 'Proxies1764676800000';

  async up(runner: QueryRunner): Promise<void> {
    // Plain statements: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE scraper_urls ADD COLUMN proxy_url text');
    await runner.query('ALTER TABLE stream_sources ADD COLUMN proxy_url text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE stream_sources DROP COLUMN proxy_url');
    await runner.query('ALTER TABLE scraper_urls DROP COLUMN proxy_url');
  }
}
