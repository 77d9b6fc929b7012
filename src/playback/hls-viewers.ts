import { randomBytes } from 'node:crypto';
import type { ChannelRecord } from '../channels/channels.repository.js';
import { TtlMap } from '../core/util/ttl-map.js';
import type { Clock } from '../platform/clock.js';
import type { LogFields } from '../platform/logging/logger.js';
import type { JoinOutcome, Seat } from '../streaming/live-session.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter, Newcomer } from './connection-limiter.js';
import { HlsViewing } from './hls-viewing.js';
import type { HlsEnd, LadderAccess } from './hls-viewing.js';
import type { PlaybackClient } from './viewing.js';

export interface HlsRequest {
  account: Account;
  channel: ChannelRecord;
  client: PlaybackClient;
  signal: AbortSignal;
  /** The headline, where it is a slate that is opened: everybody may see one. */
  slate?: string;
  /** Where the account's players may choose among pictures of several sizes. */
  ladder?: LadderAccess;
}

export type HlsOutcome =
  | { kind: 'ready'; viewing: HlsViewing }
  /** The viewing was ended from our side, and the player has not stopped asking since. */
  | { kind: 'ended'; reason: 'pre-empted' | 'kicked' }
  | { kind: 'failed'; failure: StreamFailure };

export interface HlsViewersOptions {
  limiter: ConnectionLimiter;
  clock: Clock;
  note: (channelId: number, message: string, fields: LogFields) => void;
  newId: () => number;
  onOpen: (viewing: HlsViewing) => void;
  onOver: (viewing: HlsViewing) => void;
}

const TOKEN_BYTES = 18;
/** How long the first segment may take once there is a picture: as long as a very long picture group. */
const FIRST_SEGMENT_MS = 20_000;
/** A player that reads a playlist again later than after so many target durations has been started anew. */
const RELOAD = 1.5;
const MAX_BARRED = 5_000;

interface Bar {
  /** ms without a request after which that counts as a new start. */
  quietMs: number;
  reason: 'pre-empted' | 'kicked';
  /** The newest segment of a player that was pre-empted and may be tried; absent once it is seen to just go on. */
  had?: number;
}

/** Everybody who watches in segments, found by the token in the addresses of segments or by who and what it is. */
export class HlsViewers {
  private readonly byToken = new Map<string, HlsViewing>();
  private readonly byViewer = new Map<string, HlsViewing>();
  /** Who must not come back while its player just goes on reading. */
  private readonly barred: TtlMap<string, Bar>;

  constructor(private readonly options: HlsViewersOptions) {
    this.barred = new TtlMap({
      maxEntries: MAX_BARRED,
      ttlMs: 1,
      now: () => options.clock.monotonic(),
    });
  }

  /** The viewing of this player on this channel, a new one where there is none. */
  async open(request: HlsRequest, join: () => Promise<JoinOutcome>): Promise<HlsOutcome> {
    const key = viewerKey(request);
    const known = this.byViewer.get(key);
    const bar = this.barred.get(key);
    if (bar && !known && request.slate === undefined && this.mustWait(bar, request)) {
      this.barred.set(key, bar, bar.quietMs);
      return { kind: 'ended', reason: bar.reason };
    }
    if (known) return this.whenReady(known, request.signal);
    const joined = await join();
    if (joined.kind === 'failed') return joined;
    // The same player may have asked twice at once.
    const twin = this.byViewer.get(key);
    if (twin) joined.seat.leave();
    return this.whenReady(twin ?? this.create(key, request, joined.seat, bar?.had), request.signal);
  }

  /** Nobody would have to go for it, or its first segment will tell: then it may come in. */
  private mustWait({ reason, had }: Bar, { account, channel, client }: HlsRequest): boolean {
    if (reason === 'kicked') return true;
    const holder = { userId: account.id, channelId: channel.id, ...client };
    return had === undefined && !this.options.limiter.hasRoomFor(holder, account.maxConnections);
  }

  find(token: string): HlsViewing | undefined {
    return this.byToken.get(token);
  }

  private create(
    key: string,
    { account, channel, client, slate, ladder }: HlsRequest,
    seat: Seat,
    had: number | undefined,
  ): HlsViewing {
    const { limiter, clock, newId, onOpen } = this.options;
    const viewing = new HlsViewing({
      id: newId(),
      token: randomBytes(TOKEN_BYTES).toString('base64url'),
      account,
      channel,
      client,
      seat,
      slate: slate ?? null,
      ...(had === undefined || slate !== undefined ? {} : { onTrial: had }),
      ...(ladder && slate === undefined ? { ladder } : {}),
      limiter,
      clock,
      onOver: (over, reason, by) => this.forget(key, over, reason, by),
    });
    this.byToken.set(viewing.token, viewing);
    this.byViewer.set(key, viewing);
    onOpen(viewing);
    return viewing;
  }

  private async whenReady(viewing: HlsViewing, signal: AbortSignal): Promise<HlsOutcome> {
    const leave = viewing.enter();
    const patience = new AbortController();
    const timer = this.options.clock.setTimer(FIRST_SEGMENT_MS, () => patience.abort());
    const ready = await viewing.ready(AbortSignal.any([signal, patience.signal]));
    timer.cancel();
    leave();
    if (ready) return { kind: 'ready', viewing };
    if (signal.aborted) return { kind: 'failed', failure: { kind: 'cancelled', detail: 'the viewer left' } };
    if (patience.signal.aborted) {
      return { kind: 'failed', failure: { kind: 'timeout', detail: 'no segment in time' } };
    }
    viewing.end('source-lost');
    return { kind: 'failed', failure: { kind: 'unavailable', detail: 'the stream ended', blameless: true } };
  }

  private bar(
    key: string,
    viewing: HlsViewing,
    reason: 'pre-empted' | 'kicked',
    by: Newcomer | undefined,
  ): void {
    const quietMs = RELOAD * viewing.targetDuration * 1000;
    const leftMs = reason === 'kicked' ? quietMs : quietMs - viewing.quietMs;
    if (leftMs <= 0 || !mustStayAway(viewing, by)) return;
    const had = reason === 'pre-empted' && !viewing.isOnTrial ? viewing.newestAsked : undefined;
    this.barred.set(key, { quietMs, reason, ...(had === undefined ? {} : { had }) }, leftMs);
  }

  private forget(key: string, viewing: HlsViewing, reason: HlsEnd, by: Newcomer | undefined): void {
    this.byToken.delete(viewing.token);
    this.byViewer.delete(key);
    if (reason === 'kicked' || reason === 'pre-empted') this.bar(key, viewing, reason, by);
    this.options.onOver(viewing);
    const { userId, channelId, address, userAgent, bytes, startedAt } = viewing.record();
    this.options.note(channelId, 'viewer left', {
      output: 'm3u8',
      userId,
      channelId,
      address,
      agent: userAgent,
      seconds: Math.round((this.options.clock.now() - startedAt) / 1000),
      bytes,
      reason: reason === 'silent' ? 'left' : reason,
    });
  }
}

/**
 * A player whose stream is closed knows that it is over; one that reads a playlist every few seconds would come back
 * with its next reading and end the one that took its place. A device that has changed the channel itself may return
 * at once: it has asked for nothing since it opened the other one.
 */
function mustStayAway(viewing: HlsViewing, by: Newcomer | undefined): boolean {
  if (!by) return true;
  const { address, userAgent } = viewing.record();
  const sameDevice = by.address === address && by.userAgent === userAgent;
  return !sameDevice || viewing.lastAskedAt > by.openedAt;
}

function viewerKey({ account, channel, client }: HlsRequest): string {
  return `${account.id}\n${channel.id}\n${client.address}\n${client.userAgent}`;
}
