import type { StreamSource as SourceRow } from '../channels/stream-source.entity.js';
import { PLACED } from '../channels/stream-source.entity.js';
import type { HourFigures } from '../core/health/hour-figures.js';
import { isQuarantined, type SourceRecord } from '../core/health/source-record.js';
import { figuresOf, inTrialOrder, type SourceFigures } from '../core/health/source-score.js';
import type { Clock } from '../platform/clock.js';
import type { SourceHealthService } from '../source-health/source-health.service.js';
import type { SessionStats } from '../streaming/stream-stats.js';

export interface ChannelHealthOptions {
  channels: { get(id: number): Promise<{ id: number; name: string }> };
  sources: { listOf(channelId: number): Promise<SourceRow[]> };
  health: Pick<SourceHealthService, 'recordOf' | 'history'>;
  clock: Clock;
  /** Streams that run in this process. */
  streams?: () => readonly SessionStats[];
}

/**
 * `live`: it delivers now. `resting`: dead, tried last until its rest is over. `failing`: its last start failed.
 * `off`: switched off or retired.
 */
export const SOURCE_STATES = ['live', 'good', 'failing', 'resting', 'untried', 'off'] as const;
export type SourceState = (typeof SOURCE_STATES)[number];

export interface SourceHealthView extends SourceFigures {
  source: SourceRow;
  state: SourceState;
  /** Place in the order in which sources are tried, from 1; null = not tried. */
  turn: number | null;
  isPlaced: boolean;
  record: SourceRecord | null;
  live: SessionStats | null;
  /** Oldest first; hours in which nothing happened are not there. */
  hours: ({ hour: number } & HourFigures)[];
}

export interface ChannelHealthView {
  channelId: number;
  name: string;
  /** In the order in which they are tried. */
  sources: SourceHealthView[];
}

/** How the sources of a channel do, now and over the last fourteen days. Throws `not_found`. */
export class ChannelHealth {
  constructor(private readonly options: ChannelHealthOptions) {}

  async of(channelId: number): Promise<ChannelHealthView> {
    const { channels, sources, health, clock, streams } = this.options;
    const { id, name } = await channels.get(channelId);
    const rows = await sources.listOf(id);
    const nowSeconds = Math.floor(clock.now() / 1000);
    const hours = await health.history(rows.map((row) => row.id));
    const running = streams?.() ?? [];
    const views = this.inOrder(rows, nowSeconds).map(({ row, turn }): SourceHealthView => {
      const record = health.recordOf(row.id) ?? null;
      const live = running.find((stream) => stream.sourceId === row.id && stream.source !== null) ?? null;
      return {
        ...figuresOf(record ?? undefined, nowSeconds),
        source: row,
        state: live ? 'live' : stateOf(row, record, nowSeconds),
        turn,
        isPlaced: isPlaced(row),
        record,
        live,
        hours: hours.filter(({ sourceId }) => sourceId === row.id),
      };
    });
    return { channelId: id, name, sources: views };
  }

  /** As they are tried; those that are not tried behind them. */
  private inOrder(rows: readonly SourceRow[], nowSeconds: number): { row: SourceRow; turn: number | null }[] {
    const places = new Set<string>();
    const tried = rows.filter(
      (row) => !isOff(row) && !places.has(row.fingerprint) && places.add(row.fingerprint),
    );
    const ranked = inTrialOrder(
      tried.map((row) => ({ id: row.id, isPinned: isPlaced(row), row })),
      (id) => this.options.health.recordOf(id),
      nowSeconds,
    );
    const others = rows.filter((row) => !tried.includes(row));
    return [
      ...ranked.map(({ row }, index) => ({ row, turn: index + 1 })),
      ...others.map((row) => ({ row, turn: null })),
    ];
  }
}

function stateOf(row: SourceRow, record: SourceRecord | null, nowSeconds: number): SourceState {
  if (isOff(row)) return 'off';
  if (!record || (record.lastSuccessAt === null && record.lastFailureAt === null)) return 'untried';
  if (isQuarantined(record, nowSeconds)) return 'resting';
  return record.failuresInRow > 0 ? 'failing' : 'good';
}

function isOff({ isEnabled, retiredAt }: SourceRow): boolean {
  return !isEnabled || retiredAt !== null;
}

function isPlaced({ editedFields }: SourceRow): boolean {
  return editedFields.includes(PLACED);
}
