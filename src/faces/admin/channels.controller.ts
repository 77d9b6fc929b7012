import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ChannelsService } from '../../channels/channels.service.js';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import { ChannelsAdminService } from './channels-admin.service.js';
import { ChannelsPresenter } from './channels-presenter.js';
import {
  AddChannelDto,
  BulkRequestDto,
  BulkResultDto,
  ChangeChannelDto,
  ChannelDetailDto,
  ChannelIdsDto,
  ChannelsPageDto,
  ChannelsQueryDto,
  NumConflictQuery,
  OrderChannelsDto,
  ResetChannelDto,
} from './dto/channels.dto.js';
import { IdPipe } from './validation.js';

@AdminController('channels', 'Channels')
export class ChannelsController {
  constructor(
    private readonly presenter: ChannelsPresenter,
    private readonly admin: ChannelsAdminService,
    private readonly channels: ChannelsService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List channels',
    description: 'Searches the name and the guide id; a number also finds the channel of that number or id.',
  })
  @ApiOkResponse({ type: ChannelsPageDto, description: 'One page of channels.' })
  @BadInput()
  page(@Query() query: ChannelsQueryDto): Promise<ChannelsPageDto> {
    return this.presenter.page(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Get a channel', description: 'One channel with its sources.' })
  @ApiOkResponse({ type: ChannelDetailDto, description: 'The channel.' })
  @BadInput()
  @NotFound('channel')
  get(@Param('id', IdPipe) id: number): Promise<ChannelDetailDto> {
    return this.presenter.get(id);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a channel by hand',
    description: 'No list knows it. Give it sources at /streams. Without a number it goes behind the others.',
  })
  @ApiCreatedResponse({ type: ChannelDetailDto, description: 'The channel.' })
  @JsonBody()
  @Conflict('The number belongs to another channel.')
  add(@Body() input: AddChannelDto, @Query() { onConflict }: NumConflictQuery): Promise<ChannelDetailDto> {
    return this.admin.add(input, onConflict);
  }

  @Post('bulk')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Change many channels',
    description: 'Sets the same on every channel that matches. With dryRun it only says which those are.',
  })
  @ApiOkResponse({ type: BulkResultDto, description: 'How many match, and how many were changed.' })
  @JsonBody()
  @Conflict('More channels match than one request may change.')
  bulk(@Body() request: BulkRequestDto): Promise<BulkResultDto> {
    return this.admin.bulk(request);
  }

  @Put('order')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Order channels',
    description: 'Gives the named channels new numbers in this order.',
  })
  @ApiNoContentResponse({ description: 'Done.' })
  @JsonBody()
  @NotFound('channel')
  @Conflict('Other channels hold those numbers.')
  order(@Body() request: OrderChannelsDto): Promise<void> {
    return this.admin.order(request);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a channel',
    description:
      'Every field that differs afterwards is yours: no refresh of a list touches it until you reset it.',
  })
  @ApiOkResponse({ type: ChannelDetailDto, description: 'The channel as it is now.' })
  @JsonBody()
  @NotFound('channel')
  @Conflict('The number belongs to another channel.')
  change(
    @Param('id', IdPipe) id: number,
    @Body() input: ChangeChannelDto,
    @Query() { onConflict }: NumConflictQuery,
  ): Promise<ChannelDetailDto> {
    return this.admin.change(id, input, onConflict);
  }

  @Post(':id/reset')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Give fields back to the lists',
    description: 'They take at once what the lists said last. A number that is taken by now stays as it is.',
  })
  @ApiOkResponse({ type: ChannelDetailDto, description: 'The channel as it is now.' })
  @JsonBody()
  @NotFound('channel')
  @Conflict('The channel was made by hand.')
  reset(@Param('id', IdPipe) id: number, @Body() request: ResetChannelDto): Promise<ChannelDetailDto> {
    return this.admin.reset(id, request);
  }

  @Post(':id/merge')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Merge channels into this one',
    description:
      'Their sources are tried after its own, now and after every refresh. Their ids stay valid for players and open this channel.',
  })
  @ApiOkResponse({ type: ChannelDetailDto, description: 'The channel that took the others in.' })
  @JsonBody()
  @NotFound('channel')
  merge(@Param('id', IdPipe) id: number, @Body() { ids }: ChannelIdsDto): Promise<ChannelDetailDto> {
    return this.admin.merge(id, ids);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a channel that was made by hand',
    description: 'Channels of lists would come back with the next refresh: hide those.',
  })
  @ApiNoContentResponse({ description: 'Removed.' })
  @BadInput()
  @NotFound('channel')
  @Conflict('The channel comes from a list, or holds sources of lists.')
  remove(@Param('id', IdPipe) id: number): Promise<void> {
    return this.channels.remove(id);
  }
}
