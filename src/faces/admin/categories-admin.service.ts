import { Injectable } from '@nestjs/common';
import { CategoriesService } from '../../channels/categories.service.js';
import type { CategoryKind } from '../../channels/category.entity.js';
import {
  toCategoryDto,
  type AddCategoryDto,
  type CategoriesDto,
  type CategoryDto,
  type ChangeCategoryDto,
} from './dto/categories.dto.js';

/** Categories as the API tells them. */
@Injectable()
export class CategoriesAdminService {
  constructor(private readonly categories: CategoriesService) {}

  async list(kind?: CategoryKind): Promise<CategoriesDto> {
    const items = (await this.categories.list(kind)).map(toCategoryDto);
    return { items, total: items.length };
  }

  async get(id: number): Promise<CategoryDto> {
    return toCategoryDto(await this.categories.get(id));
  }

  async add({ kind, name, parentId }: AddCategoryDto): Promise<CategoryDto> {
    return this.get((await this.categories.add(kind, name, parentId ?? null)).id);
  }

  async change(id: number, change: ChangeCategoryDto): Promise<CategoryDto> {
    await this.categories.change(id, change);
    return this.get(id);
  }

  async order(ids: readonly number[]): Promise<CategoriesDto> {
    await this.categories.order(ids);
    return this.list();
  }

  async merge(id: number, ids: readonly number[]): Promise<CategoryDto> {
    await this.categories.merge(id, ids);
    return this.get(id);
  }
}
