import { CHANNEL_SORTS, type ChannelSort } from '../../../channels/channel-query.repository.js';
import { EDITABLE_CHANNEL_FIELDS } from '../../../channels/channel.entity.js';
import { SearchQuery } from './common.dto.js';
import { OneOf, QueryFlag, QueryWhole, MAX_ID, Told } from './fields.js';

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

  @Told('Not shown to viewers.', { type: Boolean })
  isHidden!: boolean;

  @Told('For adults.', { type: Boolean })
  isAdult!: boolean;

  @Told('Days of archive told to players.', { type: 'integer' })
  archiveDays!: number;

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

  @Told('Sent as User-Agent; null = the default.', { type: String, nullable: true })
  userAgent!: string | null;

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
