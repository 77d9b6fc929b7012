import { Column, Entity, PrimaryColumn } from 'typeorm';
import { epochSeconds } from '../platform/database/columns.js';

/** The programmes of one guide channel that begin on one day (UTC), packed: see `core/guide/page`. */
@Entity('guide_pages')
export class GuidePage {
  @PrimaryColumn('integer')
  generation!: number;

  @PrimaryColumn('integer', { name: 'guide_channel_id' })
  guideChannelId!: number;

  /** Days since the epoch. */
  @PrimaryColumn('integer')
  day!: number;

  @Column('integer', { name: 'programme_count' })
  programmeCount!: number;

  @Column('bigint', { name: 'first_start', transformer: epochSeconds })
  firstStart!: number;

  @Column('bigint', { name: 'last_stop', transformer: epochSeconds })
  lastStop!: number;

  @Column('blob')
  data!: Buffer;
}
