import { In } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { Category, type CategoryKind } from './category.entity.js';

/** Categories per transaction. */
const SLICE = 40;

/** The categories of the groups that lists name. */
export class GroupCategoriesRepository {
  constructor(private readonly database: Database) {}

  all(kind: CategoryKind): Promise<Category[]> {
    return this.database.read.find(Category, { where: { kind }, order: { position: 'ASC' } });
  }

  /**
   * Ids by source key. Those that are missing are made, under these names and behind the others; one that was merged
   * leads to what it became part of.
   */
  async ensure(
    kind: CategoryKind,
    names: ReadonlyMap<string, string>,
    nowSeconds: number,
  ): Promise<Map<string, number>> {
    const ids = new Map<string, number>();
    const known = await this.all(kind);
    for (const { sourceKey, id, mergedIntoId } of known) {
      if (sourceKey !== null) ids.set(sourceKey, mergedIntoId ?? id);
    }
    let position = Math.max(0, ...known.map((category) => category.position));
    const missing = [...names].filter(([key]) => !ids.has(key));
    for (let start = 0; start < missing.length; start += SLICE) {
      const rows = missing.slice(start, start + SLICE).map(([sourceKey, name]) => ({
        ...{ kind, parentId: null, name, sourceKey, position: ++position },
        ...{ isHidden: false, editedFields: [], mergedIntoId: null, createdAt: nowSeconds },
      }));
      for (const { sourceKey, id } of await this.add(kind, rows)) {
        if (sourceKey !== null) ids.set(sourceKey, id);
      }
    }
    return ids;
  }

  private add(kind: CategoryKind, rows: Omit<Category, 'id'>[]): Promise<Category[]> {
    return this.database.write('categories of lists', async (manager) => {
      const adding = manager.createQueryBuilder().insert().into(Category).values(rows);
      await adding.orIgnore().updateEntity(false).execute();
      return manager.findBy(Category, { kind, sourceKey: In(rows.map(({ sourceKey }) => sourceKey)) });
    });
  }
}
