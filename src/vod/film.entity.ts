import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds, jsonColumn, wordList } from '../platform/database/columns.js';

/** A candidate has the length of a film and nothing else: only TMDB makes it one. Rejected = a person or TMDB said no. */
export type FilmState = 'film' | 'candidate' | 'rejected';

/** `none`: TMDB knows no such film. `manual`: a person chose. */
export type TmdbStatus = 'pending' | 'match' | 'ambiguous' | 'none' | 'manual';

/** A film, found in a guide, a list or a feed. Its id never changes. */
@Entity('films')
@Index('films_state', ['state', 'id'])
export class Film {
  /** Of the range of films, see `core/util/ids`. */
  @PrimaryGeneratedColumn()
  id!: number;

  /** What makes a programme or an entry this film again. */
  @Column('text', { name: 'identity_key', unique: true })
  identityKey!: string;

  @Column('text')
  state!: FilmState;

  /** As written on screen. */
  @Column('text')
  title!: string;

  @Column('text', { name: 'original_title', default: '' })
  originalTitle!: string;

  @Column('integer', { nullable: true })
  year!: number | null;

  @Column('integer', { name: 'duration_seconds', nullable: true })
  durationSeconds!: number | null;

  @Column('text', { default: '' })
  description!: string;

  /** As the guide or the list names them. */
  @Column('text', { default: '[]', transformer: jsonColumn([]) })
  genres!: string[];

  /** 0–10. */
  @Column('float', { nullable: true })
  rating!: number | null;

  /** Years. */
  @Column('integer', { name: 'age_limit', nullable: true })
  ageLimit!: number | null;

  @Column('boolean', { name: 'is_adult', default: false })
  isAdult!: boolean;

  /** Address of the picture the guide or the list gives. */
  @Column('text', { name: 'guide_picture', default: '' })
  guidePicture!: string;

  /** Addresses of the best pictures known; the image store knows them by these. */
  @Column('text', { name: 'poster_url', default: '' })
  posterUrl!: string;

  @Column('text', { name: 'backdrop_url', default: '' })
  backdropUrl!: string;

  @Index('films_tmdb')
  @Column('integer', { name: 'tmdb_id', nullable: true })
  tmdbId!: number | null;

  @Column('text', { name: 'tmdb_status' })
  tmdbStatus!: TmdbStatus;

  /** 0–1. */
  @Column('float', { name: 'tmdb_score', nullable: true })
  tmdbScore!: number | null;

  /** Why this match, or why none, in words. */
  @Column('text', { name: 'tmdb_reasons', default: '[]', transformer: jsonColumn([]) })
  tmdbReasons!: string[];

  /** What TMDB says of it, as `vod/tmdb` wrote it; null = nothing. */
  @Column('text', { name: 'tmdb_details', nullable: true, transformer: jsonColumn(null) })
  tmdbDetails!: unknown;

  @Column('bigint', { name: 'tmdb_checked_at', nullable: true, transformer: epochSeconds })
  tmdbCheckedAt!: number | null;

  @Column('integer', { default: 0 })
  views!: number;

  @Column('boolean', { name: 'is_hidden', default: false })
  isHidden!: boolean;

  /** Fields a person set; no run touches them. */
  @Column('text', { name: 'edited_fields', default: '', transformer: wordList })
  editedFields!: string[];

  @Column('bigint', { name: 'added_at', transformer: epochSeconds })
  addedAt!: number;

  @Column('bigint', { name: 'updated_at', transformer: epochSeconds })
  updatedAt!: number;

  /** Set while it has neither airing nor way to watch. */
  @Column('bigint', { name: 'retired_at', nullable: true, transformer: epochSeconds })
  retiredAt!: number | null;
}
