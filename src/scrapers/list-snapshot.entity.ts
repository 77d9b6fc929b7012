import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { ListSource } from './list-source.entity.js';

/** Some of the channels, or of the films, that a list named at one refresh: deflated JSON. */
@Entity('list_snapshots')
export class ListSnapshot {
  @PrimaryColumn('integer', { name: 'list_source_id' })
  listSourceId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => ListSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'list_source_id', foreignKeyConstraintName: 'list_snapshots_list_fk' })
  list?: ListSource;

  @PrimaryColumn('integer')
  generation!: number;

  @PrimaryColumn('integer')
  position!: number;

  @Column('text', { default: 'channels' })
  content!: 'channels' | 'films';

  /** Of all rows of this content. */
  @Column('integer', { name: 'channel_count' })
  channelCount!: number;

  @Column('blob')
  data!: Buffer;
}
