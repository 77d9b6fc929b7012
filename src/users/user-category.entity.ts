import { Entity, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { User } from './user.entity.js';

/** A category that a user may see. A user without any row sees all. */
@Entity('user_categories')
export class UserCategory {
  @PrimaryColumn('integer', { name: 'user_id' })
  userId!: number;

  /** Declared for the foreign key alone. */
  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'user_categories_user_fk' })
  user?: User;

  @PrimaryColumn('integer', { name: 'category_id' })
  categoryId!: number;
}
