import type { Segment } from '../core/hls/segmenter.js';
import { ladderOf, plainRung } from '../core/transcode/ladder.js';
import type { Rung, RungName } from '../core/transcode/ladder.js';
import type { ChannelRecord } from '../channels/channels.repository.js';
import type { Clock, Timer } from '../platform/clock.js';
import type { Seat } from '../streaming/live-session.js';
import type { ReaderEnd } from '../streaming/reader.js';
import type { SegmentOutput } from '../streaming/stream-segments.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter, Newcomer, Place } from './connection-limiter.js';
import { HlsRungs, ladderSourceOf, rateOf } from './hls-rungs.js';
import type { OpenRung, RungOutcome } from './hls-rungs.js';
import type { OpenViewing, PlaybackClient, ViewingRecord } from './viewing.js';

/** Why a viewing in segments is over: as for a stream, or because nobody asked any more. */
export type HlsEnd = ReaderEnd | 'silent';

export interface HlsViewingContext {
  id: number;
  /** Stands for user and password in the addresses of segments. */
  token: string;
  account: Account;
  channel: ChannelRecord;
  client: PlaybackClient;
  seat: Seat;
  /** The headline of a slate; it counts as no connection. */
  slate: string | null;
  /** For a player whose place was taken a moment ago: the newest segment that it has had. */
  onTrial?: number;
  /** Where the player may choose among pictures of several sizes. */
  ladder?: LadderAccess;
  limiter: ConnectionLimiter;
  clock: Clock;
  /** `by` is who took the place of a viewing that was pre-empted. */
  onOver: (viewing: HlsViewing, reason: HlsEnd, by?: Newcomer) => void;
}

export interface LadderAccess {
  openRung: OpenRung;
  /** The operator's own filter decides how large pictures become. */
  hasOwnFilter: boolean;
}

/** A viewer is gone when it asks for nothing for so many target durations: pausing players keep asking. */
const PATIENCE = 3;

/**
 * A viewer who fetches segments. What is one connection for an endless stream are many short requests here: the viewing
 * lives as long as they come, and counts as one viewer from the first segment on; looking at a playlist is free.
 */
export class HlsViewing implements OpenViewing {
  readonly id: number;
  readonly token: string;
  /** Monotonic ms of the last request. */
  lastAskedAt: number;
  private readonly startedAt: number;
  private readonly output: SegmentOutput;
  private readonly rungs: HlsRungs | undefined;
  private place: Place | undefined;
  private timer: Timer | undefined;
  private open = 0;
  private sent = 0;
  private newestFetched: Segment | undefined;
  private onTrial: number | undefined;
  private over = false;

  constructor(private readonly context: HlsViewingContext) {
    const { id, token, clock, seat, onTrial } = context;
    this.id = id;
    this.onTrial = onTrial;
    this.token = token;
    this.startedAt = clock.now();
    this.lastAskedAt = clock.monotonic();
    this.output = seat.segments((reason) => this.finish(reason));
    const { ladder } = context;
    this.rungs =
      ladder && new HlsRungs({ open: ladder.openRung, source: this.output, clock, patience: PATIENCE });
    this.armTimer();
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

  get isOver(): boolean {
    return this.over;
  }

  /** Whole seconds. */
  get targetDuration(): number {
    return this.output.targetDuration;
  }

  /** For how long the player has asked for nothing. */
  get quietMs(): number {
    return this.open > 0 ? 0 : this.context.clock.monotonic() - this.lastAskedAt;
  }

  /** The player has not shown yet that it was started anew. */
  get isOnTrial(): boolean {
    return this.onTrial !== undefined;
  }

  /** Sequence number of the newest segment that was asked for. */
  get newestAsked(): number | undefined {
    return this.newestFetched?.sequence;
  }

  /** A request that is answered at once. */
  noteAsked(): void {
    this.lastAskedAt = this.context.clock.monotonic();
  }

  /** A request is being answered until the returned function is called: the viewer counts as present. */
  enter(): () => void {
    this.noteAsked();
    this.open++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.open--;
      this.noteAsked();
    };
  }

  /** Resolves when there is a segment to list; false when the stream or the wait ends before. */
  ready(signal: AbortSignal): Promise<boolean> {
    return this.output.ready(signal);
  }

  /** What the playlist lists, oldest first. */
  segments(): readonly Segment[] {
    return this.output.list();
  }

  /** What the player may choose among, the best first; undefined where there is but the stream as it is. */
  get ladder(): readonly Rung[] | undefined {
    const { ladder } = this.context;
    const source = ladder && ladderSourceOf(this.output);
    const rungs = source ? ladderOf(source, ladder.hasOwnFilter) : [];
    return rungs.some(({ name }) => name !== 'source') ? rungs : undefined;
  }

  /** What the player gets where it may not choose. Once there are segments. */
  get onlyRung(): Rung {
    return plainRung(rateOf(this.segments()));
  }

  /**
   * Segments of a rung, which is started by this, once the first of them is complete; undefined where there is no such
   * rung. Never rejects.
   */
  async rung(name: RungName, signal: AbortSignal): Promise<RungOutcome | undefined> {
    if (this.over) return undefined;
    if (name === 'source') return { kind: 'ready', output: this.output };
    return this.rungs?.get(name, signal);
  }

  /**
   * A segment to be sent; undefined when it is unknown or gone, or when the viewing is over. From now on the viewing may
   * count against the limit.
   */
  take(sequence: number, rung: RungName = 'source'): Segment | undefined {
    const output = rung === 'source' ? this.output : this.rungs?.opened(rung);
    const segment = output?.find(sequence);
    if (!segment || this.over) return undefined;
    const { account, client, channel, limiter } = this.context;
    const holder = { userId: account.id, channelId: channel.id, ...client };
    if (this.justGoesOn(sequence) && !limiter.hasRoomFor(holder, account.maxConnections)) {
      this.finish('pre-empted');
      return undefined;
    }
    this.onTrial = undefined;
    if (!this.isSlate) {
      this.place ??= limiter.acquire(holder, account.maxConnections, (by) => this.finish('pre-empted', by));
    }
    if (segment.sequence > (this.newestFetched?.sequence ?? -1)) this.newestFetched = segment;
    return segment;
  }

  /** So many more bytes of segments have gone out. */
  noteSent(bytes: number): void {
    this.sent += bytes;
    this.place?.noteBytes(this.sent);
  }

  end(reason: ReaderEnd): void {
    this.finish(reason);
  }

  record(): ViewingRecord {
    const { account, channel, client } = this.context;
    const behind = this.segmentsAhead();
    return {
      id: this.id,
      streamId: this.context.seat.sessionId,
      userId: account.id,
      username: account.username,
      channelId: channel.id,
      channelName: channel.name,
      address: client.address,
      userAgent: client.userAgent,
      output: 'm3u8',
      slate: this.context.slate,
      startedAt: this.startedAt,
      bytes: this.sent,
      lagMs: behind.reduce((sum, { seconds }) => sum + seconds * 1000, 0),
      lagBytes: behind.reduce((sum, { bytes }) => sum + bytes, 0),
      jumps: 0,
    };
  }

  /** A player that goes on asks for what it has not had yet; one that is started anew asks for some of it again. */
  private justGoesOn(sequence: number): boolean {
    return this.onTrial !== undefined && sequence > this.onTrial;
  }

  private segmentsAhead(): readonly Segment[] {
    const fetched = this.newestFetched?.sequence;
    return fetched === undefined ? [] : this.output.list().filter(({ sequence }) => sequence > fetched);
  }

  private armTimer(): void {
    const { clock } = this.context;
    const dueAt = this.lastAskedAt + PATIENCE * this.output.targetDuration * 1000;
    const waitMs = this.open > 0 ? PATIENCE * 1000 : dueAt - clock.monotonic();
    if (waitMs <= 0) return this.finish('silent');
    this.timer = clock.setTimer(waitMs, () => this.armTimer());
  }

  private finish(reason: HlsEnd, by?: Newcomer): void {
    if (this.over) return;
    this.over = true;
    this.timer?.cancel();
    this.place?.release();
    this.rungs?.close();
    this.context.seat.leave();
    this.context.onOver(this, reason, by);
  }
}
