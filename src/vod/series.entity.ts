import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn, wordList } from '../platform/database/columns.js';

/** A series of a list. */
@Entity('series')
export class Series {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text', { name: 'identity_key', unique: true })
  identityKey!: string;

  @Column('text')
  title!: string;

  @Column('integer', { nullable: true })
  year!: number | null;

  @Column('text', { default: '' })
  description!: string;

  @Column('text', { default: '[]', transformer: jsonColumn([]) })
  genres!: string[];

  @Column('float', { nullable: true })
  rating!: number | null;

  @Column('text', { name: 'cover_url', default: '' })
  coverUrl!: string;

  @Column('integer', { name: 'category_id', nullable: true })
  categoryId!: number | null;

  @Column('boolean', { name: 'is_adult', default: false })
  isAdult!: boolean;

  @Column('boolean', { name: 'is_hidden', default: false })
  isHidden!: boolean;

  @Column('text', { name: 'edited_fields', default: '', transformer: wordList })
  editedFields!: string[];

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: epochSeconds })
  updatedAt!: number;

  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
