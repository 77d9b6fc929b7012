import {
  SOURCE_STATES,
  type ChannelHealthView,
  type SourceHealthView,
} from '../../../checks/channel-health.js';
import { redactUrl } from '../../../platform/logging/redact.js';
import { isoTime } from './common.dto.js';
import { Told } from './fields.js';

type Hour = SourceHealthView['hours'][number];

export class SourceHourDto {
  @Told('Begin of the hour.', { type: String, format: 'date-time' })
  from!: string;

  @Told('Starts, the failed ones too.', { type: 'integer' })
  starts!: number;

  @Told('Starts that brought a picture.', { type: 'integer' })
  pictures!: number;

  @Told('From a start to the first picture on average.', { type: 'number', nullable: true })
  firstPictureSeconds!: number | null;

  @Told('How often it broke while it played.', { type: 'integer' })
  cuts!: number;

  @Told('How long it played.', { type: 'integer' })
  playedSeconds!: number;

  @Told('Peers on average, of AceStream sources.', { type: 'number', nullable: true })
  peers!: number | null;

  @Told('Kilobytes per second on average, of AceStream sources.', { type: 'number', nullable: true })
  speedKbs!: number | null;
}

export class SourceLiveDto {
  @Told('The engine or host it is read from.', { type: String })
  place!: string;

  @Told('State of the stream.', { type: String })
  state!: string;

  @Told('Viewers.', { type: 'integer' })
  viewers!: number;

  @Told('Bits per second by its own clock; 0 = not known yet.', { type: 'integer' })
  bitrate!: number;

  @Told('Peers as the engine last told.', { type: 'integer', nullable: true })
  peers!: number | null;

  @Told('Kilobytes per second as the engine last told.', { type: 'integer', nullable: true })
  speedKbs!: number | null;
}

export class SourceHealthDto {
  @Told('Id of the source.', { type: 'integer' })
  id!: number;

  @Told('What kind of source it is.', { type: String })
  kind!: string;

  @Told('Its address without credentials.', { type: String })
  address!: string;

  @Told('Its name in the list.', { type: String })
  label!: string;

  @Told('Place in the order in which sources are tried, from 1; null = never tried.', {
    type: 'integer',
    nullable: true,
  })
  turn!: number | null;

  @Told('Somebody decided its place; its health does not change that.', { type: Boolean })
  isPlaced!: boolean;

  @Told(
    'live: delivers now. good: its last start brought a picture. failing: it did not. resting: dead, tried last until restsUntil. untried. off: switched off or retired.',
    { type: String, enum: [...SOURCE_STATES] },
  )
  state!: string;

  @Told('0 to 1: reliability, steadiness and speed; what is long ago counts less.', { type: 'number' })
  score!: number;

  @Told('Share of the starts that brought a picture.', { type: 'number', nullable: true })
  successRate!: number | null;

  @Told('From a start to the first picture on average.', { type: 'number', nullable: true })
  firstPictureSeconds!: number | null;

  @Told('How often it breaks in an hour; null until it has played for a quarter of one.', {
    type: 'number',
    nullable: true,
  })
  cutsPerHour!: number | null;

  @Told('When it last showed pictures.', { type: String, format: 'date-time', nullable: true })
  lastSuccessAt!: string | null;

  @Told('When it last failed or broke.', { type: String, format: 'date-time', nullable: true })
  lastFailureAt!: string | null;

  @Told('Kind of the last failure or break.', { type: String, nullable: true, example: 'no-peers' })
  lastFailure!: string | null;

  @Told('The same in words.', { type: String, nullable: true })
  lastFailureDetail!: string | null;

  @Told('Until then it is tried last.', { type: String, format: 'date-time', nullable: true })
  restsUntil!: string | null;

  @Told('When it was last checked without a viewer.', {
    type: String,
    format: 'date-time',
    nullable: true,
  })
  checkedAt!: string | null;

  @Told('What it delivers now.', { type: SourceLiveDto, nullable: true })
  live!: SourceLiveDto | null;

  @Told('The last fourteen days, oldest first; hours in which nothing happened are left out.', {
    type: [SourceHourDto],
  })
  hours!: SourceHourDto[];
}

export class ChannelHealthDto {
  @Told('Id of the channel.', { type: 'integer' })
  channelId!: number;

  @Told('Name of the channel.', { type: String })
  name!: string;

  @Told('Its sources in the order in which they are tried now.', { type: [SourceHealthDto] })
  sources!: SourceHealthDto[];
}

export function toChannelHealthDto({ channelId, name, sources }: ChannelHealthView): ChannelHealthDto {
  return { channelId, name, sources: sources.map(toSourceHealthDto) };
}

function toSourceHealthDto(view: SourceHealthView): SourceHealthDto {
  const { source, record } = view;
  return {
    id: source.id,
    kind: source.kind,
    address: redactUrl(source.locator),
    label: source.label,
    turn: view.turn,
    isPlaced: view.isPlaced,
    state: view.state,
    score: rounded(view.score),
    successRate: rounded(view.successRate),
    firstPictureSeconds: rounded(view.firstPictureSeconds),
    cutsPerHour: rounded(view.cutsPerHour),
    lastSuccessAt: isoTime(record?.lastSuccessAt ?? null),
    lastFailureAt: isoTime(record?.lastFailureAt ?? null),
    lastFailure: record?.lastFailure ?? null,
    lastFailureDetail: record?.lastFailureDetail ?? null,
    restsUntil: view.state === 'resting' ? isoTime(record?.quarantinedUntil ?? null) : null,
    checkedAt: isoTime(record?.probedAt ?? null),
    live: toLiveDto(view),
    hours: view.hours.map(toHourDto),
  };
}

function toLiveDto({ live }: SourceHealthView): SourceLiveDto | null {
  if (!live?.source) return null;
  const { source, state, viewers, bitrate } = live;
  return {
    place: source.place,
    state,
    viewers,
    bitrate: Math.round(bitrate),
    peers: source.peers ?? null,
    speedKbs: source.speedDown ?? null,
  };
}

function toHourDto({ hour, starts, pictures, waitMs, cuts, playedSeconds, ...sums }: Hour): SourceHourDto {
  return {
    from: isoTime(hour * 3600),
    starts,
    pictures,
    firstPictureSeconds: pictures > 0 ? rounded(waitMs / 1000 / pictures) : null,
    cuts,
    playedSeconds,
    peers: sums.samples > 0 ? rounded(sums.peers / sums.samples) : null,
    speedKbs: sums.samples > 0 ? rounded(sums.speedKbs / sums.samples) : null,
  };
}

/** To three digits behind the point: more is noise. */
function rounded(value: number): number;
function rounded(value: number | null): number | null;
function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000) / 1000;
}
