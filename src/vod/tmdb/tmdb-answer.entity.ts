import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import { epochSeconds } from '../../platform/database/columns.js';

/** An answer of TMDB, kept. */
@Entity('tmdb_cache')
export class TmdbAnswer {
  @PrimaryColumn('text')
  key!: string;

  /** 200, or 404 for what TMDB does not know. */
  @Column('integer')
  status!: number;

  @Column('text')
  body!: string;

  @Column('bigint', { name: 'fetched_at', transformer: epochSeconds })
  fetchedAt!: number;

  @Index('tmdb_cache_expiry')
  @Column('bigint', { name: 'expires_at', transformer: epochSeconds })
  expiresAt!: number;
}
