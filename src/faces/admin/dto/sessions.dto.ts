import type { LiveSession } from '../live-sessions.js';
import { Told } from './fields.js';

export class SessionDto {
  @Told('Id of the session.', { type: 'integer' })
  id!: number;

  @Told('Id of the running stream that is watched, as under /live.', { type: 'integer' })
  liveId!: number;

  @Told('Id of the user.', { type: 'integer' })
  userId!: number;

  @Told('Name of the user.', { type: String })
  username!: string;

  @Told('Id of the channel.', { type: 'integer' })
  channelId!: number;

  @Told('Name of the channel.', { type: String })
  channelName!: string;

  @Told('Address of the player.', { type: String })
  address!: string;

  @Told('What the player calls itself.', { type: String })
  userAgent!: string;

  @Told('How it is sent: as one stream, or as HLS.', { type: String, enum: ['ts', 'm3u8'] })
  output!: string;

  @Told('Headline of the slate that is shown instead of the channel; null = the channel.', {
    type: String,
    nullable: true,
  })
  slate!: string | null;

  @Told('Since when it plays.', { type: String, format: 'date-time' })
  startedAt!: string;

  @Told('Bytes sent so far.', { type: 'integer' })
  bytes!: number;

  @Told('How far the player is behind the newest picture, in milliseconds.', { type: 'integer' })
  lagMs!: number;

  @Told('How often it was too slow and had to jump ahead.', { type: 'integer' })
  jumps!: number;
}

export class SessionsDto {
  @Told('Everybody who watches, the longest first.', { type: [SessionDto] })
  items!: SessionDto[];

  @Told('How many there are.', { type: 'integer' })
  total!: number;
}

export function toSessionDto(session: LiveSession): SessionDto {
  return {
    id: session.id,
    liveId: session.streamId,
    userId: session.userId,
    username: session.username,
    channelId: session.channelId,
    channelName: session.channelName,
    address: session.address,
    userAgent: session.userAgent,
    output: session.output,
    slate: session.slate,
    startedAt: new Date(session.startedAt).toISOString(),
    bytes: session.bytes,
    lagMs: Math.round(session.lagMs),
    jumps: session.jumps,
  };
}
