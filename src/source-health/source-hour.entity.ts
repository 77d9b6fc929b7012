import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { StreamSource } from '../channels/stream-source.entity.js';
import type { HourFigures } from '../core/health/hour-figures.js';

/** What one hour brought for one source, see `core/health/hour-figures`. */
@Entity('source_hours')
export class SourceHour implements HourFigures {
  @PrimaryColumn('integer', { name: 'source_id' })
  sourceId!: number;

  /** Declared for the foreign key alone. */
  @ManyToOne(() => StreamSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'source_hours_source_fk' })
  source?: StreamSource;

  /** Whole hours since the epoch. */
  @Index('source_hours_hour')
  @PrimaryColumn('integer')
  hour!: number;

  @Column('integer')
  starts!: number;

  @Column('integer')
  pictures!: number;

  @Column('integer', { name: 'wait_ms' })
  waitMs!: number;

  @Column('integer')
  cuts!: number;

  @Column('integer', { name: 'played_seconds' })
  playedSeconds!: number;

  @Column('integer')
  samples!: number;

  @Column('integer')
  peers!: number;

  @Column('integer', { name: 'speed_kbs' })
  speedKbs!: number;
}
