import type { Transaction } from '../platform/database/database.js';
import { nextTurn } from '../platform/turns.js';

/** What happens when the wanted number belongs to another channel. */
export const NUM_CONFLICTS = ['refuse', 'swap', 'shift'] as const;
export type NumConflict = (typeof NUM_CONFLICTS)[number];

/** Of several numbers at once: refuse, or move whatever stands there or behind up by as many. */
export const RANGE_CONFLICTS = ['refuse', 'shift'] as const;
export type RangeConflict = (typeof RANGE_CONFLICTS)[number];

export type NumOutcome = { kind: 'free' } | { kind: 'taken'; num: number; byId: number } | { kind: 'full' };

/** Merged channels show no number; retired ones may come back and bring theirs. */
const STANDING = 'merged_into_id IS NULL';
const LIVING = `${STANDING} AND retired_at IS NULL`;
const RETIRED = `${STANDING} AND retired_at IS NOT NULL`;
/** Rows per statement, so that a long shift lets others in between. */
const SLICE = 1000;

interface NumRow {
  id: number;
  num: number;
}

/**
 * The numbers players show, inside one transaction. Retired channels give theirs up without being asked and get a
 * new one behind all others, so that no two stand at one number when they come back.
 */
export class ChannelNumbers {
  constructor(
    private readonly manager: Transaction,
    private readonly highest: number,
  ) {}

  /** Makes `num` free for channel `id`, which has `present` now (null = none yet). */
  async clear(num: number, id: number, present: number | null, how: NumConflict): Promise<NumOutcome> {
    const [holder] = await this.query<NumRow>(
      `SELECT id, num FROM channels WHERE num = ${num} AND id <> ${id} AND ${LIVING} ORDER BY id LIMIT 1`,
    );
    if (!holder) {
      await this.moveRetired(num, num, id);
      return { kind: 'free' };
    }
    if (how === 'refuse') return { kind: 'taken', num, byId: holder.id };
    if (how === 'swap') {
      await this.set(holder.id, present ?? (await this.next()));
      return { kind: 'free' };
    }
    return this.shiftFrom(num, id);
  }

  /** Makes `count` numbers from `from` free. */
  async clearRange(from: number, count: number, how: RangeConflict): Promise<NumOutcome> {
    if (from + count - 1 > this.highest) return { kind: 'full' };
    const [holder] = await this.query<NumRow>(
      `SELECT id, num FROM channels WHERE num BETWEEN ${from} AND ${from + count - 1} AND ${LIVING} ORDER BY num LIMIT 1`,
    );
    if (!holder) {
      await this.moveRetired(from, from + count - 1, 0);
      return { kind: 'free' };
    }
    if (how === 'refuse') return { kind: 'taken', num: holder.num, byId: holder.id };
    const [last] = await this.query<{ num: number | null }>(
      `SELECT MAX(num) AS num FROM channels WHERE num >= ${from} AND ${STANDING}`,
    );
    if ((last?.num ?? 0) + count > this.highest) return { kind: 'full' };
    for (let low = (last?.num ?? from) + 1; low > from; await nextTurn()) {
      const high = low;
      low = Math.max(from, high - SLICE);
      await this.manager.query(
        `UPDATE channels SET num = num + ${count} WHERE num >= ${low} AND num < ${high} AND ${STANDING}`,
      );
    }
    return { kind: 'free' };
  }

  /** One more than the highest there is. */
  async next(): Promise<number> {
    const rows = await this.query<{ highest: number | null }>('SELECT MAX(num) AS highest FROM channels');
    return (rows[0]?.highest ?? 0) + 1;
  }

  /** Whether no other channel, living or retired, has it. */
  async isFree(num: number, id: number): Promise<boolean> {
    const others = await this.query(
      `SELECT id FROM channels WHERE num = ${num} AND id <> ${id} AND ${STANDING} LIMIT 1`,
    );
    return others.length === 0;
  }

  async set(id: number, num: number): Promise<void> {
    await this.manager.query(`UPDATE channels SET num = ${num} WHERE id = ${id}`);
  }

  private async moveRetired(first: number, last: number, exceptId: number): Promise<void> {
    const rows = await this.query<NumRow>(
      `SELECT id, num FROM channels WHERE num BETWEEN ${first} AND ${last} AND id <> ${exceptId} AND ${RETIRED} ORDER BY num`,
    );
    let free = Math.max(await this.next(), last + 1);
    for (const { id } of rows) await this.set(id, free++);
  }

  /** Every channel from `num` up to the first gap moves one up. */
  private async shiftFrom(num: number, exceptId: number): Promise<NumOutcome> {
    const run: number[] = [];
    let expected = num;
    let last: NumRow = { num, id: 0 };
    for (let isOver = false; !isOver; await nextTurn()) {
      const rows = await this.query<NumRow>(
        `SELECT id, num FROM channels WHERE (num > ${last.num} OR (num = ${last.num} AND id > ${last.id})) ` +
          `AND id <> ${exceptId} AND ${STANDING} ORDER BY num, id LIMIT ${SLICE}`,
      );
      const gap = rows.findIndex((row, index) => row.num > (rows[index - 1]?.num ?? expected - 1) + 1);
      const joined = gap < 0 ? rows : rows.slice(0, gap);
      run.push(...joined.map(({ id }) => id));
      last = joined.at(-1) ?? last;
      expected = joined.length > 0 ? last.num + 1 : expected;
      isOver = joined.length < SLICE;
    }
    if (expected > this.highest) return { kind: 'full' };
    for (let end = run.length; end > 0; end -= SLICE) {
      const ids = run.slice(Math.max(0, end - SLICE), end);
      await this.manager.query(`UPDATE channels SET num = num + 1 WHERE id IN (${ids.join(', ')})`);
      await nextTurn();
    }
    return { kind: 'free' };
  }

  private query<T>(sql: string): Promise<T[]> {
    return this.manager.query(sql);
  }
}
