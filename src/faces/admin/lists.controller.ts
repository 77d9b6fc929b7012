import { Body, Delete, Get, HttpCode, Param, Patch, Post } from '@nestjs/common';
import { ApiAcceptedResponse, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ListSourcesService } from '../../scrapers/list-sources.service.js';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import {
  AddListDto,
  ChangeListDto,
  ListDto,
  ListPreviewDto,
  ListsDto,
  RefreshRequestDto,
  RemovedListDto,
  UndoneListDto,
} from './dto/lists.dto.js';
import { ListsAdminService } from './lists-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('sources', 'Lists')
export class ListsController {
  constructor(
    private readonly admin: ListsAdminService,
    private readonly lists: ListSourcesService,
  ) {}

  @Get()
  @ApiOperation({ summary: 'List the channel lists', description: 'Every list with its state.' })
  @ApiOkResponse({ type: ListsDto, description: 'All lists.' })
  list(): Promise<ListsDto> {
    return this.admin.list();
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a list',
    description: 'Its settings, its last report, and how far a running refresh is.',
  })
  @ApiOkResponse({ type: ListDto, description: 'The list.' })
  @BadInput()
  @NotFound('list')
  get(@Param('id', IdPipe) id: number): Promise<ListDto> {
    return this.admin.get(id);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a list',
    description: 'It is read some minutes later, or at once when you ask for a refresh.',
  })
  @ApiCreatedResponse({ type: ListDto, description: 'The list.' })
  @JsonBody()
  add(@Body() input: AddListDto): Promise<ListDto> {
    return this.admin.add(input);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a list',
    description: 'What is not named stays. Headers are replaced as a whole.',
  })
  @ApiOkResponse({ type: ListDto, description: 'The list as it is now.' })
  @JsonBody()
  @NotFound('list')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeListDto): Promise<ListDto> {
    return this.admin.change(id, input);
  }

  @Post(':id/refresh')
  @HttpCode(202)
  @ApiOperation({ summary: 'Refresh a list', description: 'Begins a refresh, or joins the one that runs.' })
  @ApiAcceptedResponse({ type: ListDto, description: 'Begun; "run" of the list tells how far it is.' })
  @JsonBody()
  @NotFound('list')
  refresh(@Param('id', IdPipe) id: number, @Body() { force }: RefreshRequestDto): Promise<ListDto> {
    return this.admin.refresh(id, force ?? false);
  }

  @Post(':id/preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Preview a refresh',
    description: 'Reads the list and tells what a refresh would change; nothing is applied.',
  })
  @ApiOkResponse({ type: ListPreviewDto, description: 'What would change.' })
  @BadInput()
  @NotFound('list')
  preview(@Param('id', IdPipe) id: number): Promise<ListPreviewDto> {
    return this.admin.preview(id);
  }

  @Post(':id/undo')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Undo the last refresh',
    description: 'Brings back what the list said before; edits and ids stay. Once more undoes that.',
  })
  @ApiOkResponse({ type: UndoneListDto, description: 'What was changed.' })
  @BadInput()
  @NotFound('list')
  @Conflict('There is nothing to go back to.')
  undo(@Param('id', IdPipe) id: number): Promise<UndoneListDto> {
    return this.admin.undo(id);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Remove a list',
    description:
      'Channels that nothing else feeds leave the catalogue; edits and ids are kept for their return.',
  })
  @ApiOkResponse({ type: RemovedListDto, description: 'Removed.' })
  @BadInput()
  @NotFound('list')
  remove(@Param('id', IdPipe) id: number): Promise<RemovedListDto> {
    return this.lists.remove(id);
  }
}
