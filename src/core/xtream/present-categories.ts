import { displayName } from './text.js';

export interface PresentedCategory {
  readonly id: number;
  readonly name: string;
  readonly parentId: number | null;
}

export interface CategoryRow {
  /** A string of digits: go.xtream-codes fails on numbers, pyxtream and Jellyfin convert it to an integer. */
  category_id: string;
  category_name: string;
  /** Never null: the npm client dereferences it. */
  parent_id: number;
}

export function presentCategory(category: PresentedCategory): CategoryRow {
  return {
    category_id: String(category.id),
    category_name: categoryName(category),
    parent_id: category.parentId ?? 0,
  };
}

export function categoryName(category: Pick<PresentedCategory, 'id' | 'name'>): string {
  return displayName(category.name, `Category ${category.id}`);
}
