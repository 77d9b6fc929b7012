import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochSeconds } from '../database/columns.js';

/** Where a picture came from, and what became of the last try to fetch it. */
@Entity('image_sources')
export class ImageSource {
  @PrimaryColumn('text', { name: 'url_hash' })
  urlHash!: string;

  @Column('text')
  url!: string;

  @Index('image_sources_image')
  @Column('text', { name: 'image_hash', nullable: true })
  imageHash!: string | null;

  @Column('text')
  state!: 'ok' | 'refused' | 'unavailable';

  @Column('text', { default: '' })
  reason!: string;

  @Column('bigint', { name: 'checked_at', transformer: epochSeconds })
  checkedAt!: number;

  @Column('bigint', { name: 'retry_at', nullable: true, transformer: epochSeconds })
  retryAt!: number | null;
}
