import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, wordList } from '../platform/database/columns.js';

@Entity('users')
export class User {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  username!: string;

  /** Lower case: panels compare names without regard to case. */
  @Column('text', { name: 'username_key', unique: true })
  usernameKey!: string;

  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('boolean', { name: 'is_active', default: true })
  isActive!: boolean;

  @Column('boolean', { name: 'is_banned', default: false })
  isBanned!: boolean;

  @Column('boolean', { name: 'is_admin', default: false })
  isAdmin!: boolean;

  @Column('boolean', { name: 'is_trial', default: false })
  isTrial!: boolean;

  /** 0 = unlimited. */
  @Column('integer', { name: 'max_connections', default: 1 })
  maxConnections!: number;

  /** Epoch seconds; null = never. */
  @Column('bigint', { name: 'expires_at', nullable: true, transformer: epochSeconds })
  expiresAt!: number | null;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;

  @Column('bigint', { name: 'last_seen_at', nullable: true, transformer: epochSeconds })
  lastSeenAt!: number | null;

  @Column('text', { default: '' })
  notes!: string;

  /** Empty = every format the server offers. */
  @Column('text', { name: 'output_formats', default: '', transformer: wordList })
  outputFormats!: string[];

  /** Seconds a joiner starts behind the newest picture; null = the server's setting. */
  @Column('integer', { name: 'join_behind_seconds', nullable: true })
  joinBehindSeconds!: number | null;

  /** Errors as a picture with words; null = the server's setting. */
  @Column('boolean', { nullable: true })
  slates!: boolean | null;

  /** What the user's streams are transcoded to; null = they stay as they are. */
  @Column('text', { name: 'transcode_profile', nullable: true })
  transcodeProfile!: string | null;
}
