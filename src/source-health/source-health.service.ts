import { addTo, hourOf, noFigures, type HourFigures } from '../core/health/hour-figures.js';
import {
  newRecord,
  observed,
  type SourceObservation,
  type SourceRecord,
} from '../core/health/source-record.js';
import { inTrialOrder, type Rankable } from '../core/health/source-score.js';
import type { Clock } from '../platform/clock.js';
import type { GatheredHealth, SourceHealthRepository } from './source-health.repository.js';

export interface SourceHealthOptions {
  /** Sources remembered at most; the one unchanged for longest goes first. */
  maxSources: number;
  /** For so long the hours are kept. */
  historyHours: number;
  /** Sources per transaction. */
  writeSlice: number;
}

export const SOURCE_HEALTH_DEFAULTS: SourceHealthOptions = {
  maxSources: 20_000,
  historyHours: 14 * 24,
  writeSlice: 200,
};

/**
 * The memory of sources: what was seen of them, gathered here and written once a minute. Ids are those of
 * `stream_sources`.
 */
export class SourceHealthService {
  private readonly records = new Map<number, SourceRecord>();
  /** Gathered since the last write, by source and hour. */
  private gathered = new Map<number, Map<number, HourFigures>>();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: SourceHealthRepository,
    private readonly clock: Clock,
    private readonly options: SourceHealthOptions = SOURCE_HEALTH_DEFAULTS,
  ) {}

  /** Reads what earlier runs remembered, of all sources or of these. */
  async load(sourceIds?: readonly number[]): Promise<void> {
    const states = await (sourceIds
      ? this.repository.of(sourceIds)
      : this.repository.load(this.options.maxSources));
    for (const { sourceId, ...record } of states.reverse()) this.records.set(sourceId, record);
  }

  get size(): number {
    return this.records.size;
  }

  recordOf(sourceId: number): SourceRecord | undefined {
    return this.records.get(sourceId);
  }

  /** Every source that is remembered, the one unchanged for longest first. */
  all(): IterableIterator<[number, SourceRecord]> {
    return this.records.entries();
  }

  /** In the order in which they are to be tried. */
  inOrder<T extends Rankable>(sources: readonly T[]): T[] {
    return inTrialOrder(sources, (id) => this.records.get(id), this.nowSeconds());
  }

  observe(sourceId: number, observation: SourceObservation): void {
    const now = this.nowSeconds();
    const record = this.records.get(sourceId) ?? newRecord(now);
    this.keep(sourceId, observed(record, observation, now));
    const hours = this.hoursFor(sourceId);
    const hour = hourOf(now);
    const figures = hours.get(hour) ?? noFigures();
    addTo(figures, observation);
    hours.set(hour, figures);
  }

  /** The prober looked at it, whatever it found. */
  noteProbe(sourceId: number): void {
    const now = this.nowSeconds();
    this.keep(sourceId, { ...(this.records.get(sourceId) ?? newRecord(now)), probedAt: now });
    this.hoursFor(sourceId);
  }

  /** Writes what was gathered; what cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.write());
    return this.writing;
  }

  /** Forgets what is too old or too much in the store. */
  prune(): Promise<void> {
    const { historyHours, maxSources } = this.options;
    return this.repository.prune(hourOf(this.nowSeconds()) - historyHours, maxSources);
  }

  /** The hours still kept of these sources, oldest first; the last minute may be missing. */
  history(sourceIds: readonly number[]): ReturnType<SourceHealthRepository['hoursOf']> {
    return this.repository.hoursOf(sourceIds, hourOf(this.nowSeconds()) - this.options.historyHours);
  }

  private async write(): Promise<void> {
    const taken = this.gathered;
    this.gathered = new Map();
    const ids = [...taken.keys()];
    for (let at = 0; at < ids.length; at += this.options.writeSlice) {
      const slice = ids.slice(at, at + this.options.writeSlice);
      try {
        await this.repository.save(slice.flatMap((sourceId) => this.toWrite(sourceId, taken)));
      } catch (error) {
        this.putBack(ids.slice(at), taken);
        throw error;
      }
    }
  }

  private toWrite(sourceId: number, taken: ReadonlyMap<number, Map<number, HourFigures>>): GatheredHealth[] {
    const record = this.records.get(sourceId);
    return record ? [{ sourceId, record, hours: taken.get(sourceId) ?? new Map<number, HourFigures>() }] : [];
  }

  private putBack(ids: readonly number[], taken: ReadonlyMap<number, Map<number, HourFigures>>): void {
    for (const sourceId of ids) {
      if (!this.records.has(sourceId)) continue;
      const hours = this.hoursFor(sourceId);
      for (const [hour, figures] of taken.get(sourceId) ?? []) {
        hours.set(hour, plus(figures, hours.get(hour)));
      }
    }
  }

  private hoursFor(sourceId: number): Map<number, HourFigures> {
    let hours = this.gathered.get(sourceId);
    if (!hours) {
      hours = new Map<number, HourFigures>();
      this.gathered.set(sourceId, hours);
    }
    return hours;
  }

  private keep(sourceId: number, record: SourceRecord): void {
    this.records.delete(sourceId);
    this.records.set(sourceId, record);
    if (this.records.size <= this.options.maxSources) return;
    const oldest = this.records.keys().next();
    if (oldest.done) return;
    this.records.delete(oldest.value);
    this.gathered.delete(oldest.value);
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function plus(a: HourFigures, b: HourFigures | undefined): HourFigures {
  if (!b) return a;
  const sum = noFigures();
  for (const name of Object.keys(sum) as (keyof HourFigures)[]) sum[name] = a[name] + b[name];
  return sum;
}
