import { Column, Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Category } from '../channels/category.entity.js';
import { Channel } from '../channels/channel.entity.js';
import type { PlaceholderRule } from '../core/guide/placeholder.js';
import { jsonColumn } from '../platform/database/columns.js';

export const GUIDE_MODES = ['auto', 'manual', 'none'] as const;
/**
 * `auto`: linked by matching. `manual`: a person linked it, matching keeps away. `none`: a person decided that it has no
 * guide.
 */
export type GuideMode = (typeof GUIDE_MODES)[number];

/** What people decided about the guide of a channel. No row: `auto`. */
@Entity('channel_guides')
export class ChannelGuide {
  @PrimaryColumn('integer', { name: 'channel_id' })
  channelId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Channel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'channel_id', foreignKeyConstraintName: 'channel_guides_channel_fk' })
  channel?: Channel;

  @Column('text', { default: 'auto' })
  mode!: GuideMode;

  /** Added to the times of all its programmes, besides the shifts of link and source. */
  @Column('integer', { name: 'shift_minutes', default: 0 })
  shiftMinutes!: number;

  /** null = that of the category. */
  @Column('text', { nullable: true, transformer: jsonColumn(null) })
  placeholder!: PlaceholderRule | null;
}

/** What the channels of a category show where they have no guide. No row: the server's rule. */
@Entity('category_guides')
export class CategoryGuide {
  @PrimaryColumn('integer', { name: 'category_id' })
  categoryId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Category, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'category_id', foreignKeyConstraintName: 'category_guides_category_fk' })
  category?: Category;

  @Column('text', { transformer: jsonColumn({ kind: 'none' }) })
  placeholder!: PlaceholderRule;
}
