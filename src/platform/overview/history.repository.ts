import { Injectable } from '@nestjs/common';
import { LessThan, MoreThanOrEqual } from 'typeorm';
import { Database } from '../database/database.js';
import { HistoryHour } from './history-hour.entity.js';

/** Names of one hour; a room that makes up names without end must not fill the table. */
const MAX_FIGURES = 200;

@Injectable()
export class HistoryRepository {
  constructor(private readonly database: Database) {}

  /** `added` is summed up; of `most` the larger value stays. */
  async merge(hour: number, added: Record<string, number>, most: Record<string, number>): Promise<void> {
    await this.database.write('figures of an hour', async (manager) => {
      const { figures = {} } = (await manager.findOneBy(HistoryHour, { hour })) ?? {};
      const merged: Record<string, number> = { ...figures };
      for (const [name, value] of Object.entries(added)) merged[name] = (merged[name] ?? 0) + value;
      for (const [name, value] of Object.entries(most)) merged[name] = Math.max(merged[name] ?? 0, value);
      const kept = Object.fromEntries(Object.entries(merged).slice(0, MAX_FIGURES));
      await manager.upsert(HistoryHour, { hour, figures: kept }, ['hour']);
    });
  }

  /** By hour. */
  async since(hour: number): Promise<Map<number, Record<string, number>>> {
    const rows = await this.database.read.findBy(HistoryHour, { hour: MoreThanOrEqual(hour) });
    return new Map(rows.map((row) => [row.hour, row.figures]));
  }

  async forget(before: number): Promise<void> {
    if ((await this.database.read.countBy(HistoryHour, { hour: LessThan(before) })) === 0) return;
    await this.database.write('old figures', (manager) =>
      manager.delete(HistoryHour, { hour: LessThan(before) }),
    );
  }
}
