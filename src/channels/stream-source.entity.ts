import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn, wordList } from '../platform/database/columns.js';
import { Channel } from './channel.entity.js';

/** Among the edited fields: a person decided the place of this source among the others. */
export const PLACED = 'place';

/** One place where the bytes of a channel can be had. A list owns the rows it brought. */
@Entity('stream_sources')
@Index('stream_sources_owner', ['listSourceId', 'fingerprint'], { unique: true })
export class StreamSource {
  @PrimaryGeneratedColumn()
  id!: number;

  @Index('stream_sources_channel')
  @Column('integer', { name: 'channel_id' })
  channelId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Channel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'channel_id', foreignKeyConstraintName: 'stream_sources_channel_fk' })
  channel?: Channel;

  /** null = added by a person. */
  @Column('integer', { name: 'list_source_id', nullable: true })
  listSourceId!: number | null;

  @Column('text')
  kind!: string;

  /** Canonical form, see core/lists/locator. */
  @Column('text')
  locator!: string;

  /** Equal for two spellings of one place. */
  @Column('text')
  fingerprint!: string;

  /** The name the list gave this entry. */
  @Column('text', { default: '' })
  label!: string;

  /** Lower comes first. */
  @Column('integer')
  priority!: number;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  headers!: Record<string, string>;

  /** The operator vouches for the list: this place may be on a private address. */
  @Column('boolean', { name: 'allow_private', default: false })
  allowPrivate!: boolean;

  /** Its own HTTP proxy; null = that of its list. May contain credentials: never log it unredacted. */
  @Column('text', { name: 'proxy_url', nullable: true })
  proxyUrl!: string | null;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  @Column('text', { name: 'edited_fields', default: '', transformer: wordList })
  editedFields!: string[];

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
