import { Injectable } from '@nestjs/common';
import { In, IsNull, Not } from 'typeorm';
import { AuditRepository } from '../platform/audit/audit.repository.js';
import { differences } from '../platform/audit/changes.js';
import { Database, findForUpdate, touch, type Transaction } from '../platform/database/database.js';
import { Category, type CategoryKind } from './category.entity.js';
import { Channel } from './channel.entity.js';
import { editChannels, Refused } from './edit-transaction.js';

export interface CategoryCounts {
  channels: number;
  hidden: number;
  retired: number;
}

export interface CategoryChange {
  name?: string;
  isHidden?: boolean;
  parentId?: number | null;
}

export type CategoryRefusal =
  | { kind: 'unknown'; id: number }
  | { kind: 'unknown-parent'; id: number }
  | { kind: 'own-ancestor' }
  | { kind: 'other-kind'; id: number }
  /** `films`: ways to watch films and episodes. */
  | { kind: 'not-empty'; counts: CategoryCounts; films: number };
export type CategoryEdited = { kind: 'done'; category: Category } | CategoryRefusal;

/** Categories as administrators see and change them. Merged ones are never told. */
@Injectable()
export class CategoriesRepository {
  constructor(
    private readonly database: Database,
    private readonly audit: AuditRepository,
  ) {}

  list(kind?: CategoryKind): Promise<Category[]> {
    return this.database.read.find(Category, {
      where: { mergedIntoId: IsNull(), ...(kind ? { kind } : {}) },
      order: { kind: 'ASC', position: 'ASC', id: 'ASC' },
    });
  }

  findById(id: number): Promise<Category | null> {
    return this.database.read.findOneBy(Category, { id, mergedIntoId: IsNull() });
  }

  async counts(): Promise<Map<number, CategoryCounts>> {
    const rows = await this.database.read
      .createQueryBuilder(Channel, 'channel')
      .select('channel.categoryId', 'categoryId')
      .addSelect('SUM(CASE WHEN channel.retiredAt IS NULL THEN 1 ELSE 0 END)', 'channels')
      .addSelect(
        'SUM(CASE WHEN channel.retiredAt IS NULL AND channel.isHidden = :yes THEN 1 ELSE 0 END)',
        'hidden',
      )
      .addSelect('SUM(CASE WHEN channel.retiredAt IS NULL THEN 0 ELSE 1 END)', 'retired')
      .where('channel.mergedIntoId IS NULL')
      .setParameter('yes', this.database.dialect === 'sqlite' ? 1 : true)
      .groupBy('channel.categoryId')
      .getRawMany<{ categoryId: number } & Record<keyof CategoryCounts, number | string>>();
    return new Map(
      rows.map(({ categoryId, channels, hidden, retired }) => [
        categoryId,
        { channels: Number(channels), hidden: Number(hidden), retired: Number(retired) },
      ]),
    );
  }

  add(kind: CategoryKind, name: string, parentId: number | null, createdAt: number): Promise<CategoryEdited> {
    return this.edit('add category', async (manager) => {
      if (parentId !== null) await requireParent(manager, parentId, kind);
      const highest = await manager.maximum(Category, 'position', { kind });
      const category = await manager.save(
        manager.create(Category, {
          ...{ kind, name, parentId, createdAt },
          sourceKey: null,
          position: (highest ?? 0) + 1,
          isHidden: false,
          editedFields: [],
          mergedIntoId: null,
        }),
      );
      await this.audit.record(manager, ['category', 'add'], category.id, { kind, name, parentId });
      return category;
    });
  }

  change(id: number, change: CategoryChange): Promise<CategoryEdited> {
    return this.edit('change category', async (manager) => {
      const row = await requireCategory(manager, id);
      if (change.parentId !== undefined && change.parentId !== null) {
        const parent = await requireParent(manager, change.parentId, row.kind);
        await refuseCircle(manager, id, parent);
      }
      const changes = differences(row, change);
      const changed = Object.keys(changes);
      if (changed.length === 0) return row;
      const editedFields = [...new Set([...row.editedFields, ...changed])];
      await manager.update(Category, { id }, { ...change, editedFields });
      await this.audit.record(manager, ['category', 'change'], id, changes);
      return Object.assign(row, change, { editedFields });
    });
  }

  /** The named ones first, in this order; the others of their kind stay behind them as they are. */
  order(ids: readonly number[]): Promise<CategoryEdited> {
    return this.edit('order categories', async (manager) => {
      const [first] = ids;
      const { kind } = await requireCategory(manager, first ?? 0);
      const rows = await manager.find(Category, {
        where: { kind, mergedIntoId: IsNull() },
        order: { position: 'ASC', id: 'ASC' },
      });
      const known = new Set(rows.map((row) => row.id));
      const missing = ids.find((id) => !known.has(id));
      if (missing !== undefined) throw new Refused<CategoryRefusal>({ kind: 'unknown', id: missing });
      const named = new Set(ids);
      const order = [...ids, ...rows.map((row) => row.id).filter((id) => !named.has(id))];
      for (const [index, id] of order.entries()) {
        await manager.update(Category, { id }, { position: index + 1 });
      }
      await this.audit.record(manager, ['category', 'order'], null, { ids });
      return requireCategory(manager, order[0] ?? 0);
    });
  }

  /** Channels, films, users' rights and what lists bring under these names move to the target. */
  merge(targetId: number, ids: readonly number[]): Promise<CategoryEdited> {
    return this.edit('merge categories', async (manager) => {
      const target = await requireCategory(manager, targetId);
      for (const id of ids) {
        const row = await requireCategory(manager, id);
        if (row.kind !== target.kind) throw new Refused<CategoryRefusal>({ kind: 'other-kind', id });
      }
      const merged = { id: In([...ids]) };
      await manager.update(Channel, { categoryId: In([...ids]) }, { categoryId: targetId });
      await manager.update(Category, { mergedIntoId: In([...ids]) }, { mergedIntoId: targetId });
      await manager.update(Category, merged, { mergedIntoId: targetId, parentId: null });
      const children = { parentId: In([...ids]), id: Not(targetId) };
      await manager.update(Category, children, { parentId: targetId });
      if (ids.includes(target.parentId ?? 0)) {
        await manager.update(Category, { id: targetId }, { parentId: null });
      }
      await moveFilms(manager, ids, targetId);
      await moveRights(manager, ids, targetId);
      await this.audit.record(manager, ['category', 'merge'], targetId, { merged: ids });
      return requireCategory(manager, targetId);
    });
  }

  /** Only an empty one. What lies below it moves up. */
  remove(id: number): Promise<CategoryEdited> {
    return this.edit('remove category', async (manager) => {
      const row = await requireCategory(manager, id);
      // Channels that were merged into others hang on to it out of sight.
      await manager.query(
        `UPDATE channels SET category_id = (SELECT target.category_id FROM channels AS target ` +
          `WHERE target.id = channels.merged_into_id) WHERE category_id = ${id} AND merged_into_id IS NOT NULL`,
      );
      const counts = await countsOf(manager, id);
      const films = await countFilms(manager, id);
      if (counts.channels + counts.retired + films > 0) {
        throw new Refused<CategoryRefusal>({ kind: 'not-empty', counts, films });
      }
      await manager.update(Category, { parentId: id }, { parentId: row.parentId });
      await manager.delete(Category, { mergedIntoId: id });
      await manager.delete(Category, { id });
      await this.audit.record(manager, ['category', 'remove'], id, { name: row.name });
      return row;
    });
  }

  private edit(name: string, work: (manager: Transaction) => Promise<Category>): Promise<CategoryEdited> {
    return editChannels<CategoryEdited, CategoryRefusal>(this.database, name, async (manager) => ({
      kind: 'done',
      category: await work(manager),
    }));
  }
}

async function requireCategory(manager: Transaction, id: number): Promise<Category> {
  const [row] = await findForUpdate(manager, Category, { id, mergedIntoId: IsNull() });
  if (!row) throw new Refused<CategoryRefusal>({ kind: 'unknown', id });
  return row;
}

async function requireParent(manager: Transaction, id: number, kind: CategoryKind): Promise<Category> {
  const parent = await manager.findOneBy(Category, { id, kind, mergedIntoId: IsNull() });
  if (!parent) throw new Refused<CategoryRefusal>({ kind: 'unknown-parent', id });
  return parent;
}

async function refuseCircle(manager: Transaction, id: number, parent: Category): Promise<void> {
  const seen = new Set<number>();
  for (let above: Category | null = parent; above !== null && !seen.has(above.id);) {
    if (above.id === id) throw new Refused<CategoryRefusal>({ kind: 'own-ancestor' });
    seen.add(above.id);
    above = above.parentId === null ? null : await manager.findOneBy(Category, { id: above.parentId });
  }
}

async function countsOf(manager: Transaction, categoryId: number): Promise<CategoryCounts> {
  const living = await manager.countBy(Channel, { categoryId, retiredAt: IsNull() });
  const retired = await manager.countBy(Channel, { categoryId, retiredAt: Not(IsNull()) });
  return { channels: living, hidden: 0, retired };
}

/** Plain statements: the rows are the films' room's. */
async function moveFilms(manager: Transaction, ids: readonly number[], targetId: number): Promise<void> {
  const list = ids.map(Number).join(', ');
  for (const table of ['vod_ways', 'series']) {
    await manager.query(`UPDATE ${table} SET category_id = ${targetId} WHERE category_id IN (${list})`);
  }
  await touch(manager, 'films');
}

async function countFilms(manager: Transaction, id: number): Promise<number> {
  const [row] = await manager.query<{ films: number | string }[]>(
    `SELECT COUNT(*) AS films FROM vod_ways WHERE category_id = ${id}`,
  );
  return Number(row?.films);
}

/** Who might see one of them may see what it became part of. Plain statements: the rows are the users' room's. */
async function moveRights(manager: Transaction, ids: readonly number[], targetId: number): Promise<void> {
  const list = ids.map(Number).join(', ');
  await manager.query(
    `INSERT INTO user_categories (user_id, category_id) SELECT DISTINCT user_id, ${targetId} FROM user_categories ` +
      `WHERE category_id IN (${list}) AND user_id NOT IN ` +
      `(SELECT user_id FROM user_categories WHERE category_id = ${targetId})`,
  );
  await manager.query(`DELETE FROM user_categories WHERE category_id IN (${list})`);
  await touch(manager, 'users');
}
