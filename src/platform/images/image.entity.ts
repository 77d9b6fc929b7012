import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../database/columns.js';

/** A picture in the image store. */
@Entity('images')
export class StoredImage {
  /** SHA-256 of the original bytes, hex. */
  @PrimaryColumn('text')
  hash!: string;

  @Column('integer')
  width!: number;

  @Column('integer')
  height!: number;

  /** Widths it is kept in. */
  @Column('text', { default: '[]', transformer: jsonColumn([]) })
  widths!: number[];

  /** Beside WebP; PNG where the picture has transparent parts. */
  @Column('text')
  fallback!: 'jpeg' | 'png';

  @Column('integer')
  bytes!: number;

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Index('images_used')
  @Column('bigint', { name: 'used_at', transformer: epochSeconds })
  usedAt!: number;
}
