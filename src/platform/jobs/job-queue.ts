import { Inject, Injectable } from '@nestjs/common';
import { ladderDelay } from '../../core/util/backoff.js';
import type { Clock, Timer } from '../clock.js';
import { describeError } from '../errors/app-error.js';
import { Lifecycle } from '../lifecycle.js';
import type { Logger } from '../logging/logger.js';
import { CLOCK, LOGGER } from '../tokens.js';
import type { Job } from './job.entity.js';
import { JobsRepository, type JobCounts, type JobSummary } from './jobs.repository.js';
import { nextTurn } from '../turns.js';

export interface JobContext {
  key: string;
  payload: unknown;
  /** Aborted when the server ends: the job then runs again after the next start. */
  signal: AbortSignal;
}

/** `later`: the outside world is not ready; no attempt is counted. */
export type JobResult = { kind: 'done' } | { kind: 'later'; seconds: number; reason: string };

export interface JobHandler {
  kind: string;
  /** Jobs of this kind that run at once; not given = one. */
  atOnce?: number;
  /** Whether there is nothing to do for any of them as this process is set up: none are added then. */
  isIdle?: () => boolean;
  run(context: JobContext): Promise<JobResult>;
}

export const JOB_DONE: JobResult = { kind: 'done' };

const MINUTE = 60;
/** Waits between the attempts of one job, seconds; after the last one it has failed until somebody asks again. */
const RETRIES = [MINUTE, 5 * MINUTE, 15 * MINUTE, 60 * MINUTE, 180 * MINUTE, 360 * MINUTE] as const;
/** Another process (the command line) may add jobs: the table is looked at now and then. */
const LOOK_EVERY_MS = 15_000;
/** A running job says so this often; after four times that in silence its process is taken for dead. */
const SIGN_EVERY_MS = 15_000;
const SILENCE_SECONDS = (4 * SIGN_EVERY_MS) / 1000;
const POLL_MS = 1_000;

/** Work that survives a restart, a few jobs of a kind at a time. */
@Injectable()
export class JobQueue {
  private readonly handlers = new Map<string, JobHandler>();
  private readonly busy = new Map<string, Promise<void>>();
  /** Kinds that were looked for while they were busy. */
  private readonly lookAgain = new Set<string>();
  private timer: Timer | undefined;
  private started = false;

  constructor(
    private readonly jobs: JobsRepository,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Call before `start`. */
  register(handler: JobHandler): void {
    this.handlers.set(handler.kind, handler);
  }

  async start(): Promise<void> {
    if (this.started) return;
    this.started = true;
    await this.jobs.recover();
    this.timer = this.clock.setRepeating(LOOK_EVERY_MS, () =>
      this.lifecycle.background('jobs', this.takeOver()),
    );
    this.lifecycle.onShutdown('work', 'jobs', () => this.timer?.cancel());
    this.look();
  }

  /** The same kind and key again is the same job. It runs soon, or at `runAfter` (epoch seconds). */
  async add(
    kind: string,
    keys: ArrayLike<string | number>,
    options: { runAfter?: number; payload?: unknown } = {},
  ): Promise<void> {
    if (this.handlers.get(kind)?.isIdle?.() === true) return;
    const now = this.now();
    const { runAfter = now, payload = {} } = options;
    await this.jobs.add({ kind, keys, payload, runAfter }, now);
    this.look();
  }

  counts(): Promise<Map<string, JobCounts>> {
    return this.jobs.counts();
  }

  summary(kind: string): Promise<JobSummary> {
    return this.jobs.summary(kind, this.now());
  }

  /**
   * Runs the jobs of one kind in this process until none is due and none runs anywhere: beside a server, which does
   * its share, and after a process that was killed in the middle, whose jobs are taken over when it has been silent for
   * a minute. `onLook` hears how much is left.
   */
  async drain(handler: JobHandler, onLook?: (summary: JobSummary) => void): Promise<JobSummary> {
    for (;;) {
      await this.recoverAbandoned([handler.kind]);
      await this.runLanes(handler);
      const summary = await this.summary(handler.kind);
      onLook?.(summary);
      if (summary.due + summary.running === 0 || this.lifecycle.signal.aborted) return summary;
      if (summary.due === 0) await this.clock.sleep(POLL_MS, this.lifecycle.signal);
    }
  }

  /** Resolves when nothing that is due is left to run. */
  async idle(): Promise<void> {
    while (this.busy.size > 0) await Promise.allSettled(this.busy.values());
  }

  /** Starts a runner for every kind that has none. */
  look(): void {
    if (!this.started || this.lifecycle.signal.aborted) return;
    for (const handler of this.handlers.values()) this.lookFor(handler);
  }

  private lookFor(handler: JobHandler): void {
    const { kind } = handler;
    if (this.busy.has(kind)) {
      // Its runner may have seen that nothing is due just before this one came.
      this.lookAgain.add(kind);
      return;
    }
    const run = this.runLanes(handler).finally(() => {
      this.busy.delete(kind);
      if (this.lookAgain.delete(kind) && !this.lifecycle.signal.aborted) this.lookFor(handler);
    });
    this.busy.set(kind, run);
    this.lifecycle.background(`jobs (${kind})`, run);
  }

  /** Those that run at once begin one after the other: together they would take one turn of the event loop. */
  private runLanes(handler: JobHandler): Promise<void> {
    const lanes = [this.runAll(handler)];
    while (lanes.length < (handler.atOnce ?? 1)) lanes.push(nextTurn().then(() => this.runAll(handler)));
    return allOf(lanes);
  }

  /** What a killed process left runs here; what runs here is never taken for dead, however long the machine slept. */
  private async takeOver(): Promise<void> {
    await this.recoverAbandoned([...this.handlers.keys()].filter((kind) => !this.busy.has(kind)));
    this.look();
  }

  private recoverAbandoned(kinds: readonly string[]): Promise<void> {
    return this.jobs.recoverAbandoned(kinds, this.now() - SILENCE_SECONDS);
  }

  /** A job that waits for nothing gives way to everybody else before the next one of its kind. */
  private async runAll(handler: JobHandler): Promise<void> {
    while (!this.lifecycle.signal.aborted) {
      const job = await this.jobs.claim([handler.kind], this.now());
      if (!job) return;
      await this.runOne(handler, job);
      await nextTurn();
    }
  }

  private async runOne(handler: JobHandler, job: Job): Promise<void> {
    const { signal } = this.lifecycle;
    try {
      const result = await this.whileSigning(job, () =>
        handler.run({ key: job.key, payload: job.payload, signal }),
      );
      if (result.kind === 'done') await this.jobs.finish(job);
      else await this.jobs.later(job, this.now() + result.seconds, result.reason);
    } catch (error) {
      // Not the job's fault: it is found as running at the next start.
      if (signal.aborted) return;
      const reason = describeError(error);
      const isFinal = job.attempts > RETRIES.length;
      const wait = ladderDelay(RETRIES, job.attempts - 1);
      this.logger.warn('a job failed', { kind: job.kind, key: job.key, attempt: job.attempts, reason });
      await this.jobs.failed(job, this.now() + wait, reason, isFinal);
    }
  }

  private async whileSigning<T>(job: Job, work: () => Promise<T>): Promise<T> {
    let signed = Promise.resolve();
    const timer = this.clock.setRepeating(SIGN_EVERY_MS, () => {
      signed = signed.then(() => this.jobs.sign(job, this.now()));
      this.lifecycle.background('a job runs', signed);
    });
    try {
      return await work();
    } finally {
      timer.cancel();
      await signed;
    }
  }

  private now(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

/** Waits for all of them to end, and fails as the first that failed. */
async function allOf(runs: readonly Promise<void>[]): Promise<void> {
  await Promise.allSettled(runs);
  await Promise.all(runs);
}
