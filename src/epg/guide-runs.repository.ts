import { Injectable } from '@nestjs/common';
import { In, IsNull, LessThan, MoreThan, Not } from 'typeorm';
import { Database, findForUpdate, touch, type Transaction } from '../platform/database/database.js';
import { isGone, OWN_PROCESS } from '../platform/process-owner.js';
import { GuideListing } from './guide-listing.entity.js';
import { GuidePage } from './guide-page.entity.js';
import type { GuideReport, GuideRunStatus } from './guide-report.js';
import { GuideRun } from './guide-run.entity.js';
import { GuideSource } from './guide-source.entity.js';

/** A run that was not seen for so long belongs to a process that is gone, on whichever machine. */
const DEAD_AFTER_SECONDS = 60;
const RUNS_PER_SOURCE = 30;
/** Some milliseconds each. */
const ROWS_PER_DELETE = 60;

/** Runs, and the generations they leave behind. */
@Injectable()
export class GuideRunsRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. */
  list(guideSourceId: number): Promise<GuideRun[]> {
    return this.database.read.find(GuideRun, {
      where: { guideSourceId },
      order: { id: 'DESC' },
      take: RUNS_PER_SOURCE,
    });
  }

  /** Id of the new run; null when another process is reading the same guide. */
  begin(guideSourceId: number, nowSeconds: number): Promise<number | null> {
    return this.database.write('begin guide run', async (manager) => {
      await findForUpdate(manager, GuideSource, { id: guideSourceId });
      const running = await manager.findBy(GuideRun, { guideSourceId, status: 'running' });
      if (!running.every((run) => isDead(run, nowSeconds))) return null;
      await manager.update(
        GuideRun,
        { guideSourceId, status: 'running' },
        { status: 'abandoned', endedAt: nowSeconds },
      );
      const times = { startedAt: nowSeconds, seenAt: nowSeconds, endedAt: null };
      const run = await manager.save(
        manager.create(GuideRun, {
          ...{ guideSourceId, status: 'running', report: null, owner: OWN_PROCESS },
          ...times,
        }),
      );
      return run.id;
    });
  }

  /** Lets the staged generation serve, and keeps the one before it for an undo. False when the run was given up. */
  swapIn(guideSourceId: number, generation: number, fields: Partial<GuideSource>): Promise<boolean> {
    return this.database.write('swap guide', async (manager) => {
      const [run] = await findForUpdate(manager, GuideRun, { id: generation, status: 'running' });
      const source = await manager.findOneBy(GuideSource, { id: guideSourceId });
      if (!run || !source || source.removedAt !== null) return false;
      await manager.update(
        GuideSource,
        { id: guideSourceId },
        { ...fields, generation, previousGeneration: source.generation },
      );
      await touch(manager, 'guide');
      return true;
    });
  }

  /** Writes down how a run ended, and forgets the oldest ones of its source. */
  end(
    id: number,
    guideSourceId: number,
    outcome: { status: GuideRunStatus; report: GuideReport; nowSeconds: number },
  ): Promise<void> {
    const { status, report, nowSeconds } = outcome;
    return this.database.write('end guide run', async (manager) => {
      await manager.update(GuideRun, { id, status: 'running' }, { status, report, endedAt: nowSeconds });
      await this.forgetOldRuns(manager, guideSourceId);
    });
  }

  /** Declares runs dead whose process is gone, `atStart` those of one that had the same number, too. */
  async abandonDead(nowSeconds: number, { atStart = false } = {}): Promise<void> {
    await this.database.write('abandon guide runs', async (manager) => {
      const running = await manager.findBy(GuideRun, { status: 'running' });
      const dead = running.filter(
        (run) => isDead(run, nowSeconds) || (atStart && isOfFormerStart(run, nowSeconds)),
      );
      if (dead.length === 0) return;
      const ids = dead.map(({ id }) => id);
      await manager.update(
        GuideRun,
        { id: In(ids), status: 'running' },
        { status: 'abandoned', endedAt: nowSeconds },
      );
    });
  }

  /** Generations that hold rows and that nobody needs: neither served, nor kept for an undo, nor being written. */
  async leftovers(): Promise<number[]> {
    // In this order: what begins to run or to serve meanwhile is never taken for a leftover.
    const generations = await this.generations();
    const running = await this.database.read.findBy(GuideRun, { status: 'running' });
    const sources = await this.database.read.find(GuideSource);
    const needed = new Set([
      ...running.map(({ id }) => id),
      ...sources.flatMap(({ generation, previousGeneration }) => [generation, previousGeneration]),
    ]);
    return generations.filter((id) => !needed.has(id));
  }

  /** End of the last programme of a generation, epoch seconds; null = it has none. */
  async lastStop(generation: number): Promise<number | null> {
    const row = await this.database.read
      .createQueryBuilder(GuideListing, 'listing')
      .select('MAX(listing.lastStop)', 'last')
      .where({ generation })
      .getRawOne<{ last: string | number | null }>();
    return row ? toNumber(row.last) : null;
  }

  /** What each guide serves, by the channels it has; of guides that were read at `sinceSeconds` or before. */
  async servedChannelIds(sinceSeconds: number): Promise<{ generation: number; channelIds: number[] }[]> {
    const sources = await this.database.read.findBy(GuideSource, { generation: Not(IsNull()) });
    const young = await this.database.read.findBy(GuideRun, { endedAt: MoreThan(sinceSeconds) });
    const left = new Set(young.map(({ id }) => id));
    const served: { generation: number; channelIds: number[] }[] = [];
    for (const { generation } of sources) {
      if (generation === null || left.has(generation)) continue;
      const rows = await this.database.read
        .createQueryBuilder(GuideListing, 'listing')
        .select('listing.guideChannelId', 'id')
        .where({ generation })
        .getRawMany<{ id: number }>();
      served.push({ generation, channelIds: rows.map(({ id }) => id) });
    }
    return served;
  }

  /** Deletes some rows of a generation; false when there are none left. */
  deleteSlice(generation: number): Promise<boolean> {
    return this.database.write('delete old guide', async (manager) => {
      const pages = await deleteSome(manager, GuidePage, generation, 'generation, guide_channel_id, day');
      if (pages > 0) return true;
      return (await deleteSome(manager, GuideListing, generation, 'generation, guide_channel_id')) > 0;
    });
  }

  /** Deletes pages of days before `day` from what some channels serve. */
  deleteDaysBefore(generation: number, guideChannelIds: readonly number[], day: number): Promise<unknown> {
    return this.database.write('delete past programmes', (manager) =>
      manager.delete(GuidePage, { generation, guideChannelId: In([...guideChannelIds]), day: LessThan(day) }),
    );
  }

  private async forgetOldRuns(manager: Transaction, guideSourceId: number): Promise<void> {
    const source = await manager.findOneBy(GuideSource, { id: guideSourceId });
    const old = await manager.find(GuideRun, {
      select: { id: true },
      where: { guideSourceId },
      order: { id: 'DESC' },
      skip: RUNS_PER_SOURCE,
      take: RUNS_PER_SOURCE,
    });
    const needed = [source?.generation, source?.previousGeneration];
    const ids = old.map(({ id }) => id).filter((id) => !needed.includes(id));
    if (ids.length > 0) await manager.delete(GuideRun, { id: In(ids) });
  }

  private async generations(): Promise<number[]> {
    const found: number[] = [];
    // One look into the index each, however many rows a generation has.
    for (const entity of [GuidePage, GuideListing]) {
      for (let after = -1; ;) {
        const [row] = await this.database.read.find(entity, {
          select: { generation: true },
          where: { generation: MoreThan(after) },
          order: { generation: 'ASC' },
          take: 1,
        });
        if (!row) break;
        after = row.generation;
        found.push(after);
      }
    }
    return [...new Set(found)];
  }
}

function isDead({ seenAt, owner }: GuideRun, nowSeconds: number): boolean {
  return seenAt <= nowSeconds - DEAD_AFTER_SECONDS || (owner !== null && isGone(owner));
}

/** In a container the server always has the same number, and a server that opens anew keeps its own. */
function isOfFormerStart({ startedAt, owner }: GuideRun, nowSeconds: number): boolean {
  return owner === OWN_PROCESS && startedAt < nowSeconds;
}

async function deleteSome(
  manager: Transaction,
  entity: typeof GuidePage | typeof GuideListing,
  generation: number,
  key: string,
): Promise<number> {
  const { tableName } = manager.dataSource.getMetadata(entity);
  const { affected } = await manager
    .createQueryBuilder()
    .delete()
    .from(entity)
    .where(
      `(${key}) IN (SELECT ${key} FROM ${tableName} WHERE generation = :generation LIMIT ${ROWS_PER_DELETE})`,
      { generation },
    )
    .execute();
  return affected ?? 0;
}

/** PostgreSQL hands out bigint as text. */
function toNumber(value: string | number | null): number | null {
  return value === null ? null : Number(value);
}
