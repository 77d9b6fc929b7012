import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import { epochSeconds } from '../platform/database/columns.js';

/** What a person decided about a film; outlives every run, and the film row itself. */
@Entity('film_decisions')
export class FilmDecision {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text', { name: 'identity_key', unique: true })
  identityKey!: string;

  @Column('text')
  kind!: 'match' | 'not-a-film';

  @Column('integer', { name: 'tmdb_id', nullable: true })
  tmdbId!: number | null;

  @Column('bigint', { name: 'decided_at', transformer: epochSeconds })
  decidedAt!: number;
}
