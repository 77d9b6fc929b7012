import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../platform/clock.js';
import { ChangeFeed } from '../platform/database/change-feed.js';
import { AppError, refuseProblems } from '../platform/errors/app-error.js';
import { CLOCK } from '../platform/tokens.js';
import {
  CategoriesRepository,
  type CategoryChange,
  type CategoryCounts,
  type CategoryEdited,
  type CategoryRefusal,
} from './categories.repository.js';
import type { Category, CategoryKind } from './category.entity.js';
import { conflict } from './channel-refusals.js';
import { nameProblems } from './channel-rules.js';

export const CATEGORY_KINDS = ['live', 'vod', 'series'] as const satisfies readonly CategoryKind[];
const MAX_NAME = 200;

export interface CountedCategory {
  category: Category;
  counts: CategoryCounts;
}

/** What people do with categories. Throws `invalid_input`, `not_found`, and `conflict` for one that is in use. */
@Injectable()
export class CategoriesService {
  constructor(
    private readonly categories: CategoriesRepository,
    private readonly changes: ChangeFeed,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async list(kind?: CategoryKind): Promise<CountedCategory[]> {
    const counts = await this.categories.counts();
    return (await this.categories.list(kind)).map((category) => ({
      category,
      counts: counts.get(category.id) ?? { channels: 0, hidden: 0, retired: 0 },
    }));
  }

  async get(id: number): Promise<CountedCategory> {
    const found = (await this.list()).find(({ category }) => category.id === id);
    if (!found) throw refusalError({ kind: 'unknown', id });
    return found;
  }

  async add(kind: CategoryKind, name: string, parentId: number | null): Promise<Category> {
    refuseProblems(nameProblems('name', name, MAX_NAME));
    const createdAt = Math.floor(this.clock.now() / 1000);
    return this.settle(await this.categories.add(kind, name, parentId, createdAt));
  }

  /** Renames, hides, or moves below another one. */
  async change(id: number, change: CategoryChange): Promise<Category> {
    if (change.name !== undefined) refuseProblems(nameProblems('name', change.name, MAX_NAME));
    return this.settle(await this.categories.change(id, change));
  }

  async order(ids: readonly number[]): Promise<void> {
    refuseList(ids);
    await this.settle(await this.categories.order(ids));
  }

  /** Makes `ids` part of `targetId`, now and for every later refresh. */
  async merge(targetId: number, ids: readonly number[]): Promise<Category> {
    refuseList(ids);
    if (ids.includes(targetId)) {
      refuseProblems([{ field: 'ids', rule: 'must not contain the category they are merged into' }]);
    }
    return this.settle(await this.categories.merge(targetId, ids));
  }

  async remove(id: number): Promise<void> {
    await this.settle(await this.categories.remove(id));
  }

  private async settle(edited: CategoryEdited): Promise<Category> {
    if (edited.kind !== 'done') throw refusalError(edited);
    await this.changes.check();
    return edited.category;
  }
}

function refuseList(ids: readonly number[]): void {
  if (ids.length > 0 && new Set(ids).size === ids.length) return;
  refuseProblems([{ field: 'ids', rule: 'must name categories, each once' }]);
}

function refusalError(refusal: CategoryRefusal): AppError {
  switch (refusal.kind) {
    case 'unknown':
      return new AppError('not_found', `there is no category ${refusal.id}`, { status: 404 });
    case 'unknown-parent': {
      const details = [{ field: 'parentId', rule: 'must be the id of a category of the same kind' }];
      return new AppError('invalid_input', `there is no category ${refusal.id} of this kind`, {
        status: 400,
        details,
      });
    }
    case 'own-ancestor':
      return conflict('a category cannot lie below itself');
    case 'other-kind':
      return conflict(`category ${refusal.id} is of another kind`);
    case 'not-empty': {
      const { channels, retired } = refusal.counts;
      const films = refusal.films > 0 ? `, and ${refusal.films} films or episodes` : '';
      return conflict(
        `the category holds ${channels} channels and ${retired} retired ones${films}; merge it into another`,
      );
    }
  }
}
