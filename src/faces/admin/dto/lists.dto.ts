import { GROUPINGS, LIST_TYPES, REFRESH_STATES } from '../../../scrapers/list-source.entity.js';
import { Flag, Fraction, HeaderMap, Nested, OneOf, Text, Told, Whole } from './fields.js';

const STEPS = ['waiting', 'fetching', 'reading', 'importing'] as const;

export class ListFiltersDto {
  @Text({ doc: 'Only groups that match this regular expression.', optional: true, max: 300 })
  includeGroup?: string;

  @Text({ doc: 'No groups that match.', optional: true, max: 300 })
  excludeGroup?: string;

  @Text({ doc: 'Only names that match.', optional: true, max: 300 })
  includeName?: string;

  @Text({ doc: 'No names that match.', optional: true, max: 300 })
  excludeName?: string;
}

class ListFieldsDto {
  @Text({ doc: 'How you call it; taken from the address where absent.', optional: true, min: 1, max: 200 })
  name?: string;

  @OneOf(LIST_TYPES, { doc: 'What it is written in.', optional: true, default: 'auto' })
  type?: string;

  @Whole({ doc: 'Minutes between refreshes; 0 = only when asked.', optional: true, min: 0, max: 525_600 })
  intervalMinutes?: number;

  @HeaderMap({
    doc: 'Sent with the request; User-Agent for all its streams as well, others for those of the same origin. Values are never shown again.',
    optional: true,
  })
  headers?: Record<string, string>;

  @Flag({ doc: 'false = paused.', optional: true, default: true })
  isEnabled?: boolean;

  @Nested(() => ListFiltersDto, { doc: 'Which entries are taken; {} = all.', optional: true })
  filters?: ListFiltersDto;

  @OneOf(GROUPINGS, { doc: 'How entries become channels.', optional: true, default: 'tvg-id-then-name' })
  grouping?: string;

  @Flag({ doc: 'The list and its streams may lie in the local network.', optional: true, default: false })
  allowPrivate?: boolean;

  @Text({
    doc: 'HTTP proxy for the list and its streams; null = none. It is shown without its credentials.',
    optional: true,
    nullable: true,
    min: 1,
    max: 2048,
    example: 'http://anna:secret@proxy.example:3128',
  })
  proxyUrl?: string | null;

  @Whole({
    doc: 'Streams the provider allows at once; null = not limited.',
    optional: true,
    nullable: true,
    min: 1,
    max: 10_000,
  })
  maxConnections?: number | null;

  @Fraction({
    doc: 'Share of the known entries that must still be there; null = the setting of the server.',
    optional: true,
    nullable: true,
    min: 0,
    max: 1,
  })
  shrinkThreshold?: number | null;
}

export class AddListDto extends ListFieldsDto {
  @Text({ doc: 'Address, http or https. It is shown without its credentials.', min: 1, max: 4096 })
  url!: string;
}

export class ChangeListDto extends ListFieldsDto {
  @Text({
    doc: 'Address, http or https. It is shown without its credentials.',
    optional: true,
    min: 1,
    max: 4096,
  })
  url?: string;
}

export class RefreshRequestDto {
  @Flag({
    doc: 'Apply the list even if it is unchanged or has shrunk suspiciously.',
    optional: true,
    default: false,
  })
  force?: boolean;
}

export class ListProblemDto {
  @Told('Line of the list; 0 = the list as a whole.', { type: 'integer' })
  line!: number;

  @Told('What is wrong there.', { type: String })
  reason!: string;
}

export class ListedFilmsDto {
  @Told('Films the list has.', { type: 'integer' })
  films!: number;

  @Told('Series the list has episodes of.', { type: 'integer' })
  series!: number;

  @Told('Episodes the list has.', { type: 'integer' })
  episodes!: number;

  @Told('Addresses of films and episodes that are new, or came back.', { type: 'integer' })
  added!: number;

  @Told('Addresses of films and episodes of which something changed.', { type: 'integer' })
  updated!: number;

  @Told('Addresses of films and episodes that are gone.', { type: 'integer' })
  retired!: number;
}

export class ListReportDto {
  @Told('Outcome.', { type: String, enum: [...REFRESH_STATES] })
  status!: string;

  @Told('Entries the list tries to name.', { type: 'integer' })
  found!: number;

  @Told('Channels that are new.', { type: 'integer' })
  added!: number;

  @Told('Channels that changed.', { type: 'integer' })
  updated!: number;

  @Told('Channels that nothing feeds any more.', { type: 'integer' })
  retired!: number;

  @Told('Entries that became neither a source nor a film nor an episode.', { type: 'integer' })
  skipped!: number;

  @Told('Films and episodes; null = nothing was applied, or by a version that took none.', {
    type: ListedFilmsDto,
    nullable: true,
  })
  films!: ListedFilmsDto | null;

  @Told('The first hundred problems.', { type: [ListProblemDto] })
  problems!: ListProblemDto[];

  @Told('Why it failed, or what to know; null = nothing.', { type: String, nullable: true })
  reason!: string | null;
}

export class RunDto {
  @Told('What is being done.', { type: String, enum: [...STEPS] })
  step!: string;

  @Told('Bytes while fetching, else channels, films and episodes.', { type: 'integer' })
  done!: number;

  @Told('How many there will be; null = not known.', { type: 'integer', nullable: true })
  total!: number | null;
}

export class ListDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('How you call it.', { type: String })
  name!: string;

  @Told('Address without credentials.', { type: String })
  url!: string;

  @Told('What it is written in.', { type: String, enum: [...LIST_TYPES] })
  type!: string;

  @Told('Minutes between refreshes; 0 = only when asked.', { type: 'integer' })
  intervalMinutes!: number;

  @Told('Names of the headers that are sent; their values are secret.', { type: [String] })
  headerNames!: string[];

  @Told('false = paused.', { type: Boolean })
  isEnabled!: boolean;

  @Told('Which entries are taken.', { type: ListFiltersDto })
  filters!: ListFiltersDto;

  @Told('How entries become channels.', { type: String, enum: [...GROUPINGS] })
  grouping!: string;

  @Told('It may lie in the local network.', { type: Boolean })
  allowPrivate!: boolean;

  @Told('HTTP proxy for the list and its streams, without credentials; null = none.', {
    type: String,
    nullable: true,
  })
  proxyUrl!: string | null;

  @Told('Streams the provider allows at once; null = not limited.', { type: 'integer', nullable: true })
  maxConnections!: number | null;

  @Told('Share of the known entries that must still be there; null = the setting of the server.', {
    type: 'number',
    nullable: true,
  })
  shrinkThreshold!: number | null;

  @Told('Sources of channels the list brought last time.', { type: 'integer' })
  entryCount!: number;

  @Told('Films and episodes the list brought last time.', { type: 'integer' })
  filmCount!: number;

  @Told('Guides the list names, without credentials.', { type: [String] })
  guideUrls!: string[];

  @Told('What the last refresh did; null = there was none.', { type: ListReportDto, nullable: true })
  lastReport!: ListReportDto | null;

  @Told('The refresh that runs now; null = none.', { type: RunDto, nullable: true })
  run!: RunDto | null;

  @Told('Last refresh.', { type: String, format: 'date-time', nullable: true })
  lastRunAt!: string | null;

  @Told('Last refresh that went well.', { type: String, format: 'date-time', nullable: true })
  lastSuccessAt!: string | null;

  @Told('Next refresh; null = at once, or only when asked.', {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  nextRunAt!: string | null;

  @Told('When it was added.', { type: String, format: 'date-time' })
  createdAt!: string;
}

export class ListsDto {
  @Told('All lists.', { type: [ListDto] })
  items!: ListDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class RemovedListDto {
  @Told('Channels that nothing feeds any more.', { type: 'integer' })
  retired!: number;
}

class NewChannelDto {
  @Told('Name.', { type: String })
  name!: string;

  @Told('Category.', { type: String })
  category!: string;
}

class NewChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [NewChannelDto] })
  first!: NewChannelDto[];
}

class RenamedListChannelDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Name now.', { type: String })
  before!: string;

  @Told('Name after.', { type: String })
  after!: string;
}

class RenamedListChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [RenamedListChannelDto] })
  first!: RenamedListChannelDto[];
}

class MovedChannelDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Name.', { type: String })
  name!: string;

  @Told('Category now.', { type: String })
  before!: string;

  @Told('Category after.', { type: String })
  after!: string;
}

class MovedChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [MovedChannelDto] })
  first!: MovedChannelDto[];
}

class DroppedChannelDto {
  @Told('Id.', { type: 'integer' })
  id!: number;

  @Told('Name.', { type: String })
  name!: string;
}

class DroppedChannelsDto {
  @Told('How many.', { type: 'integer' })
  total!: number;

  @Told('The first of them.', { type: [DroppedChannelDto] })
  first!: DroppedChannelDto[];
}

export class FilmsToComeDto {
  @Told('Films the list names.', { type: 'integer' })
  films!: number;

  @Told('Episodes the list names.', { type: 'integer' })
  episodes!: number;

  @Told('Addresses of them that would be new, or come back.', { type: 'integer' })
  added!: number;

  @Told('Addresses of them that would go.', { type: 'integer' })
  retired!: number;
}

export class ListPreviewDto {
  @Told('Why a refresh would not apply it; null = it would.', { type: String, nullable: true })
  reason!: string | null;

  @Told('Entries the list tries to name.', { type: 'integer' })
  found!: number;

  @Told('Entries that become neither a source nor a film nor an episode.', { type: 'integer' })
  skipped!: number;

  @Told('Sources the list brings.', { type: 'integer' })
  streams!: number;

  @Told('Films and episodes.', { type: FilmsToComeDto })
  films!: FilmsToComeDto;

  @Told('Channels that come, or come back.', { type: NewChannelsDto })
  added!: NewChannelsDto;

  @Told('Channels with another name.', { type: RenamedListChannelsDto })
  renamed!: RenamedListChannelsDto;

  @Told('Channels in another category.', { type: MovedChannelsDto })
  moved!: MovedChannelsDto;

  @Told('Channels that nothing would feed any more.', { type: DroppedChannelsDto })
  dropped!: DroppedChannelsDto;
}

export class UndoneListDto {
  @Told('Channels that came.', { type: 'integer' })
  added!: number;

  @Told('Channels that changed, or came back.', { type: 'integer' })
  updated!: number;

  @Told('Channels that nothing feeds any more.', { type: 'integer' })
  retired!: number;

  @Told('Films and episodes.', { type: ListedFilmsDto })
  films!: ListedFilmsDto;
}
