import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** What is remembered of every source: how it stands now, and what each hour brought. */
export class SourceHealth1763985600000 implements MigrationInterface {
  name = 'SourceHealth1763985600000';

  async up(runner: QueryRunner): Promise<void> {
    const c = columnsFor(runner.dataSource.options.type);
    for (const table of [states(c), hours(c)]) await runner.createTable(new Table(table));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('source_hours');
    await runner.dropTable('source_health');
  }
}

function states(c: Columns): TableOptions {
  return {
    name: 'source_health',
    columns: [
      { ...c.integer('source_id'), isPrimary: true },
      c.float('starts'),
      c.float('pictures'),
      c.float('wait_seconds'),
      c.float('cuts'),
      c.float('played_seconds'),
      c.time('aged_at'),
      c.integer('failures_in_row'),
      c.optionalTime('last_success_at'),
      c.optionalTime('last_failure_at'),
      c.optionalText('last_failure'),
      c.optionalText('last_failure_detail'),
      c.optionalTime('quarantined_until'),
      c.optionalTime('probed_at'),
    ],
    foreignKeys: [ofSource('source_health_source_fk')],
  };
}

function hours(c: Columns): TableOptions {
  return {
    name: 'source_hours',
    columns: [
      { ...c.integer('source_id'), isPrimary: true },
      { ...c.integer('hour'), isPrimary: true },
      ...['starts', 'pictures', 'wait_ms', 'cuts', 'played_seconds', 'samples', 'peers', 'speed_kbs'].map(
        (name) => c.integer(name),
      ),
    ],
    indices: [{ name: 'source_hours_hour', columnNames: ['hour'] }],
    foreignKeys: [ofSource('source_hours_source_fk')],
  };
}

function ofSource(name: string) {
  return {
    name,
    columnNames: ['source_id'],
    referencedTableName: 'stream_sources',
    referencedColumnNames: ['id'],
    onDelete: 'CASCADE',
  };
}
