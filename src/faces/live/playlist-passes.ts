import { TtlMap } from '../../core/util/ttl-map.js';
import type { Clock } from '../../platform/clock.js';
import type { HlsViewing } from '../../playback/hls-viewing.js';
import type { PlaybackService } from '../../playback/playback.service.js';
import type { PlayerCall } from '../shared/player-call.js';
import type { Account } from '../shared/ports.js';
import { agentOf } from './live-sender.js';

export interface PlaylistPassesOptions {
  playback: Pick<PlaybackService, 'findHls'>;
  clock: Clock;
  /** How long a checked password may be remembered, ms. */
  verifiedMs: number;
  maxPasses?: number;
}

/** Then it is looked again at who asks: accounts run out by the clock alone, and "last seen" is told by this. */
const PASS_MS = 30_000;
const MAX_PASSES = 10_000;
/** Longer addresses are nothing that players have; they get no pass, which bounds the memory of all. */
const MAX_URL = 1_024;

/**
 * Players of HLS read a playlist every few seconds: who watches and was let in a moment ago is let in again without a
 * look at account and channel. Whenever one of them changes, all passes are void (`forget`).
 */
export class PlaylistPasses {
  /** Tokens of viewings, so that none is kept that is over. */
  private readonly tokens: TtlMap<string, string>;
  private changes = 0;

  constructor(private readonly options: PlaylistPassesOptions) {
    const { clock, verifiedMs, maxPasses = MAX_PASSES } = options;
    this.tokens = new TtlMap({
      maxEntries: maxPasses,
      ttlMs: Math.min(PASS_MS, verifiedMs),
      now: () => clock.monotonic(),
    });
  }

  /** The viewing of the player that asks for this address, when it may go on and has something to list. */
  find(call: PlayerCall, url: string): HlsViewing | undefined {
    if (call.method !== 'GET') return undefined;
    const token = this.tokens.get(keyOf(call, url));
    const viewing = token === undefined ? undefined : this.options.playback.findHls(token);
    return viewing && viewing.segments().length > 0 ? viewing : undefined;
  }

  /**
   * Call it before account and channel are looked at, and the result with what was found: what changes in between
   * leaves no pass behind.
   */
  prepare(call: PlayerCall, url: string): (account: Account, viewing: HlsViewing) => void {
    const { changes } = this;
    return ({ expiresAt }, { token }) => {
      if (changes !== this.changes || url.length > MAX_URL) return;
      const { clock, verifiedMs } = this.options;
      const leftMs = expiresAt === null ? Infinity : expiresAt * 1000 - clock.now();
      this.tokens.set(keyOf(call, url), token, Math.min(PASS_MS, verifiedMs, leftMs));
    };
  }

  /** Accounts or channels have changed. */
  forget(): void {
    this.changes++;
    this.tokens.clear();
  }
}

function keyOf(call: PlayerCall, url: string): string {
  return `${call.address}\n${agentOf(call)}\n${url}`;
}
