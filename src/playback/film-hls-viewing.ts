import { Transform } from 'node:stream';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteRange } from '../core/hls/read-playlist.js';
import { SingleFlight } from '../core/util/single-flight.js';
import type { Clock, Timer } from '../platform/clock.js';
import type { HlsFilmList, HlsPiece } from '../streaming/hls/hls-film-list.js';
import type { BytesOutcome } from '../streaming/hls/hls-transport.js';
import type { StreamFailure } from '../streaming/stream-failure.js';
import type { Account } from '../users/account.js';
import type { ConnectionLimiter, Place } from './connection-limiter.js';
import type { PlaybackClient } from './viewing.js';

/** Where the segments are. */
export interface SegmentedFilm {
  list: HlsFilmList;
  /** The same list under addresses that have not run out; null = there is none any more. */
  renew: () => Promise<HlsFilmList | null>;
  /** Of the way it is watched; null = none. */
  categoryId: number | null;
}

export interface FilmHlsContext {
  /** Stands for user and password in the addresses of segments. */
  token: string;
  account: Account;
  /** Of the film or the episode. */
  itemId: number;
  client: PlaybackClient;
  film: SegmentedFilm;
  limiter: ConnectionLimiter;
  clock: Clock;
  onOver: (viewing: FilmHlsViewing) => void;
}

export type PieceOutcome =
  | { kind: 'open'; piece: HlsPiece; body: Readable }
  /** No such piece, or the viewing is over. */
  | { kind: 'unknown' }
  | { kind: 'failed'; failure: StreamFailure };

/** Who asks for nothing so long has put the film aside: the place is free until the next segment. */
export const AWAY_MS = 120_000;
/** And after this the addresses are forgotten. */
export const KEPT_MS = 4 * 3600_000;
/** Addresses that run out faster than this are not renewed again and again. */
const RENEW_EVERY_MS = 10_000;

/**
 * A viewer of a film in segments: many short requests that count as one viewer. A player that is paused asks for
 * nothing, and may go on hours later.
 */
export class FilmHlsViewing {
  private film: SegmentedFilm;
  private readonly renewing = new SingleFlight<'list', HlsFilmList | null>();
  private readonly bodies = new Set<Readable>();
  private place: Place | undefined;
  private timer: Timer | undefined;
  private lastAskedAt: number;
  private renewedAt = -Infinity;
  private sent = 0;
  private over = false;

  constructor(readonly context: FilmHlsContext) {
    this.film = context.film;
    this.lastAskedAt = context.clock.monotonic();
    this.armTimer();
  }

  /** The same viewer has opened the film again. */
  reopen(film: SegmentedFilm): void {
    this.film = film;
    this.lastAskedAt = this.context.clock.monotonic();
  }

  get categoryId(): number | null {
    return this.film.categoryId;
  }

  /** The playlist; `folder` is where its pieces are asked for. */
  playlist(folder: string): string {
    return this.film.list.text(folder);
  }

  /** From now on the viewing may count against the limit. */
  async open(number: number, range: ByteRange | null, signal: AbortSignal): Promise<PieceOutcome> {
    if (this.over || !this.film.list.piece(number)) return { kind: 'unknown' };
    this.lastAskedAt = this.context.clock.monotonic();
    this.place ??= this.takePlace();
    const opened = await this.fetch(number, range, signal);
    if (!opened.ok) return { kind: 'failed', failure: opened.failure };
    const piece = this.film.list.piece(number);
    // It was ended while the host was asked.
    if (this.isOver() || !piece) {
      opened.body.destroy();
      return { kind: 'unknown' };
    }
    return { kind: 'open', piece, body: this.counted(opened.body) };
  }

  /** Ends it from our side: what is being sent breaks off, and its addresses lead nowhere any more. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.timer?.cancel();
    this.place?.release();
    for (const body of this.bodies) body.destroy();
    this.context.onOver(this);
  }

  private isOver(): boolean {
    return this.over;
  }

  /** Addresses run out in the middle of a film: then all of them are had anew, once for all who wait. */
  private async fetch(number: number, range: ByteRange | null, signal: AbortSignal): Promise<BytesOutcome> {
    const { list } = this.film;
    const piece = list.piece(number);
    const opened = piece && (await list.open(piece, range, signal));
    if (!opened) return GONE;
    if (opened.ok || !opened.isFinal || signal.aborted) return opened;
    const fresh = await this.renewed(list);
    const again = fresh?.piece(number);
    return fresh && again ? fresh.open(again, range, signal) : opened;
  }

  private async renewed(stale: HlsFilmList): Promise<HlsFilmList | null> {
    const { list, renew } = this.film;
    if (list !== stale) return list;
    const { clock } = this.context;
    if (!this.renewing.has('list') && clock.monotonic() - this.renewedAt < RENEW_EVERY_MS) return null;
    this.renewedAt = clock.monotonic();
    const fresh = await this.renewing.run('list', renew);
    // The player goes by the playlist it has.
    if (!fresh || fresh.size !== stale.size) return null;
    this.film = { ...this.film, list: fresh };
    return fresh;
  }

  private takePlace(): Place {
    const { account, itemId, client, limiter } = this.context;
    return limiter.acquire({ userId: account.id, channelId: itemId, ...client }, account.maxConnections, () =>
      this.end(),
    );
  }

  private counted(source: Readable): Readable {
    const body = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        this.sent += chunk.length;
        this.place?.noteBytes(this.sent);
        done(null, chunk);
      },
    });
    this.bodies.add(body);
    // However it ends, the player sees it.
    pipeline(source, body).catch(() => {});
    body.once('close', () => {
      this.bodies.delete(body);
      this.lastAskedAt = this.context.clock.monotonic();
    });
    return body;
  }

  private armTimer(): void {
    const { clock } = this.context;
    this.timer = clock.setTimer(AWAY_MS / 2, () => {
      const idleMs = this.bodies.size > 0 ? 0 : clock.monotonic() - this.lastAskedAt;
      if (idleMs >= KEPT_MS) return this.end();
      if (idleMs >= AWAY_MS) {
        this.place?.release();
        this.place = undefined;
      }
      this.armTimer();
    });
  }
}

const GONE = {
  ok: false,
  failure: { kind: 'not-found', detail: 'no such piece' },
  reason: 'reset',
  isFinal: true,
} as const;
