import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn, wordList } from '../platform/database/columns.js';
import { Category } from './category.entity.js';

export const EDITABLE_CHANNEL_FIELDS = [
  'name',
  'num',
  'logo',
  'categoryId',
  'tvgId',
  'guideShiftMinutes',
  'isHidden',
  'isAdult',
  'archiveDays',
] as const;
export type EditableChannelField = (typeof EDITABLE_CHANNEL_FIELDS)[number];
export type EditableChannelValues = Pick<Channel, EditableChannelField>;

/** Identity keys of channels that a person made begin with this; no list ever finds them. */
export const MANUAL_KEY = 'manual:';

@Entity('channels')
export class Channel {
  @PrimaryGeneratedColumn()
  id!: number;

  /** The number players show; also the order. */
  @Index('channels_num')
  @Column('integer')
  num!: number;

  @Column('text')
  name!: string;

  @Index('channels_category')
  @Column('integer', { name: 'category_id' })
  categoryId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Category, { onDelete: 'RESTRICT' })
  @JoinColumn({ name: 'category_id', foreignKeyConstraintName: 'channels_category_fk' })
  category?: Category;

  @Column('text', { default: '' })
  logo!: string;

  /** Guide channel id as the lists name it. */
  @Column('text', { name: 'tvg_id', default: '' })
  tvgId!: string;

  /** Of guide channels that matching found, to be added to their times: `tvg-shift` of the lists. */
  @Column('integer', { name: 'guide_shift_minutes', default: 0 })
  guideShiftMinutes!: number;

  /** What makes a found entry this channel again at the next refresh. */
  @Index('channels_identity', { unique: true })
  @Column('text', { name: 'identity_key' })
  identityKey!: string;

  @Column('boolean', { name: 'is_hidden', default: false })
  isHidden!: boolean;

  @Column('boolean', { name: 'is_adult', default: false })
  isAdult!: boolean;

  @Column('integer', { name: 'archive_days', default: 0 })
  archiveDays!: number;

  /** A dead picture is treated like a cut. Only people set it; lists know nothing of it. */
  @Column('boolean', { name: 'watch_picture', default: false })
  watchPicture!: boolean;

  /** Fields a person set; no refresh touches them. */
  @Column('text', { name: 'edited_fields', default: '', transformer: wordList })
  editedFields!: string[];

  /** What the lists say about the edited fields: what a reset gives back. */
  @Column('text', { name: 'list_values', default: '{}', transformer: jsonColumn({}) })
  listValues!: Partial<EditableChannelValues>;

  /** The channel this one became part of. Its id still opens that channel, and its list entries feed it. */
  @Column('integer', { name: 'merged_into_id', nullable: true })
  mergedIntoId!: number | null;

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  /** Set while no list carries the channel any more. The row and its id stay for its return. */
  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
