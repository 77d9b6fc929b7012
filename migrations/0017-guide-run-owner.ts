import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which process reads a guide, so that the runs of one that was killed are known at once. */
export class GuideRunOwner1765108800000 implements MigrationInterface {
  name = 'GuideRunOwner1765108800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE guide_runs ADD COLUMN owner text');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE guide_runs DROP COLUMN owner');
  }
}
