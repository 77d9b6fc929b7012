import { Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AdminController, BadInput, NotFound } from './admin-controller.js';
import { ChannelsPresenter } from './channels-presenter.js';
import { ChannelDetailDto, ChannelsPageDto, ChannelsQueryDto } from './dto/channels.dto.js';
import { IdPipe } from './validation.js';

@AdminController('channels', 'Channels')
export class ChannelsController {
  constructor(private readonly presenter: ChannelsPresenter) {}

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
}
