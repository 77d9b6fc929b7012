import { Injectable } from '@nestjs/common';
import { In, type EntityManager } from 'typeorm';
import { Database, touch } from '../platform/database/database.js';
import { UserCategory } from './user-category.entity.js';
import { User } from './user.entity.js';

export type UserFields = Omit<User, 'id' | 'usernameKey'>;

@Injectable()
export class UsersRepository {
  constructor(private readonly database: Database) {}

  findByName(username: string): Promise<User | null> {
    return this.database.read.findOneBy(User, { usernameKey: username.toLowerCase() });
  }

  findById(id: number): Promise<User | null> {
    return this.database.read.findOneBy(User, { id });
  }

  list(): Promise<User[]> {
    return this.database.read.find(User, { order: { id: 'ASC' } });
  }

  countAdmins(): Promise<number> {
    return this.database.read.countBy(User, { isAdmin: true });
  }

  async categoryIdsOf(userId: number): Promise<number[]> {
    const rows = await this.database.read.findBy(UserCategory, { userId });
    return rows.map((row) => row.categoryId).sort((a, b) => a - b);
  }

  /** null when the name is taken. */
  insert(fields: UserFields, categoryIds: readonly number[]): Promise<User | null> {
    return this.database.write('add user', async (manager) => {
      const usernameKey = fields.username.toLowerCase();
      if (await manager.existsBy(User, { usernameKey })) return null;
      const user = await manager.save(manager.create(User, { ...fields, usernameKey }));
      await replaceCategories(manager, user.id, categoryIds);
      await touch(manager, 'users');
      return user;
    });
  }

  /** false when there is no such user. `categoryIds` undefined leaves them as they are. */
  update(
    id: number,
    fields: Partial<Omit<UserFields, 'username'>>,
    categoryIds?: readonly number[],
  ): Promise<boolean> {
    return this.database.write('change user', async (manager) => {
      if (!(await manager.existsBy(User, { id }))) return false;
      if (Object.keys(fields).length > 0) await manager.update(User, { id }, fields);
      if (categoryIds) await replaceCategories(manager, id, categoryIds);
      await touch(manager, 'users');
      return true;
    });
  }

  remove(id: number): Promise<boolean> {
    return this.database.write('remove user', async (manager) => {
      const result = await manager.delete(User, { id });
      await touch(manager, 'users');
      return (result.affected ?? 0) > 0;
    });
  }

  /** Not a change that anybody caches, so no revision is raised. */
  async noteSeen(userIds: readonly number[], atSeconds: number): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.write('last seen', (manager) =>
      manager.update(User, { id: In([...userIds]) }, { lastSeenAt: atSeconds }),
    );
  }
}

async function replaceCategories(
  manager: EntityManager,
  userId: number,
  categoryIds: readonly number[],
): Promise<void> {
  await manager.delete(UserCategory, { userId });
  if (categoryIds.length > 0) {
    await manager.insert(
      UserCategory,
      categoryIds.map((categoryId) => ({ userId, categoryId })),
    );
  }
}
