import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Channel } from '../channels/channel.entity.js';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import { GuideSource } from './guide-source.entity.js';

/** A guide channel that may be meant. */
export interface ReviewCandidate {
  guideChannelId: number;
  /** 0 to 100. */
  score: number;
  reason: string;
  shiftMinutes: number;
}

/** A channel whose guide matching would not decide: a person should. Gone once it is decided or found. */
@Entity('guide_reviews')
export class GuideReview {
  @PrimaryColumn('integer', { name: 'channel_id' })
  channelId!: number;

  /** Declared for the foreign keys alone; rows are joined by id. */
  @ManyToOne(() => Channel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'channel_id', foreignKeyConstraintName: 'guide_reviews_channel_fk' })
  channel?: Channel;

  @PrimaryColumn('integer', { name: 'guide_source_id' })
  guideSourceId!: number;

  @ManyToOne(() => GuideSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'guide_source_id', foreignKeyConstraintName: 'guide_reviews_source_fk' })
  source?: GuideSource;

  @Column('text')
  reason!: string;

  /** Best first, never empty. */
  @Column('text', { transformer: jsonColumn([]) })
  candidates!: ReviewCandidate[];

  @Column('bigint', { name: 'found_at', transformer: epochSeconds })
  foundAt!: number;
}
