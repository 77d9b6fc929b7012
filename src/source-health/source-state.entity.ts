import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { StreamSource } from '../channels/stream-source.entity.js';
import type { SourceRecord } from '../core/health/source-record.js';
import { epochSeconds } from '../platform/database/columns.js';

/** What is remembered of one source, see `core/health/source-record`. */
@Entity('source_health')
export class SourceState implements SourceRecord {
  @PrimaryColumn('integer', { name: 'source_id' })
  sourceId!: number;

  /** Declared for the foreign key alone. */
  @OneToOne(() => StreamSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'source_id', foreignKeyConstraintName: 'source_health_source_fk' })
  source?: StreamSource;

  @Column('float')
  starts!: number;

  @Column('float')
  pictures!: number;

  @Column('float', { name: 'wait_seconds' })
  waitSeconds!: number;

  @Column('float')
  cuts!: number;

  @Column('float', { name: 'played_seconds' })
  playedSeconds!: number;

  @Column('bigint', { name: 'aged_at', transformer: epochSeconds })
  agedAt!: number;

  @Column('integer', { name: 'failures_in_row' })
  failuresInRow!: number;

  @Column('bigint', { name: 'last_success_at', nullable: true, transformer: epochSeconds })
  lastSuccessAt!: number | null;

  @Column('bigint', { name: 'last_failure_at', nullable: true, transformer: epochSeconds })
  lastFailureAt!: number | null;

  @Column('text', { name: 'last_failure', nullable: true })
  lastFailure!: string | null;

  @Column('text', { name: 'last_failure_detail', nullable: true })
  lastFailureDetail!: string | null;

  @Column('bigint', { name: 'quarantined_until', nullable: true, transformer: epochSeconds })
  quarantinedUntil!: number | null;

  @Column('bigint', { name: 'probed_at', nullable: true, transformer: epochSeconds })
  probedAt!: number | null;
}
