import { PICTURE_STATES } from '../../../core/picture/judge-picture.js';
import type { LiveStream } from '../live-sessions.js';
import { Id, Told } from './fields.js';
import { SessionDto, toSessionDto } from './sessions.dto.js';

export class SwitchSourceDto {
  @Id({
    doc: 'The source to go over to, by its id under /channels/{id}/streams; absent = the next one.',
    optional: true,
  })
  sourceId?: number;
}

export class LiveStreamDto {
  @Told('Id of the running stream; a new start has a new one.', { type: 'integer' })
  id!: number;

  @Told('Id of the channel; null = a slate.', { type: 'integer', nullable: true })
  channelId!: number | null;

  @Told('Name of the channel, or headline of the slate.', { type: String })
  title!: string;

  @Told('What it does at the moment.', {
    type: String,
    enum: ['idle', 'starting', 'live', 'recovering', 'draining', 'closed'],
  })
  state!: string;

  @Told('Engine or host that delivers; null while there is none.', { type: String, nullable: true })
  place!: string | null;

  @Told('Infohash of an AceStream content; null = none, or not known.', { type: String, nullable: true })
  infohash!: string | null;

  @Told('Peers, as the engine says; null = not known.', { type: 'integer', nullable: true })
  peers!: number | null;

  @Told('Kilobytes per second, as the engine says; null = not known.', { type: 'integer', nullable: true })
  speedDown!: number | null;

  @Told('The source that is read or being opened; null = a slate.', { type: 'integer', nullable: true })
  sourceId!: number | null;

  @Told('All sources it may use, in the order in which they are tried.', { type: [Number] })
  sourceIds!: number[];

  @Told('Since when it runs.', { type: String, format: 'date-time' })
  startedAt!: string;

  @Told('For how long it runs, in seconds.', { type: 'integer' })
  uptimeSeconds!: number;

  @Told('From the first request to the first picture, in milliseconds; null = none yet.', {
    type: 'integer',
    nullable: true,
  })
  firstPictureMs!: number | null;

  @Told('Without a byte for so long, in milliseconds.', { type: 'integer' })
  silentMs!: number;

  @Told('Viewers that wait for the first picture.', { type: 'integer' })
  waiting!: number;

  @Told('Bytes read from sources.', { type: 'integer' })
  bytesIn!: number;

  @Told('Bit/s by the clock of the stream; 0 = not known yet.', { type: 'integer' })
  bitrate!: number;

  @Told('Codec of the picture.', { type: String, nullable: true })
  codec!: string | null;

  @Told('Memory it holds for joining and slow viewers, in bytes.', { type: 'integer' })
  ringBytes!: number;

  @Told('How far back that reaches, in milliseconds.', { type: 'integer' })
  ringMs!: number;

  @Told('Lost packets of the sources, by their counters.', { type: 'integer' })
  continuityErrors!: number;

  @Told('How often its source broke.', { type: 'integer' })
  breaks!: number;

  @Told('How often it came back.', { type: 'integer' })
  recoveries!: number;

  @Told('What went wrong last; null = nothing.', { type: String, nullable: true })
  lastProblem!: string | null;

  @Told(
    'How the picture looks, where it is watched; "unwatched" = that needs ffmpeg; null = not looked at.',
    {
      type: String,
      enum: [...PICTURE_STATES],
      nullable: true,
    },
  )
  picture!: string | null;

  @Told('Everybody who watches it.', { type: [SessionDto] })
  viewers!: SessionDto[];
}

export class LiveStreamsDto {
  @Told('Running streams, the oldest first.', { type: [LiveStreamDto] })
  items!: LiveStreamDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export function toLiveStreamDto(stream: LiveStream, nowMs: number): LiveStreamDto {
  const { source, ttfbMs } = stream;
  return {
    id: stream.id,
    channelId: stream.channelId,
    title: stream.title,
    state: stream.state,
    place: source?.place ?? null,
    infohash: source?.infohash ?? null,
    peers: source?.peers ?? null,
    speedDown: source?.speedDown ?? null,
    sourceId: stream.channelId === null ? null : stream.sourceId,
    sourceIds: stream.channelId === null ? [] : [...stream.sourceIds],
    startedAt: new Date(stream.startedAt).toISOString(),
    uptimeSeconds: Math.max(0, Math.floor((nowMs - stream.startedAt) / 1000)),
    firstPictureMs: ttfbMs === null ? null : Math.round(ttfbMs),
    silentMs: Math.round(stream.silentMs),
    waiting: stream.waiting,
    bytesIn: stream.bytesIn,
    bitrate: Math.round(stream.bitrate),
    codec: stream.codec,
    ringBytes: stream.ringBytes,
    ringMs: Math.round(stream.ringMs),
    continuityErrors: stream.continuityErrors,
    breaks: stream.breaks,
    recoveries: stream.recoveries,
    lastProblem: stream.lastProblem,
    picture: stream.picture,
    viewers: stream.watchedBy.map(toSessionDto),
  };
}
