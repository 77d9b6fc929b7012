import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../database/columns.js';

/** Work that survives a restart. One row per kind and key. */
@Entity('jobs')
@Index('jobs_identity', ['kind', 'key'], { unique: true })
@Index('jobs_due', ['state', 'runAfter'])
export class Job {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  kind!: string;

  @Column('text')
  key!: string;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  payload!: unknown;

  @Column('text')
  state!: 'waiting' | 'running' | 'failed';

  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('bigint', { name: 'run_after', transformer: epochSeconds })
  runAfter!: number;

  @Column('text', { default: '' })
  error!: string;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: epochSeconds })
  updatedAt!: number;
}
