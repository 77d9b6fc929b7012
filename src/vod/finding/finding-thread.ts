import { Inject, Injectable } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import type { FindingJob, FindingMessage, FindingProgress, FindingResult } from './finding-job.js';

/** For all films as a register knows them, and half a million showings. */
const MAX_WORKER_MEGABYTES = 512;
/** Between two signs of life. */
const SILENCE_MS = 60_000;

/** Runs one search for films in a thread of its own, with a connection of its own, so that viewers do not feel it. */
@Injectable()
export class FindingThread {
  constructor(
    private readonly database: Database,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Throws `internal` when it fails, falls silent, or the server stops meanwhile. What it has stored by then stays. */
  async run(
    order: Pick<FindingJob, 'links' | 'isTrial'>,
    onProgress: (progress: FindingProgress) => void = () => {},
  ): Promise<FindingResult> {
    if (this.lifecycle.signal.aborted) throw failure('the server is shutting down');
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const job: FindingJob = { ...order, location: this.database.location, nowSeconds };
    const worker = new Worker(new URL('./finding.worker.js', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
      execArgv: [],
    });
    try {
      return await this.outcome(worker, onProgress);
    } finally {
      await worker.terminate();
    }
  }

  private outcome(worker: Worker, onProgress: (progress: FindingProgress) => void): Promise<FindingResult> {
    return new Promise((resolve, reject) => {
      const { signal } = this.lifecycle;
      const onAbort = (): void => fail('the server is shutting down');
      const watch = (): { cancel: () => void } =>
        this.clock.setTimer(SILENCE_MS, () => fail('it has said nothing for too long'));
      let silence = watch();
      const settle = (): void => {
        silence.cancel();
        signal.removeEventListener('abort', onAbort);
      };
      const fail = (reason: string, cause?: unknown): void => {
        settle();
        reject(failure(reason, cause));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('error', (error) => fail(describeError(error), error));
      worker.on('exit', (code) => fail(`its thread ended early (${code})`));
      worker.on('message', (message: FindingMessage) => {
        silence.cancel();
        if (message.kind === 'failure') return fail(message.reason);
        if (message.kind === 'end') {
          settle();
          return resolve(message.result);
        }
        silence = watch();
        if (message.kind === 'progress') onProgress(message.progress);
      });
    });
  }
}

function failure(reason: string, cause?: unknown): AppError {
  return new AppError('internal', `looking for films failed: ${reason}`, { cause });
}
