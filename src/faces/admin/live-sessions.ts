/** One open stream of one viewer. */
export interface LiveSession {
  id: number;
  userId: number;
  username: string;
  channelId: number;
  channelName: string;
  /** Of the player. */
  address: string;
  userAgent: string;
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

/** What administrators need of playback. */
export interface LiveSessions {
  list(): readonly LiveSession[];
  /** Ends one; false when there is none of this id. */
  kick(id: number): boolean;
}

export const LIVE_SESSIONS = Symbol('LiveSessions');
