import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds } from '../platform/database/columns.js';
import { User } from './user.entity.js';

/** One refresh token of an administrator's login. Used tokens stay, so that a second use is noticed as theft. */
@Entity('refresh_tokens')
export class RefreshToken {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index('refresh_tokens_user')
  @Column('integer', { name: 'user_id' })
  userId!: number;

  /** Declared for the foreign key alone. */
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'refresh_tokens_user_fk' })
  user?: User;

  /** All tokens that descend from one login. */
  @Index('refresh_tokens_family')
  @Column('text', { name: 'family' })
  family!: string;

  /** SHA-256 of the token, hex. */
  @Column('text', { name: 'token_hash', unique: true })
  tokenHash!: string;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;

  @Column('bigint', { name: 'expires_at', transformer: epochSeconds })
  expiresAt!: number;

  @Column('bigint', { name: 'used_at', nullable: true, transformer: epochSeconds })
  usedAt!: number | null;

  @Column('bigint', { name: 'revoked_at', nullable: true, transformer: epochSeconds })
  revokedAt!: number | null;
}
