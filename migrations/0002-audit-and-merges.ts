import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';
import { columnsFor } from './schema.js';

/** The audit log; channels and categories that were merged into others; what lists say about edited fields. */
export class AuditAndMerges1763726400000 implements MigrationInterface {
  name = 'AuditAndMerges1763726400000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    await runner.createTable(
      new Table({
        name: 'audit_log',
        columns: [
          c.id(),
          c.time('at'),
          c.optionalInteger('user_id'),
          c.text('username'),
          c.text('action'),
          c.text('entity'),
          c.optionalInteger('entity_id'),
          c.text('changes', '{}'),
        ],
        indices: [{ name: 'audit_log_at', columnNames: ['at'] }],
      }),
    );
    // Plain statements: the builder would copy the whole table on SQLite.
    await runner.query('ALTER TABLE channels ADD COLUMN merged_into_id integer');
    await runner.query(`ALTER TABLE channels ADD COLUMN list_values text NOT NULL DEFAULT '{}'`);
    await runner.query('ALTER TABLE categories ADD COLUMN merged_into_id integer');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE categories DROP COLUMN merged_into_id');
    await runner.query('ALTER TABLE channels DROP COLUMN list_values');
    await runner.query('ALTER TABLE channels DROP COLUMN merged_into_id');
    await runner.dropTable('audit_log');
  }
}
