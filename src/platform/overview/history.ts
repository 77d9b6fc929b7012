import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../clock.js';
import { Lifecycle } from '../lifecycle.js';
import { CLOCK } from '../tokens.js';
import { HistoryRepository } from './history.repository.js';
import { OverviewRegistry } from './overview-registry.js';

export interface HistoryHourFigures {
  /** Whole hours since the epoch. */
  hour: number;
  /** What was counted in that hour, and the most there was at once (`most <name>`). */
  figures: Record<string, number>;
}

const HOUR_MS = 3_600_000;
const SAMPLE_EVERY_MS = 60_000;
const KEEP_HOURS = 14 * 24;
const MOST = 'most ';

/**
 * What every hour brought, kept over restarts. Once a minute the totals of the rooms are compared with those of a minute
 * ago; what a crash loses is that minute.
 */
@Injectable()
export class History {
  private before: Record<string, number> = {};

  constructor(
    private readonly registry: OverviewRegistry,
    private readonly repository: HistoryRepository,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  start(): void {
    const sample = (): void => this.lifecycle.background('figures of this hour', this.sample());
    const timer = this.clock.setRepeating(SAMPLE_EVERY_MS, sample);
    this.lifecycle.onShutdown('work', 'history', async () => {
      timer.cancel();
      await this.sample();
    });
  }

  /** Writes what has come since the last time. */
  async sample(): Promise<void> {
    const totals = this.registry.totals();
    const added = Object.entries(totals).map(([name, total]): [string, number] => [
      name,
      total - (this.before[name] ?? 0),
    ]);
    this.before = totals;
    const most = Object.entries(this.registry.levels()).map(([name, level]): [string, number] => [
      `${MOST}${name}`,
      level,
    ]);
    const hour = this.currentHour();
    await this.repository.merge(hour, Object.fromEntries(added), Object.fromEntries(most));
    await this.repository.forget(hour - KEEP_HOURS);
  }

  /** The last hours, the present one included, the oldest first; an hour in which nothing ran has no figures. */
  async last(hours: number): Promise<HistoryHourFigures[]> {
    const current = this.currentHour();
    const known = await this.repository.since(current - hours + 1);
    return Array.from({ length: hours }, (_, at) => {
      const hour = current - hours + 1 + at;
      return { hour, figures: known.get(hour) ?? {} };
    });
  }

  private currentHour(): number {
    return Math.floor(this.clock.now() / HOUR_MS);
  }
}
