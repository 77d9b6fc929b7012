import type { ChannelRecord } from '../channels/channels.repository.js';
import type { SourceKind } from '../core/lists/locator.js';
import type { Clock } from '../platform/clock.js';
import type { Logger } from '../platform/logging/logger.js';
import type { StreamHub } from '../streaming/stream-hub.js';
import type { JoinOutcome } from '../streaming/live-session.js';
import type { ReaderEnd, ReaderSink } from '../streaming/reader.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { StreamSource } from '../streaming/stream-source.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter } from './connection-limiter.js';
import type { CurrentAccounts, PlayableChannels, PlayableSource } from './ports.js';
import { SOURCE_KINDS } from './ports.js';
import { HlsViewers } from './hls-viewers.js';
import type { HlsOutcome } from './hls-viewers.js';
import type { HlsViewing } from './hls-viewing.js';
import { Viewing } from './viewing.js';
import type { OpenViewing, PlaybackClient, ViewingRecord } from './viewing.js';

/** For the faces, which do not know the streaming room. */
export type { ReaderEnd, ReaderSink };
export type PlaybackFailure = StreamFailure;

export type PlaybackOutcome =
  | { kind: 'ready'; viewing: Viewing }
  /** No such channel, or none that this account may see: the two must not be told apart. */
  | { kind: 'unknown-channel' }
  | { kind: 'failed'; failure: StreamFailure };

export type HlsPlaybackOutcome = HlsOutcome | { kind: 'unknown-channel' };

export interface PlaybackOptions {
  hub: StreamHub;
  limiter: ConnectionLimiter;
  channels: PlayableChannels;
  accounts: CurrentAccounts;
  clock: Clock;
  logger: Logger;
}

export interface PlaybackRequest {
  account: Account;
  channelId: number;
  client: PlaybackClient;
  /** Aborts when the viewer leaves. */
  signal: AbortSignal;
}

/** May this account watch this channel now, and where do the bytes come from. */
export class PlaybackService {
  private readonly viewings = new Map<number, OpenViewing>();
  private readonly hls: HlsViewers;
  private lastId = 0;

  constructor(private readonly options: PlaybackOptions) {
    this.hls = new HlsViewers({
      ...options,
      newId: () => ++this.lastId,
      onOpen: (viewing) => this.viewings.set(viewing.id, viewing),
      onOver: ({ id }) => this.viewings.delete(id),
    });
  }

  async open(request: PlaybackRequest): Promise<PlaybackOutcome> {
    const channel = await this.visibleChannel(request.account, request.channelId);
    if (!channel) return { kind: 'unknown-channel' };
    const joined = await this.join(request, channel);
    if (joined.kind === 'failed') return joined;
    const viewing = new Viewing({
      id: ++this.lastId,
      account: request.account,
      channel,
      client: request.client,
      seat: joined.seat,
      limiter: this.options.limiter,
      clock: this.options.clock,
      readerOptions: readerOptionsOf(request.account),
      onOver: (over) => void this.viewings.delete(over.id),
    });
    this.viewings.set(viewing.id, viewing);
    return { kind: 'ready', viewing };
  }

  /** As `open`, in segments: a player that asks again gets the viewing that it has. */
  async openHls(request: PlaybackRequest): Promise<HlsPlaybackOutcome> {
    const channel = await this.visibleChannel(request.account, request.channelId);
    if (!channel) return { kind: 'unknown-channel' };
    return this.hls.open({ ...request, channel }, () => this.join(request, channel));
  }

  /** The viewing whose segments have this token in their addresses. */
  findHls(token: string): HlsViewing | undefined {
    return this.hls.find(token);
  }

  /** Whether the account could open the channel, without touching any source. */
  async mayOpen(account: Account, channelId: number): Promise<boolean> {
    return (await this.visibleChannel(account, channelId)) !== null;
  }

  /** Viewers of this account that count against its limit. */
  activeConnections(userId: number): number {
    return this.options.limiter.active(userId);
  }

  /** Everybody who watches, oldest first. */
  sessions(): ViewingRecord[] {
    return [...this.viewings.values()].map((viewing) => viewing.record());
  }

  /** Ends one viewing; false when there is none of this id. */
  kick(id: number): boolean {
    const viewing = this.viewings.get(id);
    viewing?.end('kicked');
    return viewing !== undefined;
  }

  /** Ends the viewings whose account was closed, has run out or may no longer see the channel. */
  async recheck(): Promise<void> {
    const userIds = new Set([...this.viewings.values()].map(({ userId }) => userId));
    for (const userId of userIds) {
      const account = await this.options.accounts.current(userId);
      for (const viewing of [...this.viewings.values()]) {
        if (viewing.userId !== userId) continue;
        if (account?.status !== 'Active' || !isAllowed(account, viewing.channel)) viewing.end('kicked');
      }
    }
  }

  private async visibleChannel(account: Account, channelId: number): Promise<ChannelRecord | null> {
    const channel = await this.options.channels.findVisible(channelId);
    return channel && isAllowed(account, channel) ? channel : null;
  }

  /**
   * A player may hold the old channel while it opens the next. Where that takes the last place on the engines, the
   * account's own older viewer makes way before the newcomer has shown a picture.
   */
  private async join(
    { account, client, signal }: PlaybackRequest,
    channel: ChannelRecord,
  ): Promise<JoinOutcome> {
    const { hub, limiter, channels } = this.options;
    const sources = (await channels.sourcesOf(channel.id)).filter(isPlayable).map(toStreamSource);
    const request = { key: `channel ${channel.id}`, sources, signal };
    const joined = await hub.open(request);
    if (joined.kind === 'ready' || joined.failure.kind !== 'unavailable') return joined;
    const holder = { userId: account.id, channelId: channel.id, ...client };
    if (signal.aborted || !limiter.preempt(holder, account.maxConnections)) return joined;
    return hub.open(request);
  }
}

function isAllowed({ allowedCategoryIds }: Account, channel: ChannelRecord): boolean {
  return allowedCategoryIds === null || allowedCategoryIds.includes(channel.categoryId);
}

function isPlayable({ kind }: PlayableSource): boolean {
  return SOURCE_KINDS.has(kind);
}

function toStreamSource({
  id,
  kind,
  locator,
  userAgent,
  headers,
  allowPrivate,
}: PlayableSource): StreamSource {
  return { id, kind: kind as SourceKind, locator, userAgent, headers, allowPrivate };
}

function readerOptionsOf({ joinBehindSeconds }: Account): { joinBehindMs?: number } {
  return joinBehindSeconds === null ? {} : { joinBehindMs: joinBehindSeconds * 1000 };
}
