import type { SlateText } from '../core/slate/slate-card.js';
import { TtlMap } from '../core/util/ttl-map.js';
import type { Clock } from '../platform/clock.js';
import type { JoinOutcome, Seat } from '../streaming/live-session.js';
import { slateSource } from '../streaming/slates/slate.driver.js';
import type { StreamHub } from '../streaming/stream-hub.js';
import type { Account } from '../users/account.js';
import type { Newcomer } from './connection-limiter.js';
import { CROWDED } from './slate-texts.js';
import type { OpenViewing, PlaybackClient } from './viewing.js';

interface Who {
  account: Account;
  channelId: number;
  client: PlaybackClient;
}

/** What holds in a minute may be different: players that open the channel again after an end find out. */
const SHOWN_MS = 60_000;
/** A player that comes back so soon after its place was taken has not been asked to by anybody. */
const RECONNECT_MS = 5_000;
const MAX_CROWDED = 5_000;

/** Words instead of pictures, for accounts that want them: players show no errors, and a television has no log. */
export class Slates {
  private readonly crowded: TtlMap<string, true>;

  constructor(private readonly options: { hub: StreamHub; clock: Clock }) {
    this.crowded = new TtlMap({
      maxEntries: MAX_CROWDED,
      ttlMs: RECONNECT_MS,
      now: () => options.clock.monotonic(),
    });
  }

  /** Whether another device has just taken this one's place, and it is back by itself. */
  isCrowded(who: Who): boolean {
    return this.crowded.get(keyOf(who)) !== undefined;
  }

  notePreempted(who: Who, by: Newcomer): void {
    const { address, userAgent } = who.client;
    const sameDevice = by.address === address && by.userAgent === userAgent;
    if (who.account.slates && !sameDevice) this.crowded.set(keyOf(who), true);
  }

  open(text: SlateText, signal: AbortSignal): Promise<JoinOutcome> {
    const source = slateSource(text);
    return this.options.hub.open({
      key: `slate ${source.locator}`,
      title: text.title,
      sources: [source],
      signal,
    });
  }

  async join(text: SlateText, signal: AbortSignal): Promise<Seat | undefined> {
    const joined = await this.open(text, signal);
    return joined.kind === 'ready' ? joined.seat : undefined;
  }

  /** Ends the viewing of a slate that may have become untrue. "Too many devices" stays until its viewer leaves. */
  limit(viewing: OpenViewing, { title }: SlateText): void {
    if (title === CROWDED) return;
    this.options.clock.setTimer(SHOWN_MS, () => viewing.end('closed'));
  }
}

function keyOf({ account, channelId, client }: Who): string {
  return `${account.id}\n${channelId}\n${client.address}\n${client.userAgent}`;
}
