import { Injectable } from '@nestjs/common';
import { In, LessThan, LessThanOrEqual, MoreThan, Not, type FindOptionsWhere } from 'typeorm';
import { BulkRows } from '../database/bulk-rows.js';
import { Database, type Transaction } from '../database/database.js';
import { Job } from './job.entity.js';
import { nextTurn } from '../turns.js';

export interface JobCounts {
  waiting: number;
  running: number;
  failed: number;
}

/** Jobs of one kind, as they stand at one moment. */
export interface JobSummary {
  /** Wait for their turn. */
  due: number;
  /** Wait for a later time. */
  later: number;
  running: number;
  failed: number;
  /** When the first of those that wait for later is due, in epoch seconds; null = none. */
  nextDue: number | null;
  /** Why one of them failed or waits; "" = nothing is known. */
  reason: string;
}

export interface WantedJobs {
  kind: string;
  keys: ArrayLike<string | number>;
  payload: unknown;
  /** Epoch seconds. */
  runAfter: number;
}

const MAX_ERROR = 500;
const SLICE = 100;

/** Rows of the queue of jobs. */
@Injectable()
export class JobsRepository {
  constructor(private readonly database: Database) {}

  /** A job that waits already keeps its turn; one that runs or has failed is put back. Counts of attempts begin anew. */
  async add({ kind, keys, payload, runAfter }: WantedJobs, now: number): Promise<void> {
    for (let at = 0; at < keys.length; at += SLICE) {
      const rows = Array.from({ length: Math.min(SLICE, keys.length - at) }, (_, index) => ({
        ...{ kind, key: String(keys[at + index]), payload: payload ?? {}, runAfter },
        ...{ state: 'waiting' as const, attempts: 0, error: '', createdAt: now, updatedAt: now },
      }));
      await this.database.write('add jobs', (manager) => addRows(manager, rows));
      await nextTurn();
    }
  }

  /** Takes the next due job of these kinds; null = there is none. */
  claim(kinds: readonly string[], now: number): Promise<Job | null> {
    if (kinds.length === 0) return Promise.resolve(null);
    return this.database.write('claim a job', async (manager) => {
      const job = await manager.findOne(Job, {
        where: { kind: In([...kinds]), state: 'waiting', runAfter: LessThanOrEqual(now) },
        order: { runAfter: 'ASC', id: 'ASC' },
      });
      if (!job) return null;
      const taken = { state: 'running' as const, attempts: job.attempts + 1, updatedAt: now };
      const { affected } = await manager.update(Job, { id: job.id, state: 'waiting' }, taken);
      return affected === 0 ? null : Object.assign(job, taken);
    });
  }

  /** Gone when it was not asked for again meanwhile. */
  async finish({ id, updatedAt }: Job): Promise<void> {
    await this.database.write('finish a job', (manager) =>
      manager.delete(Job, { id, state: 'running', updatedAt }),
    );
  }

  /** `later` costs no attempt. */
  async later(job: Job, runAfter: number, reason: string): Promise<void> {
    await this.database.write('postpone a job', (manager) =>
      manager.update(
        Job,
        { id: job.id, state: 'running' },
        { state: 'waiting', runAfter, error: reason.slice(0, MAX_ERROR), attempts: job.attempts - 1 },
      ),
    );
  }

  async failed(job: Job, runAfter: number, error: string, isFinal: boolean): Promise<void> {
    await this.database.write('a job failed', (manager) =>
      manager.update(
        Job,
        { id: job.id, state: 'running' },
        { state: isFinal ? 'failed' : 'waiting', runAfter, error: error.slice(0, MAX_ERROR) },
      ),
    );
  }

  /** What ran when the server ended runs again. */
  async recover(): Promise<void> {
    await this.database.write('recover jobs', (manager) =>
      manager.update(Job, { state: 'running' }, { state: 'waiting' }),
    );
  }

  /** A sign of life of a job that runs. */
  async sign(job: Job, now: number): Promise<void> {
    const { id, updatedAt } = job;
    await this.database.write('a job runs', (manager) =>
      manager.update(Job, { id, state: 'running', updatedAt }, { updatedAt: now }),
    );
    job.updatedAt = now;
  }

  /** What has given no sign of life since `before` (epoch seconds) was left by a process that is gone. */
  async recoverAbandoned(kinds: readonly string[], before: number): Promise<void> {
    const abandoned = { kind: In([...kinds]), state: 'running', updatedAt: LessThan(before) } as const;
    if ((await this.database.read.countBy(Job, abandoned)) === 0) return;
    await this.database.write('recover jobs', (manager) =>
      manager.update(Job, abandoned, { state: 'waiting' }),
    );
  }

  async summary(kind: string, now: number): Promise<JobSummary> {
    const count = (where: FindOptionsWhere<Job>): Promise<number> =>
      this.database.read.countBy(Job, { kind, ...where });
    const later = { state: 'waiting', runAfter: MoreThan(now) } as const;
    const told = await this.database.read.findOne(Job, {
      where: { kind, error: Not('') },
      order: { runAfter: 'ASC' },
    });
    const next = await this.database.read.findOne(Job, {
      where: { kind, ...later },
      order: { runAfter: 'ASC' },
    });
    return {
      due: await count({ state: 'waiting', runAfter: LessThanOrEqual(now) }),
      later: await count(later),
      running: await count({ state: 'running' }),
      failed: await count({ state: 'failed' }),
      nextDue: next?.runAfter ?? null,
      reason: told?.error ?? '',
    };
  }

  /** When the next job of these kinds is due, in epoch seconds; null = none waits. */
  async nextDue(kinds: readonly string[]): Promise<number | null> {
    const next = await this.database.read.findOne(Job, {
      where: { kind: In([...kinds]), state: 'waiting' },
      order: { runAfter: 'ASC' },
    });
    return next?.runAfter ?? null;
  }

  async counts(): Promise<Map<string, JobCounts>> {
    const rows: { kind: string; state: keyof JobCounts; count: string | number }[] =
      await this.database.read.query('SELECT kind, state, count(*) AS count FROM jobs GROUP BY kind, state');
    const counts = new Map<string, JobCounts>();
    for (const { kind, state, count } of rows) {
      const of = counts.get(kind) ?? { waiting: 0, running: 0, failed: 0 };
      of[state] = Number(count);
      counts.set(kind, of);
    }
    return counts;
  }
}

/** What somebody else adds at this moment on PostgreSQL waits already, and is left as it is. */
async function addRows(manager: Transaction, wanted: readonly Omit<Job, 'id'>[]): Promise<void> {
  const named = new Map(wanted.map((job) => [`${job.kind} ${job.key}`, job]));
  const jobs = new BulkRows(manager, Job);
  for (const kind of new Set(wanted.map((job) => job.kind))) {
    const keys = wanted.filter((job) => job.kind === kind).map(({ key }) => key);
    for (const known of await manager.find(Job, { where: { kind, key: In(keys) } })) {
      const job = named.get(`${kind} ${known.key}`);
      named.delete(`${kind} ${known.key}`);
      if (job && (known.state !== 'waiting' || known.runAfter > job.runAfter)) {
        await jobs.update([known.id], job);
      }
    }
  }
  await jobs.insert([...named.values()]);
}
