import type { ChannelRecord } from '../channels/channels.repository.js';
import type { SlateText } from '../core/slate/slate-card.js';
import type { Clock } from '../platform/clock.js';
import type { LogFields, Logger } from '../platform/logging/logger.js';
import type { StreamHub } from '../streaming/stream-hub.js';
import type { JoinOutcome, Seat, SwitchOutcome } from '../streaming/live-session.js';
import type { ReaderEnd, ReaderSink } from '../streaming/reader.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { Origin, TranscodeDriver } from '../streaming/transcode/transcode.driver.js';
import type { Account } from '../users/account.js';
import { keyOf, streamSources, withViewers } from './channel-stream.js';
import type { LiveStreamRecord } from './channel-stream.js';
import type { ConnectionLimiter } from './connection-limiter.js';
import type { CurrentAccounts, PlayableChannels } from './ports.js';
import { HlsViewers } from './hls-viewers.js';
import type { HlsOutcome } from './hls-viewers.js';
import type { HlsViewing, LadderAccess } from './hls-viewing.js';
import { accountSlate, crowdedSlate, offlineSlate } from './slate-texts.js';
import { Slates } from './slates.js';
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
  /** For accounts whose streams are transcoded. */
  transcodes?: Pick<TranscodeDriver, 'transcoded' | 'rung' | 'canTranscode' | 'hasOwnFilter'>;
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
  private readonly slates: Slates;
  private lastId = 0;

  constructor(private readonly options: PlaybackOptions) {
    this.slates = new Slates(options);
    this.hls = new HlsViewers({
      ...options,
      newId: () => ++this.lastId,
      onOpen: (viewing) => this.viewings.set(viewing.id, viewing),
      onOver: ({ id }) => this.viewings.delete(id),
      note: (channelId, message, fields) => this.note(channelId, message, fields),
    });
  }

  async open(request: PlaybackRequest): Promise<PlaybackOutcome> {
    const channel = await this.visibleChannel(request.account, request.channelId);
    if (!channel) return { kind: 'unknown-channel' };
    if (this.slates.isCrowded(request)) {
      const told = await this.openSlate(request, channel, crowdedSlate(request.account));
      if (told) return told;
    }
    const joined = await this.join(request, channel);
    if (joined.kind === 'ready') return { kind: 'ready', viewing: this.begin(request, channel, joined.seat) };
    const text = slateFor(request.account, channel, joined.failure);
    return (text && (await this.openSlate(request, channel, text))) ?? joined;
  }

  /** As `open`, in segments: a player that asks again gets the viewing that it has. */
  async openHls(request: PlaybackRequest): Promise<HlsPlaybackOutcome> {
    const channel = await this.visibleChannel(request.account, request.channelId);
    if (!channel) return { kind: 'unknown-channel' };
    const ladder = await this.ladderFor(request.account, channel);
    const opened = await this.hls.open({ ...request, channel, ...(ladder ? { ladder } : {}) }, () =>
      this.join(request, channel),
    );
    if (opened.kind === 'ready') return opened;
    const text =
      opened.kind === 'failed'
        ? slateFor(request.account, channel, opened.failure)
        : opened.reason === 'pre-empted' && request.account.slates && crowdedSlate(request.account);
    return (text && (await this.openHlsSlate(request, channel, text))) || opened;
  }

  /** For an account that may not watch: a slate that says so; undefined where it wants none. */
  openInactive(request: PlaybackRequest): Promise<Viewing | undefined> {
    return this.openWords(request, () => accountSlate(request.account));
  }

  /** Words about a channel instead of what it shows; undefined where the account wants none, or may not see it. */
  async openWords(
    request: PlaybackRequest,
    words: (channelName: string) => SlateText,
  ): Promise<Viewing | undefined> {
    const channel = await this.slateChannel(request);
    return channel && (await this.openSlate(request, channel, words(channel.name)))?.viewing;
  }

  /** As `openInactive`, in segments. */
  openInactiveHls(request: PlaybackRequest): Promise<HlsViewing | undefined> {
    return this.openHlsWords(request, () => accountSlate(request.account));
  }

  /** As `openWords`, in segments. */
  async openHlsWords(
    request: PlaybackRequest,
    words: (channelName: string) => SlateText,
  ): Promise<HlsViewing | undefined> {
    const channel = await this.slateChannel(request);
    return channel && (await this.openHlsSlate(request, channel, words(channel.name)))?.viewing;
  }

  /** The viewing whose segments have this token in their addresses. */
  findHls(token: string): HlsViewing | undefined {
    return this.hls.find(token);
  }

  /** Whether the account could open the channel, without touching any source. */
  async mayOpen(account: Account, channelId: number): Promise<boolean> {
    return (await this.visibleChannel(account, channelId)) !== null;
  }

  /** Says something about a channel in the log, at most a line a second. */
  note(channelId: number, message: string, fields: LogFields): void {
    this.options.hub.log.info(keyOf(channelId), message, fields);
  }

  /** Viewers of this account that count against its limit. */
  activeConnections(userId: number): number {
    return this.options.limiter.active(userId);
  }

  /** Everybody who watches, oldest first. */
  sessions(): ViewingRecord[] {
    return [...this.viewings.values()].map((viewing) => viewing.record());
  }

  /** Every running stream with those who watch it. */
  streams(): LiveStreamRecord[] {
    return withViewers(this.options.hub.stats(), this.sessions());
  }

  /** Ends a stream for all who watch it; false when there is none of this id. */
  async stopStream(id: number): Promise<boolean> {
    const session = this.options.hub.findById(id);
    await session?.close('kicked');
    return session !== undefined;
  }

  /** Goes over to the source of this number, or to the next one; undefined when there is no stream of this id. */
  switchSource(id: number, sourceId?: number): SwitchOutcome | undefined {
    return this.options.hub.findById(id)?.switchSource(sourceId);
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
        if (viewing.userId !== userId || viewing.isSlate) continue;
        if (account?.status !== 'Active' || !isAllowed(account, viewing.channel)) viewing.end('kicked');
      }
    }
  }

  private begin(
    request: PlaybackRequest,
    channel: ChannelRecord,
    seat: Seat,
    slate: string | null = null,
  ): Viewing {
    const { account, client } = request;
    const viewing = new Viewing({
      id: ++this.lastId,
      account,
      channel,
      client,
      seat,
      slate,
      limiter: this.options.limiter,
      clock: this.options.clock,
      readerOptions: readerOptionsOf(account),
      onOver: (over, by) => {
        this.viewings.delete(over.id);
        if (by) this.slates.notePreempted(request, by);
      },
    });
    this.viewings.set(viewing.id, viewing);
    return viewing;
  }

  private async slateChannel({ account, channelId }: PlaybackRequest): Promise<ChannelRecord | undefined> {
    return (account.slates && (await this.visibleChannel(account, channelId))) || undefined;
  }

  private async openSlate(
    request: PlaybackRequest,
    channel: ChannelRecord,
    text: SlateText,
  ): Promise<{ kind: 'ready'; viewing: Viewing } | undefined> {
    const seat = await this.slates.join(text, request.signal);
    if (!seat) return undefined;
    const viewing = this.begin(request, channel, seat, text.title);
    this.slates.limit(viewing, text);
    return { kind: 'ready', viewing };
  }

  private async openHlsSlate(
    request: PlaybackRequest,
    channel: ChannelRecord,
    text: SlateText,
  ): Promise<{ kind: 'ready'; viewing: HlsViewing } | undefined> {
    const opened = await this.hls.open({ ...request, channel, slate: text.title }, () =>
      this.slates.open(text, request.signal),
    );
    if (opened.kind !== 'ready') return undefined;
    this.slates.limit(opened.viewing, text);
    return opened;
  }

  private async visibleChannel(account: Account, channelId: number): Promise<ChannelRecord | null> {
    const channel = await this.options.channels.findVisible(channelId);
    return channel && isAllowed(account, channel) ? channel : null;
  }

  private async originOf(channel: ChannelRecord): Promise<Origin> {
    const sources = streamSources(await this.options.channels.sourcesOf(channel.id));
    const { watchPicture = false } = channel;
    return { key: keyOf(channel.id), title: channel.name, sources, watchPicture };
  }

  private async ladderFor(account: Account, channel: ChannelRecord): Promise<LadderAccess | undefined> {
    const { transcodes, hub } = this.options;
    if (account.transcodeProfile !== 'ladder' || !(await transcodes?.canTranscode())) return undefined;
    return (
      transcodes && {
        openRung: async (profile, signal) =>
          hub.open({ ...transcodes.rung(await this.originOf(channel), profile), signal }),
        hasOwnFilter: transcodes.hasOwnFilter,
      }
    );
  }

  /** The stream itself, or the one that is made of it for this account. */
  private inProfile(origin: Origin, { transcodeProfile }: Account): Origin {
    const { transcodes } = this.options;
    if (!transcodes || transcodeProfile === null || origin.sources.length === 0) return origin;
    // It is for those to choose from who can: an endless stream stays as it is.
    if (transcodeProfile === 'ladder') return origin;
    return transcodes.transcoded(origin, transcodeProfile);
  }

  /**
   * A player may hold the old channel while it opens the next. Where that takes the last place on the engines, the
   * account's own older viewer makes way before the newcomer has shown a picture.
   */
  private async join(
    { account, client, signal }: PlaybackRequest,
    channel: ChannelRecord,
  ): Promise<JoinOutcome> {
    const { hub, limiter } = this.options;
    const request = { ...this.inProfile(await this.originOf(channel), account), signal };
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

/** What the viewer is shown instead of an error; undefined where he wants none, and where nobody is left to see it. */
function slateFor(account: Account, { name }: ChannelRecord, { kind }: StreamFailure): SlateText | undefined {
  return account.slates && kind !== 'cancelled' ? offlineSlate(name, kind) : undefined;
}

function readerOptionsOf({ joinBehindSeconds }: Account): { joinBehindMs?: number } {
  return joinBehindSeconds === null ? {} : { joinBehindMs: joinBehindSeconds * 1000 };
}
