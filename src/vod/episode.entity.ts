import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds } from '../platform/database/columns.js';
import { Series } from './series.entity.js';

/** An episode of a series. */
@Entity('episodes')
@Index('episodes_place', ['seriesId', 'season', 'number'], { unique: true })
export class Episode {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'series_id' })
  seriesId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Series, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'series_id', foreignKeyConstraintName: 'episodes_series_fk' })
  series?: Series;

  @Column('integer')
  season!: number;

  @Column('integer')
  number!: number;

  @Column('text', { default: '' })
  title!: string;

  @Column('text', { default: '' })
  description!: string;

  @Column('integer', { name: 'duration_seconds', nullable: true })
  durationSeconds!: number | null;

  @Column('text', { name: 'picture_url', default: '' })
  pictureUrl!: string;

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
