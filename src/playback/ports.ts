import type { ChannelRecord } from '../channels/channels.repository.js';
import type { SourceKind } from '../core/lists/locator.js';
import type { Account } from '../users/account.js';

/** What playback needs of a source row. */
export interface PlayableSource {
  id: number;
  kind: string;
  locator: string;
  userAgent: string | null;
  headers: Readonly<Record<string, string>>;
  /** Further ones for one origin alone. */
  homeHeaders?: { origin: string; headers: Readonly<Record<string, string>> };
  allowPrivate: boolean;
  /** The HTTP proxy it is asked through, where it has one. */
  proxyUrl?: string;
  /** Whose connections it uses, where the provider counts them. */
  provider?: { key: string; maxConnections: number };
}

/** What playback needs of the channels' room. */
export interface PlayableChannels {
  findVisible(id: number): Promise<ChannelRecord | null>;
  sourcesOf(channelId: number): Promise<PlayableSource[]>;
}

/** What playback needs of the users' room: the account as it is now, null when it is gone. */
export interface CurrentAccounts {
  current(userId: number): Promise<Account | null>;
}

export const SOURCE_KINDS: ReadonlySet<string> = new Set<SourceKind>([
  'acestream',
  'http',
  'hls',
  'rtsp',
  'rtmp',
  'udp',
]);
