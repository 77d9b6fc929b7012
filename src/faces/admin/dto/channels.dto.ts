import {
  NUM_CONFLICTS,
  RANGE_CONFLICTS,
  type NumConflict,
  type RangeConflict,
} from '../../../channels/channel-numbers.js';
import { CHANNEL_SORTS, type ChannelSort } from '../../../channels/channel-query.repository.js';
import { MAX_ARCHIVE_DAYS, MAX_GUIDE_SHIFT_MINUTES, MAX_NUM } from '../../../channels/channel-rules.js';
import { EDITABLE_CHANNEL_FIELDS, type EditableChannelField } from '../../../channels/channel.entity.js';
import { SearchQuery } from './common.dto.js';
import {
  Flag,
  HeaderMap,
  Id,
  IdList,
  MAX_ID,
  Nested,
  OneOf,
  QueryFlag,
  QueryWhole,
  SomeOf,
  Text,
  Told,
  Whole,
} from './fields.js';

export const STREAM_KINDS = ['acestream', 'http', 'hls', 'rtsp', 'rtmp', 'udp'] as const;

export class ChannelsQueryDto extends SearchQuery {
  @QueryWhole({ doc: 'Only channels of this category.', optional: true, min: 1, max: MAX_ID })
  categoryId?: number;

  @QueryFlag({ doc: 'Only hidden channels, or only shown ones.', optional: true })
  isHidden?: boolean;

  @QueryFlag({ doc: 'Channels that no list carries any more, instead of living ones.', optional: true })
  isRetired?: boolean;

  @QueryFlag({ doc: 'Only channels for adults, or only others.', optional: true })
  isAdult?: boolean;

  @OneOf(STREAM_KINDS, { doc: 'Only channels with a source of this kind.', optional: true })
  kind?: (typeof STREAM_KINDS)[number];

  @QueryWhole({ doc: 'Only channels with a source from this list.', optional: true, min: 1, max: MAX_ID })
  listSourceId?: number;

  @OneOf(CHANNEL_SORTS, { doc: 'Order.', optional: true, default: 'num' })
  sort: ChannelSort = 'num';
}

export class ChannelDto {
  @Told('Id; what players open. It never changes.', { type: 'integer' })
  id!: number;

  @Told('The number players show; also the order.', { type: 'integer' })
  num!: number;

  @Told('Name.', { type: String })
  name!: string;

  @Told('Id of the category.', { type: 'integer' })
  categoryId!: number;

  @Told('Name of the category.', { type: String })
  categoryName!: string;

  @Told('Address of the logo, or empty.', { type: String })
  logo!: string;

  @Told('Guide channel id as the lists name it.', { type: String })
  tvgId!: string;

  @Told('Minutes added to the times of the guides that were found for it; lists say it as tvg-shift.', {
    type: 'integer',
  })
  guideShiftMinutes!: number;

  @Told('Not shown to viewers.', { type: Boolean })
  isHidden!: boolean;

  @Told('For adults.', { type: Boolean })
  isAdult!: boolean;

  @Told('Days of archive told to players.', { type: 'integer' })
  archiveDays!: number;

  @Told('A dead picture (black, frozen, silent, a card) is treated like a cut.', { type: Boolean })
  watchPicture!: boolean;

  @Told('Made by a person, or split off; no list names it.', { type: Boolean })
  isManual!: boolean;

  @Told('Fields a person set; no refresh touches them.', {
    type: [String],
    enum: [...EDITABLE_CHANNEL_FIELDS],
  })
  editedFields!: string[];

  @Told('How many living sources of which kind.', {
    type: 'object',
    additionalProperties: { type: 'integer' },
    example: { acestream: 2, hls: 1 },
  })
  sourceCounts!: Record<string, number>;

  @Told('When the channel was first seen.', { type: String, format: 'date-time' })
  addedAt!: string;

  @Told('Since when nothing feeds it; null = it is alive.', {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  retiredAt!: string | null;
}

export class StreamDto {
  @Told('Id of the source.', { type: 'integer' })
  id!: number;

  @Told('How it is played.', { type: String, enum: [...STREAM_KINDS] })
  kind!: string;

  @Told('Where the bytes are, without credentials.', { type: String })
  address!: string;

  @Told('The name the list gave it.', { type: String })
  label!: string;

  @Told('The list it came from; null = added by a person.', { type: 'integer', nullable: true })
  listSourceId!: number | null;

  @Told('Place in the order in which sources are tried, from 0.', { type: 'integer' })
  priority!: number;

  @Told('false = never tried.', { type: Boolean })
  isEnabled!: boolean;

  @Told('It may lie in the local network.', { type: Boolean })
  allowPrivate!: boolean;

  @Told('The user agent of its own; null = that of its list, if any, else the default.', {
    type: String,
    nullable: true,
  })
  userAgent!: string | null;

  @Told('The HTTP proxy of its own, without credentials; null = that of its list, if any.', {
    type: String,
    nullable: true,
  })
  proxyUrl!: string | null;

  @Told('Names of further headers sent; their values are secret.', { type: [String] })
  headerNames!: string[];

  @Told('When it was first seen.', { type: String, format: 'date-time' })
  addedAt!: string;

  @Told('Since when its list lacks it; null = it is there.', {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  retiredAt!: string | null;
}

export class ChannelDetailDto extends ChannelDto {
  @Told('Its sources in the order in which they are tried, retired ones last.', { type: [StreamDto] })
  streams!: StreamDto[];

  @Told('What the lists say about the edited fields.', { type: 'object', additionalProperties: true })
  listValues!: Record<string, unknown>;

  @Told('Ids of channels that were merged into this one; they open it.', { type: [Number] })
  mergedIds!: number[];
}

export class ChannelsPageDto {
  @Told('The rows of this page.', { type: [ChannelDto] })
  items!: ChannelDto[];

  @Told('Rows on all pages together.', { type: 'integer' })
  total!: number;

  @Told('This page.', { type: 'integer' })
  page!: number;

  @Told('Rows per page.', { type: 'integer' })
  perPage!: number;
}

class ChannelFieldsDto {
  @Whole({ doc: 'The number players show.', optional: true, min: 1, max: MAX_NUM })
  num?: number;

  @Text({ doc: 'Address of the logo, http or https; empty = none.', optional: true, max: 2048 })
  logo?: string;

  @Text({ doc: 'Guide channel id.', optional: true, max: 200 })
  tvgId?: string;

  @Whole({
    doc: 'Minutes added to the times of the guides that were found for it, as lists say by tvg-shift.',
    optional: true,
    min: -MAX_GUIDE_SHIFT_MINUTES,
    max: MAX_GUIDE_SHIFT_MINUTES,
  })
  guideShiftMinutes?: number;

  @Flag({ doc: 'Hides the channel from viewers.', optional: true })
  isHidden?: boolean;

  @Flag({ doc: 'For adults.', optional: true })
  isAdult?: boolean;

  @Whole({ doc: 'Days of archive told to players.', optional: true, min: 0, max: MAX_ARCHIVE_DAYS })
  archiveDays?: number;

  @Flag({
    doc: 'A dead picture (black, frozen, silent, a card) is treated like a cut; needs ffmpeg. Counts from the next start of the stream.',
    optional: true,
  })
  watchPicture?: boolean;
}

export class ChangeChannelDto extends ChannelFieldsDto {
  @Text({ doc: 'Name.', optional: true, min: 1, max: 300 })
  name?: string;

  @Id({ doc: 'The category.', optional: true })
  categoryId?: number;
}

export class AddChannelDto extends ChannelFieldsDto {
  @Text({ doc: 'Name.', min: 1, max: 300 })
  name!: string;

  @Id({ doc: 'The category.' })
  categoryId!: number;
}

export class NumConflictQuery {
  @OneOf(NUM_CONFLICTS, {
    doc: 'When the number belongs to another channel: refuse, let the two swap, or shift the others up to the next gap.',
    optional: true,
    default: 'refuse',
  })
  onConflict: NumConflict = 'refuse';
}

export class ResetChannelDto {
  @SomeOf(EDITABLE_CHANNEL_FIELDS, { doc: 'The fields to give back.' })
  fields!: EditableChannelField[];
}

export class ChannelFilterDto {
  @Text({ doc: 'Part of the name or the guide id.', optional: true, max: 100 })
  search?: string;

  @Id({ doc: 'Channels of this category.', optional: true })
  categoryId?: number;

  @Flag({ doc: 'Hidden channels, or shown ones.', optional: true })
  isHidden?: boolean;

  @Flag({ doc: 'Channels that no list carries any more, instead of living ones.', optional: true })
  isRetired?: boolean;

  @Flag({ doc: 'Channels for adults, or others.', optional: true })
  isAdult?: boolean;

  @OneOf(STREAM_KINDS, { doc: 'Channels with a source of this kind.', optional: true })
  kind?: (typeof STREAM_KINDS)[number];

  @Id({ doc: 'Channels with a source from this list.', optional: true })
  listSourceId?: number;

  @IdList({ doc: 'These channels.', optional: true, min: 1, max: 5000 })
  ids?: number[];
}

export class BulkChangeDto {
  @Id({ doc: 'The category.', optional: true })
  categoryId?: number;

  @Flag({ doc: 'Hides the channels, or shows them.', optional: true })
  isHidden?: boolean;

  @Flag({ doc: 'For adults.', optional: true })
  isAdult?: boolean;

  @Whole({ doc: 'Days of archive told to players.', optional: true, min: 0, max: MAX_ARCHIVE_DAYS })
  archiveDays?: number;

  @Flag({
    doc: 'A dead picture (black, frozen, silent, a card) is treated like a cut; needs ffmpeg. Counts from the next start of the stream.',
    optional: true,
  })
  watchPicture?: boolean;
}

export class BulkRequestDto {
  @Nested(() => ChannelFilterDto, {
    doc: 'Which channels; every condition given must hold. {} = all living ones.',
  })
  filter!: ChannelFilterDto;

  @Nested(() => BulkChangeDto, { doc: 'What to set on all of them.' })
  set!: BulkChangeDto;

  @Flag({ doc: 'Only says what would be changed.', optional: true, default: false })
  dryRun?: boolean;
}

export class BulkResultDto {
  @Told('Channels that match.', { type: 'integer' })
  matched!: number;

  @Told('Channels that differ now; 0 for a dry run.', { type: 'integer' })
  changed!: number;

  @Told('Nothing was changed.', { type: Boolean })
  dryRun!: boolean;

  @Told('The first twenty that match, as they were before.', { type: [ChannelDto] })
  first!: ChannelDto[];
}

export class OrderChannelsDto {
  @IdList({ doc: 'The channels in their new order.', min: 1, max: 5000 })
  ids!: number[];

  @Whole({
    doc: 'Number of the first; the others follow. Absent = they share out the numbers they hold already.',
    optional: true,
    min: 1,
    max: MAX_NUM,
  })
  from?: number;

  @OneOf(RANGE_CONFLICTS, {
    doc: 'When others hold those numbers: refuse, or move them and everything behind them up.',
    optional: true,
    default: 'refuse',
  })
  onConflict: RangeConflict = 'refuse';
}

export class ChannelIdsDto {
  @IdList({ doc: 'Ids of channels, each once.', min: 1, max: 500 })
  ids!: number[];
}

export class SplitStreamDto {
  @Text({
    doc: 'Name of the new channel; the name the list gave the source where absent.',
    optional: true,
    min: 1,
    max: 300,
  })
  name?: string;

  @Whole({ doc: 'Its number; behind the highest where absent.', optional: true, min: 1, max: MAX_NUM })
  num?: number;
}

export class AddStreamDto {
  @Text({
    doc: 'An URL, an AceStream address or a bare AceStream id, as lists write it; headers may follow a pipe.',
    min: 1,
    max: 8192,
    example: 'acestream://0123456789abcdef0123456789abcdef01234567',
  })
  address!: string;

  @Text({ doc: 'How you call it.', optional: true, max: 300 })
  label?: string;

  @Text({ doc: 'Sent as User-Agent; null = the default.', optional: true, nullable: true, max: 2000 })
  userAgent?: string | null;

  @HeaderMap({ doc: 'Further headers. Values are never shown again.', optional: true })
  headers?: Record<string, string>;

  @Flag({ doc: 'It may lie in the local network.', optional: true, default: false })
  allowPrivate?: boolean;

  @Text({
    doc: 'HTTP proxy to ask it through; null = as its list.',
    optional: true,
    nullable: true,
    min: 1,
    max: 2048,
    example: 'http://anna:secret@proxy.example:3128',
  })
  proxyUrl?: string | null;

  @Flag({ doc: 'Try it before the others.', optional: true, default: false })
  isFirst?: boolean;
}

export class ChangeStreamDto {
  @Flag({ doc: 'false = never tried.', optional: true })
  isEnabled?: boolean;

  @Text({
    doc: 'HTTP proxy to ask it through; null = as its list. Streams of an engine have none.',
    optional: true,
    nullable: true,
    min: 1,
    max: 2048,
    example: 'http://anna:secret@proxy.example:3128',
  })
  proxyUrl?: string | null;
}

export class StreamIdsDto {
  @IdList({
    doc: 'Ids of sources of this channel, each once; the others follow in the order of their health. None: all of them.',
    min: 0,
    max: 200,
  })
  ids!: number[];
}

export class StreamsDto {
  @Told('As the lists or somebody ordered them, retired ones last.', { type: [StreamDto] })
  items!: StreamDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export class StreamAddressDto {
  @Told('The address as it is, with its credentials.', { type: String })
  address!: string;
}
