import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import type { GuideReport, GuideRunStatus } from './guide-report.js';
import { GuideSource } from './guide-source.entity.js';

/** One reading of a guide. Its id is the generation of everything it stores. */
@Entity('guide_runs')
@Index('guide_runs_source', ['guideSourceId', 'id'])
export class GuideRun {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'guide_source_id' })
  guideSourceId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => GuideSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'guide_source_id', foreignKeyConstraintName: 'guide_runs_source_fk' })
  source?: GuideSource;

  @Column('text')
  status!: GuideRunStatus;

  @Column('bigint', { name: 'started_at', transformer: epochSeconds })
  startedAt!: number;

  /** Raised while it runs: one that is not seen for a while belongs to a process that is gone. */
  @Column('bigint', { name: 'seen_at', transformer: epochSeconds })
  seenAt!: number;

  /** The process that reads, see `OWN_PROCESS`; null = a run of an earlier version. */
  @Column('text', { nullable: true })
  owner!: string | null;

  @Column('bigint', { name: 'ended_at', nullable: true, transformer: epochSeconds })
  endedAt!: number | null;

  @Column('text', { nullable: true, transformer: jsonColumn(null) })
  report!: GuideReport | null;
}
