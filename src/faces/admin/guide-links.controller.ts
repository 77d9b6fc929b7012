import { Body, Get, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { GuideLinksService } from '../../epg/guide-links.service.js';
import { AdminController, BadInput, JsonBody, NotFound } from './admin-controller.js';
import {
  CategoryGuideDto,
  ChannelGuideDto,
  DecideGuideDto,
  GuideChannelsDto,
  GuideChannelsQuery,
  GuideLinksPageDto,
  GuideLinksQuery,
  MatchingDto,
  PlaceholderPreviewDto,
  PreviewPlaceholderDto,
} from './dto/guide-links.dto.js';
import { GuideLinksAdminService } from './guide-links-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('guide-links', 'Guides')
export class GuideLinksController {
  constructor(private readonly admin: GuideLinksAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'List channels with their guides',
    description:
      'Where the programmes of each channel come from and why; "only=waiting" is the list of those that matching left to you, with ranked candidates.',
  })
  @ApiOkResponse({ type: GuideLinksPageDto, description: 'A page of channels, by number.' })
  @BadInput()
  list(@Query() query: GuideLinksQuery): Promise<GuideLinksPageDto> {
    return this.admin.page(query);
  }

  @Post('match')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Look for the guides of channels now',
    description:
      'The server does so by itself whenever channels or guides changed. Joins the search that runs; get the report when "isRunning" is false again.',
  })
  @ApiAcceptedResponse({ type: MatchingDto, description: 'Begun.' })
  beginMatch(): MatchingDto {
    return this.admin.beginMatch();
  }

  @Get('match')
  @ApiOperation({
    summary: 'Get what the last search for guides found',
    description: 'The report is forgotten when the server restarts.',
  })
  @ApiOkResponse({ type: MatchingDto, description: 'Whether one runs, and the last report.' })
  match(): MatchingDto {
    return this.admin.match();
  }
}

@AdminController('guide-channels', 'Guides')
export class GuideChannelsController {
  constructor(private readonly admin: GuideLinksAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'Find guide channels',
    description: 'In all guides, by a part of the id or of a name.',
  })
  @ApiOkResponse({ type: GuideChannelsDto, description: 'What was found, best guides first.' })
  @BadInput()
  find(@Query() { search }: GuideChannelsQuery): Promise<GuideChannelsDto> {
    return this.admin.find(search);
  }
}

@AdminController('channels/:id/guide', 'Guides')
export class ChannelGuideController {
  constructor(
    private readonly links: GuideLinksService,
    private readonly admin: GuideLinksAdminService,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'See where the programmes of a channel come from',
    description: 'Its links and what may be meant, its shift, and what it shows without a guide.',
  })
  @ApiOkResponse({ type: ChannelGuideDto, description: 'The guide of the channel.' })
  @BadInput()
  @NotFound('channel')
  get(@Param('id', IdPipe) id: number): Promise<ChannelGuideDto> {
    return this.links.get(id);
  }

  @Patch()
  @ApiOperation({
    summary: 'Decide about the guide of a channel',
    description: 'What is not named stays. A decision stands, whatever channels and guides do.',
  })
  @ApiOkResponse({ type: ChannelGuideDto, description: 'The guide of the channel as it is now.' })
  @JsonBody()
  @NotFound('channel')
  decide(@Param('id', IdPipe) id: number, @Body() input: DecideGuideDto): Promise<ChannelGuideDto> {
    return this.links.decide(id, input);
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try a placeholder rule on a channel',
    description: 'What would be shown by the rule where there is no guide; nothing is set.',
  })
  @ApiOkResponse({ type: PlaceholderPreviewDto, description: 'What the rule makes of the names.' })
  @JsonBody()
  @NotFound('channel')
  preview(
    @Param('id', IdPipe) id: number,
    @Body() input: PreviewPlaceholderDto,
  ): Promise<PlaceholderPreviewDto> {
    return this.admin.preview('channel', id, input);
  }
}

@AdminController('categories/:id/guide', 'Guides')
export class CategoryGuideController {
  constructor(private readonly admin: GuideLinksAdminService) {}

  @Get()
  @ApiOperation({
    summary: 'See what channels of a category show without a guide',
    description: 'null where the rule of the server holds.',
  })
  @ApiOkResponse({ type: CategoryGuideDto, description: 'The rule.' })
  @BadInput()
  @NotFound('category')
  get(@Param('id', IdPipe) id: number): Promise<CategoryGuideDto> {
    return this.admin.category(id);
  }

  @Put()
  @ApiOperation({
    summary: 'Set what channels of a category show without a guide',
    description: 'Replaces the rule; null takes it away.',
  })
  @ApiOkResponse({ type: CategoryGuideDto, description: 'The rule as it is now.' })
  @JsonBody()
  @NotFound('category')
  set(@Param('id', IdPipe) id: number, @Body() input: CategoryGuideDto): Promise<CategoryGuideDto> {
    return this.admin.setCategory(id, input);
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Try a placeholder rule on the channels of a category',
    description: 'What would be shown by the rule where there is no guide; nothing is set.',
  })
  @ApiOkResponse({ type: PlaceholderPreviewDto, description: 'What the rule makes of the names.' })
  @JsonBody()
  @NotFound('category')
  preview(
    @Param('id', IdPipe) id: number,
    @Body() input: PreviewPlaceholderDto,
  ): Promise<PlaceholderPreviewDto> {
    return this.admin.preview('category', id, input);
  }
}
