import { Injectable } from '@nestjs/common';
import { In, IsNull, Not, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { differences } from '../platform/audit/changes.js';
import { BulkRows } from '../platform/database/bulk-rows.js';
import { Database, touch } from '../platform/database/database.js';
import { textContains } from '../platform/database/text-search.js';
import { accountStatus, type AccountStatus } from './account.js';
import { RefreshToken } from './refresh-token.entity.js';
import { UserCategory } from './user-category.entity.js';
import { User } from './user.entity.js';

export type UserFields = Omit<User, 'id' | 'usernameKey'>;

export interface UsersQuery {
  /** Part of the name, the e-mail address or the notes. */
  search?: string;
  status?: AccountStatus;
  isAdmin?: boolean;
  sort: 'username' | 'createdAt' | 'expiresAt' | 'lastSeenAt';
  descending: boolean;
  page: number;
  perPage: number;
  nowSeconds: number;
}

export interface UserChange {
  fields: Partial<Omit<UserFields, 'username'>>;
  /** Absent = as they are. */
  categoryIds?: readonly number[];
  nowSeconds: number;
}

/** `last-administrator`: nobody could administer the server afterwards. */
export type UserWrite = 'done' | 'unknown' | 'last-administrator';

const SORT_COLUMNS = {
  username: 'user.usernameKey',
  createdAt: 'user.createdAt',
  expiresAt: 'user.expiresAt',
  lastSeenAt: 'user.lastSeenAt',
} as const;

@Injectable()
export class UsersRepository {
  /** Asked with every request of a player. */
  private readonly rows: { users: BulkRows<User>; categories: BulkRows<UserCategory> };

  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {
    const { read } = database;
    this.rows = { users: new BulkRows(read, User), categories: new BulkRows(read, UserCategory) };
  }

  async findByName(username: string): Promise<User | null> {
    const found = await this.rows.users.findBy('usernameKey', username.toLowerCase());
    return found[0] ?? null;
  }

  findById(id: number): Promise<User | null> {
    return this.database.read.findOneBy(User, { id });
  }

  list(): Promise<User[]> {
    return this.database.read.find(User, { order: { id: 'ASC' } });
  }

  async page(query: UsersQuery): Promise<{ items: User[]; total: number }> {
    const builder = this.database.read.createQueryBuilder(User, 'user');
    this.filter(builder, query);
    const total = await builder.getCount();
    const items = await builder
      .orderBy(SORT_COLUMNS[query.sort], query.descending ? 'DESC' : 'ASC', 'NULLS LAST')
      .addOrderBy('user.id', 'ASC')
      .offset((query.page - 1) * query.perPage)
      .limit(query.perPage)
      .getMany();
    return { items, total };
  }

  async counts(): Promise<Record<'all' | 'administrators' | 'active', number>> {
    const { read } = this.database;
    return {
      all: await read.count(User),
      administrators: await this.countAdmins(),
      active: await read.countBy(User, { isActive: true, isBanned: false }),
    };
  }

  countAdmins(): Promise<number> {
    return this.database.read.countBy(User, { isAdmin: true });
  }

  async categoryIdsOf(userId: number): Promise<number[]> {
    const rows = await this.rows.categories.findBy('userId', userId);
    return rows.map(({ categoryId }) => categoryId).sort((a, b) => a - b);
  }

  /** Of several users at once; absent = no restriction. */
  async categoryIdsByUser(userIds: readonly number[]): Promise<Map<number, number[]>> {
    const rows = await this.database.read.find(UserCategory, {
      where: { userId: In([...userIds]) },
      order: { categoryId: 'ASC' },
    });
    const byUser = new Map<number, number[]>();
    for (const { userId, categoryId } of rows) {
      byUser.set(userId, [...(byUser.get(userId) ?? []), categoryId]);
    }
    return byUser;
  }

  /** null when the name is taken. */
  insert(fields: UserFields, categoryIds: readonly number[]): Promise<User | null> {
    return this.database.write('add user', async (manager) => {
      await touch(manager, 'users');
      const usernameKey = fields.username.toLowerCase();
      if (await manager.existsBy(User, { usernameKey })) return null;
      const user = await manager.save(manager.create(User, { ...fields, usernameKey }));
      await replaceCategories(manager, user.id, categoryIds);
      await this.audit.record(manager, ['user', 'add'], user.id, { ...fields, categoryIds });
      return user;
    });
  }

  /** A new password ends every login that was made with the old one. */
  update(id: number, { fields, categoryIds, nowSeconds }: UserChange): Promise<UserWrite> {
    return this.database.write('change user', async (manager) => {
      // First: on PostgreSQL this row lock lets one change of accounts through at a time.
      await touch(manager, 'users');
      const before = await manager.findOneBy(User, { id });
      if (!before) return 'unknown';
      const after = Object.assign({}, before, fields);
      if (!mayAdminister(after, nowSeconds) && (await isLastAdministrator(manager, before, nowSeconds))) {
        return 'last-administrator';
      }
      if (Object.keys(fields).length > 0) await manager.update(User, { id }, fields);
      const changes = differences(before, fields);
      if (categoryIds) {
        const rows = await manager.findBy(UserCategory, { userId: id });
        const known = { categoryIds: rows.map(({ categoryId }) => categoryId).sort((a, b) => a - b) };
        Object.assign(changes, differences(known, { categoryIds: [...categoryIds].sort((a, b) => a - b) }));
        await replaceCategories(manager, id, categoryIds);
      }
      if (fields.passwordHash !== undefined) {
        await manager.update(RefreshToken, { userId: id, revokedAt: IsNull() }, { revokedAt: nowSeconds });
      }
      if (Object.keys(changes).length > 0) await this.audit.record(manager, ['user', 'change'], id, changes);
      return 'done';
    });
  }

  remove(id: number, nowSeconds: number): Promise<UserWrite> {
    return this.database.write('remove user', async (manager) => {
      await touch(manager, 'users');
      const user = await manager.findOneBy(User, { id });
      if (!user) return 'unknown';
      if (await isLastAdministrator(manager, user, nowSeconds)) return 'last-administrator';
      await manager.delete(User, { id });
      await this.audit.record(manager, ['user', 'remove'], id, { username: user.username });
      return 'done';
    });
  }

  /** Not a change that anybody caches, so no revision is raised. */
  async noteSeen(userIds: readonly number[], atSeconds: number): Promise<void> {
    if (userIds.length === 0) return;
    await this.database.write('last seen', (manager) =>
      manager.update(User, { id: In([...userIds]) }, { lastSeenAt: atSeconds }),
    );
  }

  private filter(builder: SelectQueryBuilder<User>, query: UsersQuery): void {
    const { search, status, isAdmin, nowSeconds } = query;
    if (search !== undefined && search !== '') {
      const matches = textContains(
        this.database.dialect,
        ['user.username', 'user.email', 'user.notes'],
        search,
      );
      builder.andWhere(matches.sql, matches.parameters);
    }
    if (isAdmin !== undefined) builder.andWhere('user.isAdmin = :isAdmin', { isAdmin });
    if (status === undefined) return;
    builder.andWhere('user.isBanned = :isBanned', { isBanned: status === 'Banned' });
    if (status === 'Banned') return;
    builder.andWhere('user.isActive = :isActive', { isActive: status !== 'Disabled' });
    if (status === 'Expired') builder.andWhere('user.expiresAt <= :nowSeconds', { nowSeconds });
    if (status === 'Active') {
      builder.andWhere('(user.expiresAt IS NULL OR user.expiresAt > :nowSeconds)', { nowSeconds });
    }
  }
}

type Standing = Pick<User, 'isAdmin' | 'isActive' | 'isBanned' | 'expiresAt'>;

function mayAdminister(user: Standing, nowSeconds: number): boolean {
  return user.isAdmin && accountStatus(user, nowSeconds) === 'Active';
}

async function isLastAdministrator(manager: EntityManager, user: User, nowSeconds: number): Promise<boolean> {
  if (!mayAdminister(user, nowSeconds)) return false;
  const others = await manager.findBy(User, { isAdmin: true, id: Not(user.id) });
  return !others.some((other) => mayAdminister(other, nowSeconds));
}

async function replaceCategories(
  manager: EntityManager,
  userId: number,
  categoryIds: readonly number[],
): Promise<void> {
  await manager.delete(UserCategory, { userId });
  const unique = [...new Set(categoryIds)];
  if (unique.length > 0) {
    await manager.insert(
      UserCategory,
      unique.map((categoryId) => ({ userId, categoryId })),
    );
  }
}
