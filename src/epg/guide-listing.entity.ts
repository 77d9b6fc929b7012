import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { LocalText } from '../core/xmltv/types.js';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';

export interface ListingDetails {
  names: LocalText[];
  icons?: string[];
  /** Logical channel numbers, as written. */
  numbers?: string[];
}

/** What one generation of a guide says about a channel. */
@Entity('guide_listings')
export class GuideListing {
  @PrimaryColumn('integer')
  generation!: number;

  @PrimaryColumn('integer', { name: 'guide_channel_id' })
  guideChannelId!: number;

  /** Order in the source. */
  @Column('integer')
  position!: number;

  @Column('text', { default: '{}', transformer: jsonColumn({ names: [] }) })
  details!: ListingDetails;

  @Column('integer', { name: 'programme_count' })
  programmeCount!: number;

  @Column('bigint', { name: 'first_start', nullable: true, transformer: epochSeconds })
  firstStart!: number | null;

  @Column('bigint', { name: 'last_stop', nullable: true, transformer: epochSeconds })
  lastStop!: number | null;
}
