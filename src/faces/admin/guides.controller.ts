import { Body, Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiExtraModels,
  ApiOkResponse,
  ApiOperation,
  getSchemaPath,
} from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AdminController, BadInput, Conflict, JsonBody, NotFound, Throttled } from './admin-controller.js';
import {
  AddGuideDto,
  ChangeGuideDto,
  GuideDto,
  GuideEndDto,
  GuidePreviewDto,
  GuideRunsDto,
  GuideRunsGoingDto,
  GuidesDto,
  RefreshGuideDto,
  RemovedGuideDto,
} from './dto/guides.dto.js';
import { GuideEvents } from './guide-events.js';
import { GuidesAdminService } from './guides-admin.service.js';
import { IdPipe } from './validation.js';

@AdminController('guides', 'Guides')
export class GuidesController {
  constructor(
    private readonly admin: GuidesAdminService,
    private readonly events: GuideEvents,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'List the guides',
    description: 'Every guide with its state, also those that channel lists name.',
  })
  @ApiOkResponse({ type: GuidesDto, description: 'All guides.' })
  list(): Promise<GuidesDto> {
    return this.admin.list();
  }

  @Get('events')
  @ApiOperation({
    summary: 'Follow the runs of guides',
    description:
      'Server-sent events. `runs` (GuideRunsGoingDto) holds every refresh and preview that goes on or waits, with bytes, channels, programmes and the time left: at once and then whenever it has changed, at most once a second. `end` (GuideEndDto) comes once for each that is over, with its outcome. It ends with the token.',
  })
  @ApiExtraModels(GuideRunsGoingDto, GuideEndDto)
  @ApiOkResponse({
    description: 'Events without end; the schema is that of the data of one.',
    content: {
      'text/event-stream': {
        schema: { oneOf: [GuideRunsGoingDto, GuideEndDto].map((type) => ({ $ref: getSchemaPath(type) })) },
      },
    },
  })
  @Throttled('All places of listeners are taken; Retry-After says how long to wait.')
  follow(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.events.open(request, reply);
  }

  @Get(':id')
  @ApiOperation({
    summary: 'Get a guide',
    description: 'Its settings, its last report, and how far a running refresh is.',
  })
  @ApiOkResponse({ type: GuideDto, description: 'The guide.' })
  @BadInput()
  @NotFound('guide')
  get(@Param('id', IdPipe) id: number): Promise<GuideDto> {
    return this.admin.get(id);
  }

  @Post()
  @ApiOperation({
    summary: 'Add a guide',
    description: 'It is read a minute later, or at once when you ask for a refresh.',
  })
  @ApiCreatedResponse({ type: GuideDto, description: 'The guide.' })
  @JsonBody()
  @Conflict('A guide reads this address already.')
  add(@Body() input: AddGuideDto): Promise<GuideDto> {
    return this.admin.add(input);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a guide',
    description: 'What is not named stays. Headers and options are replaced as a whole.',
  })
  @ApiOkResponse({ type: GuideDto, description: 'The guide as it is now.' })
  @JsonBody()
  @NotFound('guide')
  change(@Param('id', IdPipe) id: number, @Body() input: ChangeGuideDto): Promise<GuideDto> {
    return this.admin.change(id, input);
  }

  @Post(':id/refresh')
  @HttpCode(202)
  @ApiOperation({ summary: 'Refresh a guide', description: 'Begins a refresh, or joins the one that runs.' })
  @ApiAcceptedResponse({ type: GuideDto, description: 'Begun; "run" of the guide tells how far it is.' })
  @JsonBody()
  @NotFound('guide')
  refresh(@Param('id', IdPipe) id: number, @Body() { force }: RefreshGuideDto): Promise<GuideDto> {
    return this.admin.refresh(id, force ?? false);
  }

  @Post(':id/preview')
  @HttpCode(202)
  @ApiOperation({
    summary: 'Preview a refresh',
    description:
      'Reads the guide and compares; nothing is applied. Get the preview when "run" is null again.',
  })
  @ApiAcceptedResponse({ type: GuideDto, description: 'Begun; "run" of the guide tells how far it is.' })
  @BadInput()
  @NotFound('guide')
  beginPreview(@Param('id', IdPipe) id: number): Promise<GuideDto> {
    return this.admin.beginPreview(id);
  }

  @Get(':id/preview')
  @ApiOperation({
    summary: 'Get the last preview',
    description: 'What a refresh would have changed then. Forgotten when the server restarts.',
  })
  @ApiOkResponse({ type: GuidePreviewDto, description: 'The preview.' })
  @BadInput()
  @NotFound('guide or preview')
  preview(@Param('id', IdPipe) id: number): Promise<GuidePreviewDto> {
    return this.admin.preview(id);
  }

  @Post(':id/undo')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Undo the last refresh',
    description: 'Serves again what was there before; once more undoes that.',
  })
  @ApiOkResponse({ type: GuideDto, description: 'The guide as it is now.' })
  @BadInput()
  @NotFound('guide')
  @Conflict('There is nothing to go back to.')
  undo(@Param('id', IdPipe) id: number): Promise<GuideDto> {
    return this.admin.undo(id);
  }

  @Get(':id/runs')
  @ApiOperation({
    summary: 'List the runs of a guide',
    description: 'The last thirty, each with its counts and up to a hundred problems.',
  })
  @ApiOkResponse({ type: GuideRunsDto, description: 'The runs.' })
  @BadInput()
  @NotFound('guide')
  listRuns(@Param('id', IdPipe) id: number): Promise<GuideRunsDto> {
    return this.admin.listRuns(id);
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Remove a guide',
    description:
      'Its programmes leave at once; the ids of its channels return when its address is added again.',
  })
  @ApiOkResponse({ type: RemovedGuideDto, description: 'Removed.' })
  @BadInput()
  @NotFound('guide')
  remove(@Param('id', IdPipe) id: number): Promise<RemovedGuideDto> {
    return this.admin.remove(id);
  }
}
