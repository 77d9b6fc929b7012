import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import type { FilmSourceOptions, FilmSourceReport } from './feeds/film-source-types.js';

/** A feed of films that is read again and again. */
@Entity('film_sources')
export class FilmSource {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  name!: string;

  @Column('text')
  kind!: 'rutube';

  @Column('text')
  /** Path and query below the base address of Rutube. */
  url!: string;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  options!: FilmSourceOptions;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  /** 0 = only when asked. */
  @Column('integer', { name: 'interval_minutes' })
  intervalMinutes!: number;

  @Column('integer', { name: 'category_id', nullable: true })
  categoryId!: number | null;

  @Column('integer', { name: 'entry_count', default: 0 })
  entryCount!: number;

  @Column('text', { name: 'last_report', nullable: true, transformer: jsonColumn(null) })
  lastReport!: FilmSourceReport | null;

  @Column('bigint', { name: 'last_run_at', nullable: true, transformer: epochSeconds })
  lastRunAt!: number | null;

  @Column('bigint', { name: 'last_success_at', nullable: true, transformer: epochSeconds })
  lastSuccessAt!: number | null;

  @Column('bigint', { name: 'next_run_at', nullable: true, transformer: epochSeconds })
  nextRunAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;
}
