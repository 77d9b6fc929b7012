import type { AskedRange } from '../core/util/http-ranges.js';
import type { Account } from '../users/account.js';
import type { PlaybackClient } from './viewing.js';

/** What a viewer asks for when he opens a film or an episode. */
export interface FilmRequest {
  account: Account;
  kind: 'movie' | 'series';
  id: number;
  client: PlaybackClient;
  /** The player asked for a playlist, and will play one. */
  wantsPlaylist: boolean;
  /** null = the whole file. */
  range: AskedRange | null;
  ifRange?: string | undefined;
  /** Aborts when the viewer leaves. */
  signal: AbortSignal;
}
