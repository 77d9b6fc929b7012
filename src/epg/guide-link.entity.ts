import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { Channel } from '../channels/channel.entity.js';
import { epochSeconds } from '../platform/database/columns.js';
import { GuideChannel } from './guide-channel.entity.js';

export const LINK_ORIGINS = ['manual', 'id', 'name'] as const;
/** `id` and `name`: found by matching, and replaced when matching finds better. `manual`: a person's, for ever. */
export type LinkOrigin = (typeof LINK_ORIGINS)[number];

/** A channel takes its programmes from this guide channel. */
@Entity('guide_links')
@Index('guide_links_identity', ['channelId', 'guideChannelId'], { unique: true })
export class GuideLink {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'channel_id' })
  channelId!: number;

  /** Declared for the foreign keys alone; rows are joined by id. */
  @ManyToOne(() => Channel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'channel_id', foreignKeyConstraintName: 'guide_links_channel_fk' })
  channel?: Channel;

  @Index('guide_links_guide_channel')
  @Column('integer', { name: 'guide_channel_id' })
  guideChannelId!: number;

  @ManyToOne(() => GuideChannel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'guide_channel_id', foreignKeyConstraintName: 'guide_links_guide_channel_fk' })
  guideChannel?: GuideChannel;

  /** Among the manual links of a channel; found ones follow the priority of their sources. */
  @Column('integer', { default: 0 })
  position!: number;

  @Column('text')
  origin!: LinkOrigin;

  /** 0 to 100; 100 for a manual one. */
  @Column('integer')
  score!: number;

  /** In words for the operator; "" for a manual one. */
  @Column('text', { default: '' })
  reason!: string;

  /** Added to the times of the guide. */
  @Column('integer', { name: 'shift_minutes', default: 0 })
  shiftMinutes!: number;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;
}
