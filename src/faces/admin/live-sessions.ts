import type { PictureState } from '../../core/picture/judge-picture.js';
/** One open stream of one viewer. */
export interface LiveSession {
  id: number;
  /** Id of the running stream that is watched. */
  streamId: number;
  userId: number;
  username: string;
  channelId: number;
  channelName: string;
  /** Of the player. */
  address: string;
  userAgent: string;
  output: 'ts' | 'm3u8';
  /** Headline of the slate that is shown instead of the channel; null = the channel. */
  slate: string | null;
  /** ms since the epoch. */
  startedAt: number;
  /** Sent so far. */
  bytes: number;
  /** How far the player is behind the newest picture. */
  lagMs: number;
  lagBytes: number;
  /** How often it was too slow and had to jump ahead. */
  jumps: number;
}

/** One source that is read for all who watch it. Times in ms, `startedAt` since the epoch. */
export interface LiveStream {
  id: number;
  /** null = a slate. */
  channelId: number | null;
  title: string;
  state: string;
  sourceId: number | null;
  sourceIds: readonly number[];
  source: { place: string; infohash?: string; peers?: number; speedDown?: number } | null;
  startedAt: number;
  ttfbMs: number | null;
  silentMs: number;
  waiting: number;
  bytesIn: number;
  bitrate: number;
  codec: string | null;
  ringBytes: number;
  ringMs: number;
  continuityErrors: number;
  breaks: number;
  recoveries: number;
  lastProblem: string | null;
  picture: PictureState;
  watchedBy: readonly LiveSession[];
}

export type SwitchOutcome = 'switched' | 'unknown-source' | 'same-source' | 'idle';

/** What administrators need of playback. */
export interface LiveSessions {
  list(): readonly LiveSession[];
  /** Ends one; false when there is none of this id. */
  kick(id: number): boolean;
  streams(): readonly LiveStream[];
  /** Ends a stream for all who watch it; false when there is none of this id. */
  stop(streamId: number): Promise<boolean>;
  /** Goes over to the source of this number, or to the next one; undefined when there is no stream of this id. */
  switchSource(streamId: number, sourceId?: number): SwitchOutcome | undefined;
}

export const LIVE_SESSIONS = Symbol('LiveSessions');
