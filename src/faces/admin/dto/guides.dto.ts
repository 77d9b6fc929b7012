import { GUIDE_RUN_STATES } from '../../../epg/guide-report.js';
import { GUIDE_KINDS } from '../../../epg/guide-source.entity.js';
import { Flag, Fraction, HeaderMap, Nested, OneOf, Text, TextList, TextMap, Told, Whole } from './fields.js';

const STEPS = ['waiting', 'fetching', 'storing'] as const;
const DATE_TIME = { type: String, format: 'date-time' } as const;

export class GuideOptionsDto {
  @TextMap({ doc: 'Added to the query of every request. Values are never shown again.', optional: true })
  parameters?: Record<string, string>;

  @TextList({
    doc: 'One request each, the id in the place of {channel} in the address. Absent: the guide ids of the channels.',
    optional: true,
    max: 5000,
  })
  channels?: string[];

  @Text({ doc: 'The guide comes in pages, counted by this parameter.', optional: true, min: 1, max: 64 })
  pageParameter?: string;

  @Whole({ doc: 'Number of the first page.', optional: true, min: 0, max: 1_000_000, default: 1 })
  firstPage?: number;
}

class GuideFieldsDto {
  @Text({ doc: 'How you call it; taken from the address where absent.', optional: true, min: 1, max: 200 })
  name?: string;

  @OneOf(GUIDE_KINDS, { doc: 'What it is written in.', optional: true, default: 'auto' })
  kind?: string;

  @Flag({ doc: 'false = paused; what it serves goes on serving.', optional: true, default: true })
  isEnabled?: boolean;

  @Whole({
    doc: 'Lower ones go first where several guides know a channel.',
    optional: true,
    min: 0,
    max: 1_000_000,
    default: 100,
  })
  priority?: number;

  @Whole({
    doc: 'Minutes between refreshes; 0 = only when asked.',
    optional: true,
    min: 0,
    max: 525_600,
    default: 720,
  })
  intervalMinutes?: number;

  @HeaderMap({ doc: 'Sent with the request. Values are never shown again.', optional: true })
  headers?: Record<string, string>;

  @Nested(() => GuideOptionsDto, { doc: 'How a provider is asked for its JSON guide.', optional: true })
  options?: GuideOptionsDto;

  @Text({ doc: 'Time zone of times that name none.', optional: true, min: 1, max: 64, default: 'UTC' })
  timeZone?: string;

  @Whole({ doc: 'Minutes added to every time.', optional: true, min: -1440, max: 1440, default: 0 })
  shiftMinutes?: number;

  @Flag({ doc: 'The guide may lie in the local network.', optional: true, default: false })
  allowPrivate?: boolean;

  @Fraction({
    doc: 'Share of the known channels and programmes that must still be there; null = the setting of the server.',
    optional: true,
    nullable: true,
    min: 0,
    max: 1,
  })
  shrinkThreshold?: number | null;
}

export class AddGuideDto extends GuideFieldsDto {
  @Text({ doc: 'Address, http or https. It is shown without its credentials.', min: 1, max: 4096 })
  url!: string;
}

export class ChangeGuideDto extends GuideFieldsDto {
  @Text({
    doc: 'Address, http or https. It is shown without its credentials.',
    optional: true,
    min: 1,
    max: 4096,
  })
  url?: string;
}

export class RefreshGuideDto {
  @Flag({
    doc: 'Apply the guide even if it is unchanged or has shrunk suspiciously.',
    optional: true,
    default: false,
  })
  force?: boolean;
}

export class GuideProblemDto {
  @Told('What kind of problem.', { type: String, example: 'no-title' })
  reason!: string;

  @Told(
    'Byte of the unpacked guide near which it is; in JSON the number of the record; of a request that failed its number.',
    { type: 'integer' },
  )
  at!: number;

  @Told('Line of the guide; null = it has none.', { type: 'integer', nullable: true })
  line!: number | null;

  @Told('Some of the text concerned.', { type: String })
  sample!: string;
}

export class GuideReportDto {
  @Told('Outcome.', { type: String, enum: [...GUIDE_RUN_STATES] })
  status!: string;

  @Told('Why nothing was applied; null = it was, or there was nothing new.', { type: String, nullable: true })
  reason!: string | null;

  @Told('Unpacked bytes read.', { type: 'integer' })
  bytes!: number;

  @Told('Channels with programmes.', { type: 'integer' })
  channels!: number;

  @Told('Channels the guide names, with programmes or without.', { type: 'integer' })
  channelsNamed!: number;

  @Told('Programmes.', { type: 'integer' })
  programmes!: number;

  @Told('Start of the first programme.', { ...DATE_TIME, nullable: true })
  firstStart!: string | null;

  @Told('End of the last programme.', { ...DATE_TIME, nullable: true })
  lastStop!: string | null;

  @Told('How often each kind of problem occurred.', {
    type: 'object',
    additionalProperties: { type: 'integer' },
  })
  problemsBy!: Record<string, number>;

  @Told(
    'Up to a hundred problems with their places. Where there are more, they are the first ones of each kind: kinds of which there are few have all.',
    { type: [GuideProblemDto] },
  )
  problems!: GuideProblemDto[];

  @Told('How long it took, in seconds.', { type: Number })
  seconds!: number;
}

export class GuideProgressDto {
  @Told('What is being done.', { type: String, enum: [...STEPS] })
  step!: string;

  @Told('Bytes of the transfer so far.', { type: 'integer' })
  bytes!: number;

  @Told('How many there will be; null = not known.', { type: 'integer', nullable: true })
  totalBytes!: number | null;

  @Told('Channels so far.', { type: 'integer' })
  channels!: number;

  @Told('Programmes so far.', { type: 'integer' })
  programmes!: number;

  @Told('Seconds this step will still take; null = not known.', { type: 'integer', nullable: true })
  secondsLeft!: number | null;
}

const MODES = ['stage', 'preview'] as const;

export class GuideRunGoingDto extends GuideProgressDto {
  @Told('Id of the guide.', { type: 'integer' })
  guideId!: number;

  @Told('`stage` = a refresh, `preview` = nothing is going to be applied.', {
    type: String,
    enum: [...MODES],
  })
  mode!: string;
}

export class GuideRunsGoingDto {
  @Told('Runs of this server, those that wait for their turn too.', { type: [GuideRunGoingDto] })
  items!: GuideRunGoingDto[];

  @Told('How many.', { type: 'integer' })
  total!: number;
}

export class GuideEndDto {
  @Told('Id of the guide.', { type: 'integer' })
  guideId!: number;

  @Told('`stage` = a refresh, `preview` = nothing was to be applied.', { type: String, enum: [...MODES] })
  mode!: string;

  @Told('Outcome.', { type: String, enum: [...GUIDE_RUN_STATES] })
  status!: string;

  @Told('Why nothing was applied; null = it was, or there was nothing new.', { type: String, nullable: true })
  reason!: string | null;

  @Told('Channels with programmes.', { type: 'integer' })
  channels!: number;

  @Told('Programmes.', { type: 'integer' })
  programmes!: number;

  @Told('How long it took, in seconds.', { type: Number })
  seconds!: number;
}

export class GuideDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('How you call it.', { type: String })
  name!: string;

  @Told('Address without credentials.', { type: String })
  url!: string;

  @Told('What it is written in.', { type: String, enum: [...GUIDE_KINDS] })
  kind!: string;

  @Told('false = paused.', { type: Boolean })
  isEnabled!: boolean;

  @Told('Lower ones go first.', { type: 'integer' })
  priority!: number;

  @Told('Minutes between refreshes; 0 = only when asked.', { type: 'integer' })
  intervalMinutes!: number;

  @Told('Names of the headers that are sent; their values are secret.', { type: [String] })
  headerNames!: string[];

  @Told('Names of the parameters that are sent; their values are secret.', { type: [String] })
  parameterNames!: string[];

  @Told('Ids that are asked for one by one.', { type: [String] })
  requestedChannels!: string[];

  @Told('Time zone of times that name none.', { type: String })
  timeZone!: string;

  @Told('Minutes added to every time.', { type: 'integer' })
  shiftMinutes!: number;

  @Told('It may lie in the local network.', { type: Boolean })
  allowPrivate!: boolean;

  @Told('Share that must still be there; null = the setting of the server.', {
    type: 'number',
    nullable: true,
  })
  shrinkThreshold!: number | null;

  @Told('The channel list that named it; null = a person added it.', { type: 'integer', nullable: true })
  listSourceId!: number | null;

  @Told('Channels with programmes that the last applied refresh brought.', { type: 'integer' })
  channelCount!: number;

  @Told('Programmes that the last applied refresh brought.', { type: 'integer' })
  programmeCount!: number;

  @Told('There is something an undo brings back.', { type: Boolean })
  canUndo!: boolean;

  @Told('What the last refresh did; null = there was none.', { type: GuideReportDto, nullable: true })
  lastReport!: GuideReportDto | null;

  @Told('The refresh that runs now; null = none.', { type: GuideProgressDto, nullable: true })
  run!: GuideProgressDto | null;

  @Told('Last refresh.', { ...DATE_TIME, nullable: true })
  lastRunAt!: string | null;

  @Told('Last refresh that went well.', { ...DATE_TIME, nullable: true })
  lastSuccessAt!: string | null;

  @Told('Next refresh; null = at once, or only when asked.', { ...DATE_TIME, nullable: true })
  nextRunAt!: string | null;

  @Told('When it was added.', DATE_TIME)
  createdAt!: string;
}

export class GuidesDto {
  @Told('All guides, in the order of their priority.', { type: [GuideDto] })
  items!: GuideDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class RemovedGuideDto {
  @Told('Id.', { type: 'integer' })
  id!: number;
}

export class GuideRunDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Outcome, or that it runs.', { type: String, enum: [...GUIDE_RUN_STATES] })
  status!: string;

  @Told('When it began.', DATE_TIME)
  startedAt!: string;

  @Told('When it ended; null = it runs.', { ...DATE_TIME, nullable: true })
  endedAt!: string | null;

  @Told('What it did; null = it runs, or its process ended in the middle.', {
    type: GuideReportDto,
    nullable: true,
  })
  report!: GuideReportDto | null;
}

export class GuideRunsDto {
  @Told('The last runs, the newest first.', { type: [GuideRunDto] })
  items!: GuideRunDto[];
}

class NamedChannelDto {
  @Told('XMLTV id.', { type: String })
  xmltvId!: string;

  @Told('First name.', { type: String })
  name!: string;
}

class RenamedChannelDto {
  @Told('XMLTV id.', { type: String })
  xmltvId!: string;

  @Told('Name now.', { type: String })
  before!: string;

  @Told('Name after.', { type: String })
  after!: string;
}

class ChangedChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [NamedChannelDto] })
  first!: NamedChannelDto[];
}

class RenamedChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [RenamedChannelDto] })
  first!: RenamedChannelDto[];
}

class GuideDayDto {
  @Told('Day, UTC.', { type: String, format: 'date' })
  day!: string;

  @Told('Programmes now.', { type: 'integer' })
  before!: number;

  @Told('Programmes after.', { type: 'integer' })
  after!: number;
}

class GuideDiffDto {
  @Told('Channels that come.', { type: ChangedChannelsDto })
  added!: ChangedChannelsDto;

  @Told('Channels that go.', { type: ChangedChannelsDto })
  dropped!: ChangedChannelsDto;

  @Told('Channels with another name.', { type: RenamedChannelsDto })
  renamed!: RenamedChannelsDto;

  @Told('Programmes now.', { type: 'integer' })
  programmesBefore!: number;

  @Told('Programmes after.', { type: 'integer' })
  programmesAfter!: number;

  @Told('Days with another number of programmes.', { type: [GuideDayDto] })
  days!: GuideDayDto[];
}

export class GuidePreviewDto {
  @Told('What was read, and whether a refresh would apply it.', { type: GuideReportDto })
  report!: GuideReportDto;

  @Told('What would change; null = nothing could be compared, the report says why.', {
    type: GuideDiffDto,
    nullable: true,
  })
  diff!: GuideDiffDto | null;
}
