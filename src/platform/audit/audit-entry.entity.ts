import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../database/columns.js';

/** What was changed, without secrets. */
export type AuditChanges = Record<string, unknown>;

/** One change that a person made. */
@Entity('audit_log')
export class AuditEntry {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index('audit_log_at')
  @Column('bigint', { transformer: epochSeconds })
  at!: number;

  /** null = the command line or the program itself. Not a foreign key: the entry outlives the account. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @Column('text')
  username!: string;

  /** What was done, e.g. `change` or `merge`. */
  @Column('text')
  action!: string;

  /** What it was done to, e.g. `channel`. */
  @Column('text')
  entity!: string;

  /** null = many or none of them. */
  @Column('integer', { name: 'entity_id', nullable: true })
  entityId!: number | null;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  changes!: AuditChanges;
}
