import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import { Film } from './film.entity.js';
import { Episode } from './episode.entity.js';
import { FilmSource } from './film-source.entity.js';

export type WayOrigin = 'list' | 'rutube' | 'archive';

/** One place where a film or an episode can be watched at any time. */
@Entity('vod_ways')
export class VodWay {
  @PrimaryGeneratedColumn()
  id!: number;

  /** Either this or the episode. */
  @Index('vod_ways_film')
  @Column('integer', { name: 'film_id', nullable: true })
  filmId!: number | null;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Film, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'film_id', foreignKeyConstraintName: 'vod_ways_film_fk' })
  film?: Film;

  @Index('vod_ways_episode')
  @Column('integer', { name: 'episode_id', nullable: true })
  episodeId!: number | null;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Episode, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'episode_id', foreignKeyConstraintName: 'vod_ways_episode_fk' })
  episode?: Episode;

  @Column('text')
  origin!: WayOrigin;

  /** The owner and its own id of the entry: the same entry is the same row for ever. */
  @Column('text', { name: 'origin_key', unique: true })
  originKey!: string;

  @Index('vod_ways_list')
  @Column('integer', { name: 'list_source_id', nullable: true })
  listSourceId!: number | null;

  @Index('vod_ways_source')
  @Column('integer', { name: 'film_source_id', nullable: true })
  filmSourceId!: number | null;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => FilmSource, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'film_source_id', foreignKeyConstraintName: 'vod_ways_source_fk' })
  filmSource?: FilmSource;

  @Column('integer', { name: 'category_id', nullable: true })
  categoryId!: number | null;

  /** The name the origin gives it. */
  @Column('text', { default: '' })
  label!: string;

  /** Address, or the id at the origin. May hold credentials: never log it unredacted. */
  @Column('text')
  locator!: string;

  /** "mp4", "mkv", "m3u8", … as the address says; "" = not known. */
  @Column('text', { default: '' })
  container!: string;

  @Column('text', { name: 'user_agent', nullable: true })
  userAgent!: string | null;

  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  headers!: Record<string, string>;

  @Column('boolean', { name: 'allow_private', default: false })
  allowPrivate!: boolean;

  @Column('integer', { name: 'duration_seconds', nullable: true })
  durationSeconds!: number | null;

  @Column('text', { name: 'picture_url', default: '' })
  pictureUrl!: string;

  /** Views, author, dates: what only this origin knows. */
  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  details!: Record<string, unknown>;

  /** Lower comes first. */
  @Column('integer', { default: 0 })
  priority!: number;

  @Column('boolean', { name: 'is_enabled', default: true })
  isEnabled!: boolean;

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
