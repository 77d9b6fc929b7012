import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, wordList } from '../platform/database/columns.js';

export type CategoryKind = 'live' | 'vod' | 'series';

@Entity('categories')
@Index('categories_source_key', ['kind', 'sourceKey'], { unique: true })
export class Category {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  kind!: CategoryKind;

  @Column('integer', { name: 'parent_id', nullable: true })
  parentId!: number | null;

  @Column('text')
  name!: string;

  /** The group name of the lists that feed it, folded; null = made by a person. Stays when the name is edited. */
  @Column('text', { name: 'source_key', nullable: true })
  sourceKey!: string | null;

  @Column('integer')
  position!: number;

  @Column('boolean', { name: 'is_hidden', default: false })
  isHidden!: boolean;

  /** Fields a person set; no refresh touches them. */
  @Column('text', { name: 'edited_fields', default: '', transformer: wordList })
  editedFields!: string[];

  /** The category this one became part of: entries of its group land there. */
  @Column('integer', { name: 'merged_into_id', nullable: true })
  mergedIntoId!: number | null;

  @Column('bigint', { name: 'created_at', transformer: epochSeconds })
  createdAt!: number;
}
