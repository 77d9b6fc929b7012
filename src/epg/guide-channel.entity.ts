import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds } from '../platform/database/columns.js';
import { GuideSource } from './guide-source.entity.js';

/** A channel of a guide: who it is, for ever. What the guide says about it stands in the listings of a generation. */
@Entity('guide_channels')
@Index('guide_channels_identity', ['guideSourceId', 'xmltvId'], { unique: true })
export class GuideChannel {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'guide_source_id' })
  guideSourceId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => GuideSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'guide_source_id', foreignKeyConstraintName: 'guide_channels_source_fk' })
  source?: GuideSource;

  /** As the guide writes it. */
  @Column('text', { name: 'xmltv_id' })
  xmltvId!: string;

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;
}
