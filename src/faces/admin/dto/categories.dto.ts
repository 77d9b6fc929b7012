import { CATEGORY_KINDS, type CountedCategory } from '../../../channels/categories.service.js';
import { Flag, Id, IdList, OneOf, Text, Told } from './fields.js';

export class CategoriesQueryDto {
  @OneOf(CATEGORY_KINDS, { doc: 'Only categories of this kind.', optional: true })
  kind?: (typeof CATEGORY_KINDS)[number];
}

export class AddCategoryDto {
  @OneOf(CATEGORY_KINDS, { doc: 'What it holds.', optional: true, default: 'live' })
  kind: (typeof CATEGORY_KINDS)[number] = 'live';

  @Text({ doc: 'Name.', min: 1, max: 200 })
  name!: string;

  @Id({ doc: 'The category above it; null = none.', optional: true, nullable: true })
  parentId?: number | null;
}

export class ChangeCategoryDto {
  @Text({
    doc: 'Name. Lists go on feeding the category under the name they use.',
    optional: true,
    min: 1,
    max: 200,
  })
  name?: string;

  @Flag({ doc: 'Hides the category with its channels.', optional: true })
  isHidden?: boolean;

  @Id({ doc: 'The category above it; null = none.', optional: true, nullable: true })
  parentId?: number | null;
}

export class CategoryIdsDto {
  @IdList({ doc: 'Ids of categories, each once.', min: 1, max: 2000 })
  ids!: number[];
}

export class CategoryDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('What it holds.', { type: String, enum: [...CATEGORY_KINDS] })
  kind!: string;

  @Told('Name.', { type: String })
  name!: string;

  @Told('The category above it; null = none.', { type: 'integer', nullable: true })
  parentId!: number | null;

  @Told('Place in the order.', { type: 'integer' })
  position!: number;

  @Told('Hidden with its channels.', { type: Boolean })
  isHidden!: boolean;

  @Told('Lists feed it; otherwise a person made it.', { type: Boolean })
  isFromLists!: boolean;

  @Told('Living channels in it.', { type: 'integer' })
  channels!: number;

  @Told('How many of those are hidden themselves.', { type: 'integer' })
  hiddenChannels!: number;

  @Told('Channels in it that no list carries any more.', { type: 'integer' })
  retiredChannels!: number;
}

export class CategoriesDto {
  @Told('In their order.', { type: [CategoryDto] })
  items!: CategoryDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export function toCategoryDto({ category, counts }: CountedCategory): CategoryDto {
  return {
    id: category.id,
    kind: category.kind,
    name: category.name,
    parentId: category.parentId,
    position: category.position,
    isHidden: category.isHidden,
    isFromLists: category.sourceKey !== null,
    channels: counts.channels,
    hiddenChannels: counts.hidden,
    retiredChannels: counts.retired,
  };
}
