import { Injectable } from '@nestjs/common';
import { In, LessThan, MoreThanOrEqual } from 'typeorm';
import { StreamSource } from '../channels/stream-source.entity.js';
import type { HourFigures } from '../core/health/hour-figures.js';
import type { SourceRecord } from '../core/health/source-record.js';
import { Database } from '../platform/database/database.js';
import { SourceHour } from './source-hour.entity.js';
import { SourceState } from './source-state.entity.js';

/** What was gathered about one source since the last write. */
export interface GatheredHealth {
  sourceId: number;
  record: SourceRecord;
  /** By whole hour since the epoch. */
  hours: ReadonlyMap<number, HourFigures>;
}

const HOUR_COLUMNS = [
  'starts',
  'pictures',
  'wait_ms',
  'cuts',
  'played_seconds',
  'samples',
  'peers',
  'speed_kbs',
] as const;

@Injectable()
export class SourceHealthRepository {
  constructor(private readonly database: Database) {}

  /** The most recently changed ones, at most `limit`. */
  load(limit: number): Promise<SourceState[]> {
    return this.database.read.find(SourceState, { order: { agedAt: 'DESC' }, take: limit });
  }

  of(sourceIds: readonly number[]): Promise<SourceState[]> {
    return this.database.read.findBy(SourceState, { sourceId: In([...sourceIds]) });
  }

  /** From that hour on, oldest first. */
  hoursOf(sourceIds: readonly number[], fromHour: number): Promise<SourceHour[]> {
    return this.database.read.find(SourceHour, {
      where: { sourceId: In([...sourceIds]), hour: MoreThanOrEqual(fromHour) },
      order: { hour: 'ASC', sourceId: 'ASC' },
    });
  }

  /** One short write. Hours are added to what is there. Of sources that are gone nothing is kept. */
  save(gathered: readonly GatheredHealth[]): Promise<void> {
    return this.database.write('source health', async (manager) => {
      const ids = gathered.map(({ sourceId }) => sourceId);
      const rows = await manager.find(StreamSource, { select: { id: true }, where: { id: In(ids) } });
      const known = new Set(rows.map(({ id }) => id));
      const kept = gathered.filter(({ sourceId }) => known.has(sourceId));
      if (kept.length === 0) return;
      const states = kept.map(({ sourceId, record }) => ({ ...record, sourceId }));
      await manager.upsert(SourceState, states, ['sourceId']);
      const hours = kept.flatMap(({ sourceId, hours: byHour }) =>
        [...byHour].map(([hour, figures]) => [sourceId, hour, ...columnsOf(figures)]),
      );
      if (hours.length > 0) await manager.query(addHours(hours));
    });
  }

  /** Forgets hours before that one, and all but the `limit` most recently changed sources. */
  prune(beforeHour: number, limit: number): Promise<void> {
    return this.database.write('old source health', async (manager) => {
      await manager.delete(SourceHour, { hour: LessThan(beforeHour) });
      const [last] = await manager.find(SourceState, { order: { agedAt: 'DESC' }, skip: limit, take: 1 });
      if (last) await manager.delete(SourceState, { agedAt: LessThan(last.agedAt + 1) });
    });
  }
}

function columnsOf(figures: HourFigures): number[] {
  const { starts, pictures, waitMs, cuts, playedSeconds, samples, peers, speedKbs } = figures;
  return [starts, pictures, waitMs, cuts, playedSeconds, samples, peers, speedKbs];
}

/** Whole numbers only, so that the statement means the same everywhere without parameters. */
function addHours(rows: readonly (readonly number[])[]): string {
  const values = rows.map((row) => `(${row.map((value) => Math.trunc(value)).join(', ')})`);
  const sums = HOUR_COLUMNS.map((name) => `${name} = source_hours.${name} + excluded.${name}`);
  return (
    `INSERT INTO source_hours (source_id, hour, ${HOUR_COLUMNS.join(', ')}) VALUES ${values.join(', ')} ` +
    `ON CONFLICT (source_id, hour) DO UPDATE SET ${sums.join(', ')}`
  );
}
