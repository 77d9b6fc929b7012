import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A run-time setting that differs from its default, as JSON. */
@Entity('settings')
export class Setting {
  @PrimaryColumn('text')
  key!: string;

  @Column('text')
  value!: string;
}
