import { Body, Delete, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { StreamSourcesService } from '../../channels/stream-sources.service.js';
import { AdminController, BadInput, Conflict, JsonBody, NotFound } from './admin-controller.js';
import { ChannelsAdminService } from './channels-admin.service.js';
import {
  AddStreamDto,
  ChangeStreamDto,
  ChannelDetailDto,
  NumConflictQuery,
  SplitStreamDto,
  StreamAddressDto,
  StreamDto,
  StreamIdsDto,
  StreamsDto,
} from './dto/channels.dto.js';
import { IdPipe } from './validation.js';

@AdminController('channels/:id/streams', 'Channels')
export class StreamsController {
  constructor(
    private readonly admin: ChannelsAdminService,
    private readonly streams: StreamSourcesService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the sources of a channel',
    description:
      'In the order of the lists, or as somebody placed them. The health of the channel has the order in which they are tried now.',
  })
  @ApiOkResponse({ type: StreamsDto, description: 'The sources.' })
  @BadInput()
  @NotFound('channel')
  list(@Param('id', IdPipe) id: number): Promise<StreamsDto> {
    return this.admin.listStreams(id);
  }

  @Post()
  @ApiOperation({ summary: 'Add a source', description: 'By its address. Lists leave it alone.' })
  @ApiCreatedResponse({ type: StreamDto, description: 'The source.' })
  @JsonBody()
  @NotFound('channel')
  @Conflict('The channel has this address already.')
  add(@Param('id', IdPipe) id: number, @Body() input: AddStreamDto): Promise<StreamDto> {
    return this.admin.addStream(id, input);
  }

  @Put('order')
  @ApiOperation({
    summary: 'Order the sources',
    description:
      'The named ones first; neither a refresh nor their health changes that. With no ids the order follows their health again.',
  })
  @ApiOkResponse({ type: StreamsDto, description: 'The sources in their new order.' })
  @JsonBody()
  @NotFound('channel or source')
  order(@Param('id', IdPipe) id: number, @Body() { ids }: StreamIdsDto): Promise<StreamsDto> {
    return this.admin.orderStreams(id, ids);
  }

  @Get(':streamId/address')
  @ApiOperation({ summary: 'Get the whole address of a source', description: 'With its credentials.' })
  @ApiOkResponse({ type: StreamAddressDto, description: 'The address.' })
  @BadInput()
  @NotFound('source')
  address(
    @Param('id', IdPipe) id: number,
    @Param('streamId', IdPipe) streamId: number,
  ): Promise<StreamAddressDto> {
    return this.admin.addressOf(id, streamId);
  }

  @Patch(':streamId')
  @ApiOperation({
    summary: 'Switch a source on or off, or give it a proxy',
    description: 'No refresh changes it.',
  })
  @ApiOkResponse({ type: StreamDto, description: 'The source as it is now.' })
  @JsonBody()
  @NotFound('channel or source')
  change(
    @Param('id', IdPipe) id: number,
    @Param('streamId', IdPipe) streamId: number,
    @Body() input: ChangeStreamDto,
  ): Promise<StreamDto> {
    return this.admin.changeStream(id, streamId, input);
  }

  @Post(':streamId/split')
  @ApiOperation({
    summary: 'Make a channel of its own out of a source',
    description: 'The new channel is like the old one otherwise, and keeps the source at every refresh.',
  })
  @ApiCreatedResponse({ type: ChannelDetailDto, description: 'The new channel.' })
  @JsonBody()
  @NotFound('channel or source')
  @Conflict('The channel has no other source, or the number belongs to another channel.')
  split(
    @Param('id', IdPipe) id: number,
    @Param('streamId', IdPipe) streamId: number,
    @Body() input: SplitStreamDto,
    @Query() { onConflict }: NumConflictQuery,
  ): Promise<ChannelDetailDto> {
    return this.admin.split(id, streamId, input, onConflict);
  }

  @Delete(':streamId')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Remove a source that was added by hand',
    description: 'Sources of lists would come back with the next refresh: switch those off.',
  })
  @ApiNoContentResponse({ description: 'Removed.' })
  @BadInput()
  @NotFound('channel or source')
  @Conflict('The source comes from a list.')
  remove(@Param('id', IdPipe) id: number, @Param('streamId', IdPipe) streamId: number): Promise<void> {
    return this.streams.remove(id, streamId);
  }
}
