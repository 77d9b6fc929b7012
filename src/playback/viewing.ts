import type { ChannelRecord } from '../channels/channels.repository.js';
import type { Clock } from '../platform/clock.js';
import type { Seat } from '../streaming/live-session.js';
import type { Reader, ReaderEnd, ReaderOptions, ReaderSink } from '../streaming/reader.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter, Newcomer, Place } from './connection-limiter.js';

export interface PlaybackClient {
  address: string;
  userAgent: string;
}

/** How the bytes go out: as one endless stream, or in segments. */
export type ViewingOutput = 'ts' | 'm3u8';

/** One open stream of one viewer, as the admin sees it. */
export interface ViewingRecord {
  id: number;
  /** Id of the stream that is watched. */
  streamId: number;
  userId: number;
  username: string;
  channelId: number;
  channelName: string;
  address: string;
  userAgent: string;
  output: ViewingOutput;
  /** The headline of the slate that is shown instead of the channel; null = the channel. */
  slate: string | null;
  /** ms since the epoch. */
  startedAt: number;
  bytes: number;
  lagMs: number;
  lagBytes: number;
  jumps: number;
}

export interface ViewingContext {
  id: number;
  account: Account;
  channel: ChannelRecord;
  client: PlaybackClient;
  seat: Seat;
  /** The headline of a slate; it counts as no connection. */
  slate: string | null;
  limiter: ConnectionLimiter;
  clock: Clock;
  readerOptions: Partial<ReaderOptions>;
  /** `by` is who took the place of a viewing that was pre-empted. */
  onOver: (viewing: Viewing, by?: Newcomer) => void;
}

/** What there is in common, however the bytes go out. */
export interface OpenViewing {
  readonly id: number;
  readonly userId: number;
  readonly channel: ChannelRecord;
  /** Words are shown instead of the channel. */
  readonly isSlate: boolean;
  /** Ends it from our side. */
  end(reason: ReaderEnd): void;
  record(): ViewingRecord;
}

/** A viewer who watches: a seat at a stream, a place within the account's limit, and the end of both. */
export class Viewing implements OpenViewing {
  readonly id: number;
  private readonly startedAt: number;
  private place: Place | undefined;
  private reader: Reader | undefined;
  private by: Newcomer | undefined;
  private over = false;

  constructor(private readonly context: ViewingContext) {
    this.id = context.id;
    this.startedAt = context.clock.now();
  }

  get userId(): number {
    return this.context.account.id;
  }

  get channel(): ChannelRecord {
    return this.context.channel;
  }

  get isSlate(): boolean {
    return this.context.slate !== null;
  }

  /** Lets the bytes flow. From now on the viewing may count against the limit. Called once. */
  start(sink: ReaderSink): void {
    const { account, client, channel, limiter, seat, readerOptions } = this.context;
    const holder = { userId: account.id, channelId: channel.id, ...client };
    if (!this.isSlate) {
      this.place = limiter.acquire(holder, account.maxConnections, (by) => this.giveWay(by));
    }
    this.reader = seat.read(this.watched(sink), readerOptions);
  }

  /** Ends it from our side; the sink is told why. */
  end(reason: ReaderEnd): void {
    this.reader?.end(reason);
    this.leave();
  }

  /** The viewer went away. Idempotent. */
  leave(): void {
    if (this.over) return;
    this.over = true;
    this.place?.release();
    this.context.seat.leave();
    this.context.onOver(this, this.by);
  }

  record(): ViewingRecord {
    const { account, channel, client } = this.context;
    const stats = this.reader?.stats();
    return {
      id: this.id,
      streamId: this.context.seat.sessionId,
      userId: account.id,
      username: account.username,
      channelId: channel.id,
      channelName: channel.name,
      address: client.address,
      userAgent: client.userAgent,
      output: 'ts',
      slate: this.context.slate,
      startedAt: this.startedAt,
      bytes: stats?.bytes ?? 0,
      lagMs: stats?.lagMs ?? 0,
      lagBytes: stats?.lagBytes ?? 0,
      jumps: stats?.jumps ?? 0,
    };
  }

  private giveWay(by: Newcomer): void {
    this.by = by;
    this.end('pre-empted');
  }

  /** Passes on, and tells the limiter how much went out. */
  private watched(sink: ReaderSink): ReaderSink {
    let total = 0;
    return {
      write: (chunk) => {
        const more = sink.write(chunk);
        total += chunk.length;
        this.place?.noteBytes(total - sink.pendingBytes());
        return more;
      },
      onDrain: (resume) => sink.onDrain(resume),
      pendingBytes: () => sink.pendingBytes(),
      end: (reason) => {
        this.leave();
        sink.end(reason);
      },
    };
  }
}
