import { Column, Entity, JoinColumn, OneToOne, PrimaryColumn } from 'typeorm';
import { jsonColumn } from '../platform/database/columns.js';
import type { EditableFilm } from './managing/film-rules.js';
import { Film } from './film.entity.js';

/** What guides and lists said of the fields of a film before a person set them: showings are still known by these. */
@Entity('film_edits')
export class FilmEdit {
  @PrimaryColumn('integer', { name: 'film_id' })
  filmId!: number;

  /** Declared for the foreign key alone. */
  @OneToOne(() => Film, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'film_id', foreignKeyConstraintName: 'film_edits_film_fk' })
  film?: Film;

  /** By the name of the field. */
  @Column('text', { default: '{}', transformer: jsonColumn({}) })
  told!: Partial<EditableFilm>;
}
