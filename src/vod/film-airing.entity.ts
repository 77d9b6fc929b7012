import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn } from '../platform/database/columns.js';
import { Film } from './film.entity.js';
import { Channel } from '../channels/channel.entity.js';

/** One time at which a channel shows a film. Removed when it is past. */
@Entity('film_airings')
@Index('film_airings_place', ['channelId', 'start'], { unique: true })
@Index('film_airings_film', ['filmId', 'start'])
export class FilmAiring {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('integer', { name: 'film_id' })
  filmId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Film, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'film_id', foreignKeyConstraintName: 'film_airings_film_fk' })
  film?: Film;

  @Column('integer', { name: 'channel_id' })
  channelId!: number;

  /** Declared for the foreign key alone; rows are joined by id. */
  @ManyToOne(() => Channel, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'channel_id', foreignKeyConstraintName: 'film_airings_channel_fk' })
  channel?: Channel;

  @Column('bigint', { transformer: epochSeconds })
  start!: number;

  @Index('film_airings_stop')
  @Column('bigint', { transformer: epochSeconds })
  stop!: number;

  /** As the guide writes it. */
  @Column('text')
  title!: string;

  /** Sub-title, reasons, picture. */
  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  details!: Record<string, unknown>;
}
