import type { ChannelsRepository } from '../channels/channels.repository.js';
import type { StreamSource as SourceRow } from '../channels/stream-source.entity.js';
import { isQuarantined } from '../core/health/source-record.js';
import { TtlMap } from '../core/util/ttl-map.js';
import type { Clock } from '../platform/clock.js';
import { nextTurn } from '../platform/turns.js';
import type { ListSourcesRepository } from '../scrapers/list-sources.repository.js';
import { termsOf, type StreamTerms } from '../scrapers/stream-terms.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { SourceKind, StreamSource } from '../streaming/stream-source.js';

export interface CheckableOptions {
  channels: Pick<ChannelsRepository, 'findVisible' | 'sourcesOf' | 'channelOfSource' | 'withAlternates'>;
  lists: Pick<ListSourcesRepository, 'streamTerms'>;
  health: Pick<SourceHealthService, 'all' | 'recordOf'>;
  clock: Clock;
}

/** Channel ids looked through at once, and in one round. */
const SPAN = 2_000;
const MAX_SPANS = 10;
/** A source that could not be checked for no fault of its own comes again after this time. */
const POSTPONE_MS = 1_800_000;
const MAX_POSTPONED = 1_000;
const MAX_DUE_LOOKED_AT = 20;

/**
 * Sources whose check would change something: dead ones whose rest is over, then alternates that nobody has tried.
 * Those of hidden channels and switched-off ones are left alone.
 */
export class CheckableSources {
  private readonly postponed: TtlMap<number, true>;
  private cursor = 0;

  constructor(private readonly options: CheckableOptions) {
    this.postponed = new TtlMap({
      maxEntries: MAX_POSTPONED,
      ttlMs: POSTPONE_MS,
      now: () => options.clock.monotonic(),
    });
  }

  /** The next one that `mayCheck`; undefined when there is none. */
  async next(mayCheck: (source: StreamSource) => boolean): Promise<StreamSource | undefined> {
    return (await this.nextRested(mayCheck)) ?? (await this.nextUntried(mayCheck));
  }

  postpone(sourceId: number): void {
    this.postponed.set(sourceId, true);
  }

  private async nextRested(mayCheck: (source: StreamSource) => boolean): Promise<StreamSource | undefined> {
    const { channels } = this.options;
    for (const sourceId of this.rested().slice(0, MAX_DUE_LOOKED_AT)) {
      const channelId = await channels.channelOfSource(sourceId);
      const found =
        channelId === null ? undefined : (await this.playable(channelId)).find(({ id }) => id === sourceId);
      if (found && mayCheck(found)) return found;
      this.postpone(sourceId);
    }
    return undefined;
  }

  /** The one that waits for longest first. */
  private rested(): number[] {
    const nowSeconds = Math.floor(this.options.clock.now() / 1000);
    const due: [number, number][] = [];
    for (const [sourceId, record] of this.options.health.all()) {
      const { quarantinedUntil } = record;
      if (quarantinedUntil === null || isQuarantined(record, nowSeconds)) continue;
      if (!this.postponed.get(sourceId)) due.push([sourceId, quarantinedUntil]);
    }
    return due.sort((a, b) => a[1] - b[1]).map(([sourceId]) => sourceId);
  }

  /** Goes on where the last search ended, round and round. */
  private async nextUntried(mayCheck: (source: StreamSource) => boolean): Promise<StreamSource | undefined> {
    const { channels, health } = this.options;
    for (let span = 0; span < MAX_SPANS; span++) {
      const end = this.cursor + SPAN;
      const { ids, isLast } = await channels.withAlternates(this.cursor, end);
      for (const channelId of ids) {
        const sources = await this.playable(channelId);
        const untried = sources.filter(({ id }) => !health.recordOf(id) && !this.postponed.get(id));
        const found = sources.length > 1 ? untried.find(mayCheck) : undefined;
        if (found) return found;
        this.cursor = channelId;
      }
      this.cursor = isLast ? 0 : end;
      if (isLast) return undefined;
      await nextTurn();
    }
    return undefined;
  }

  private async playable(channelId: number): Promise<StreamSource[]> {
    const { channels, lists } = this.options;
    const channel = await channels.findVisible(channelId);
    if (channel?.id !== channelId) return [];
    const terms = await lists.streamTerms();
    const sources = (await channels.sourcesOf(channelId)).map((row) => toStreamSource(row, terms));
    // A provider that allows one connection has none to spare for checks.
    return sources.filter(({ provider }) => provider?.maxConnections !== 1);
  }
}

/** A row as the streaming room takes it. */
export function toStreamSource(row: SourceRow, terms: StreamTerms): StreamSource {
  const { id, kind, locator, userAgent, headers, allowPrivate } = row;
  const place = { id, kind: kind as SourceKind, locator, userAgent, headers, allowPrivate };
  return { ...place, ...termsOf(row, terms) };
}
