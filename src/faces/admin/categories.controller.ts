import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CategoriesService } from '../../channels/categories.service.js';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import { CategoriesAdminService } from './categories-admin.service.js';
import {
  AddCategoryDto,
  CategoriesDto,
  CategoriesQueryDto,
  CategoryDto,
  CategoryIdsDto,
  ChangeCategoryDto,
} from './dto/categories.dto.js';
import { IdPipe } from './validation.js';

@AdminController('categories', 'Categories')
export class CategoriesController {
  constructor(
    private readonly admin: CategoriesAdminService,
    private readonly categories: CategoriesService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List categories',
    description: 'All of them in their order, with the number of channels.',
  })
  @ApiOkResponse({ type: CategoriesDto, description: 'The categories.' })
  @BadInput()
  list(@Query() { kind }: CategoriesQueryDto): Promise<CategoriesDto> {
    return this.admin.list(kind);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a category', description: 'One category.' })
  @ApiOkResponse({ type: CategoryDto, description: 'The category.' })
  @BadInput()
  @NotFound('category')
  get(@Param('id', IdPipe) id: number): Promise<CategoryDto> {
    return this.admin.get(id);
  }

  @Post()
  @ApiOperation({ summary: 'Add a category', description: 'It goes behind the others.' })
  @ApiCreatedResponse({ type: CategoryDto, description: 'The category.' })
  @JsonBody()
  add(@Body() input: AddCategoryDto): Promise<CategoryDto> {
    return this.admin.add(input);
  }

  @Put('order')
  @ApiOperation({
    summary: 'Order categories',
    description: 'The named ones first; the others of their kind behind them.',
  })
  @ApiOkResponse({ type: CategoriesDto, description: 'All categories in their new order.' })
  @JsonBody()
  @NotFound('category')
  order(@Body() { ids }: CategoryIdsDto): Promise<CategoriesDto> {
    return this.admin.order(ids);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a category',
    description: 'Renames it, hides it, or moves it below another one.',
  })
  @ApiOkResponse({ type: CategoryDto, description: 'The category as it is now.' })
  @JsonBody()
  @NotFound('category')
  @Conflict('It would lie below itself.')
  change(@Param('id', IdPipe) id: number, @Body() change: ChangeCategoryDto): Promise<CategoryDto> {
    return this.admin.change(id, change);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Merge categories into this one',
    description:
      'Their channels move here, now and at every later refresh. Who was allowed to see one of them may see this one.',
  })
  @ApiOkResponse({ type: CategoryDto, description: 'The category that took the others in.' })
  @JsonBody()
  @NotFound('category')
  @Conflict('One of them is of another kind.')
  merge(@Param('id', IdPipe) id: number, @Body() { ids }: CategoryIdsDto): Promise<CategoryDto> {
    return this.admin.merge(id, ids);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a category',
    description: 'Only an empty one; what lies below it moves up.',
  })
  @ApiNoContentResponse({ description: 'Removed.' })
  @BadInput()
  @NotFound('category')
  @Conflict('It still holds channels, or retired ones.')
  remove(@Param('id', IdPipe) id: number): Promise<void> {
    return this.categories.remove(id);
  }
}
