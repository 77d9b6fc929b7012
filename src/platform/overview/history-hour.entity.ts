import { Column, Entity, PrimaryColumn } from 'typeorm';
import { jsonColumn } from '../database/columns.js';

/** What one hour brought. */
@Entity('history_hours')
export class HistoryHour {
  /** Whole hours since the epoch. */
  @PrimaryColumn('integer')
  hour!: number;

  /** By name; each counts what happened in that hour. */
  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  figures!: Record<string, number>;
}
