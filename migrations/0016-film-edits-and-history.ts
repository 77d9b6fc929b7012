import { Table, type MigrationInterface, type QueryRunner, type TableOptions } from 'typeorm';
import { columnsFor } from './schema.js';

type Columns = ReturnType<typeof columnsFor>;

/** What films and series were before a person edited them, and what each of the last hours brought. */
export class FilmEditsAndHistory1765022400000 implements MigrationInterface {
  name = 'FilmEditsAndHistory1765022400000';

  async up(runner: QueryRunner): Promise<void> {
    for (const table of tables(columnsFor(runner.dataSource.options.type))) {
      await runner.createTable(new Table(table));
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    const names = tables(columnsFor(runner.dataSource.options.type)).map(({ name }) => name);
    for (const name of names.reverse()) await runner.dropTable(name);
  }
}

function tables(c: Columns): TableOptions[] {
  return [filmEdits(c), history(c)];
}

function filmEdits(c: Columns): TableOptions {
  return {
    name: 'film_edits',
    columns: [{ ...c.integer('film_id'), isPrimary: true }, c.text('told', '{}')],
    foreignKeys: [
      {
        name: 'film_edits_film_fk',
        columnNames: ['film_id'],
        referencedTableName: 'films',
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
      },
    ],
  };
}

function history(c: Columns): TableOptions {
  return {
    name: 'history_hours',
    columns: [{ ...c.integer('hour'), isPrimary: true }, c.text('figures', '{}')],
  };
}
