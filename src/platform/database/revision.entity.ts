import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A counter per kind of data, so that caches of every process learn of a change. */
@Entity('revisions')
export class Revision {
  @PrimaryColumn('text')
  name!: string;

  @Column('integer')
  value!: number;
}
