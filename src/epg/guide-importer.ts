import { Injectable } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import type { GuideJob, ImportMessage, ImportProgress, ImportResult } from './import/guide-job.js';

/** Heap of the worker; programmes wait outside it. */
const MAX_WORKER_MEGABYTES = 192;

/** Runs one import in a thread of its own, so that streams and players do not feel it. */
@Injectable()
export class GuideImporter {
  constructor(private readonly lifecycle: Lifecycle) {}

  /** Throws `guide_unreadable`, also when the server stops meanwhile. */
  async run(job: GuideJob, onProgress: (progress: ImportProgress) => void): Promise<ImportResult> {
    if (this.lifecycle.signal.aborted) throw unreadable('the server is shutting down');
    const worker = new Worker(new URL('./import/guide-import.worker.js', import.meta.url), {
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

  private outcome(worker: Worker, onProgress: (progress: ImportProgress) => void): Promise<ImportResult> {
    return new Promise((resolve, reject) => {
      const { signal } = this.lifecycle;
      const onAbort = (): void => fail('the server is shutting down');
      const settle = (): void => signal.removeEventListener('abort', onAbort);
      const fail = (reason: string, cause?: unknown): void => {
        settle();
        reject(unreadable(reason, cause));
      };
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('error', (error) => fail(`the guide could not be read (${describeError(error)})`, error));
      worker.on('exit', (code) => fail(`the import of the guide ended early (${code})`));
      worker.on('message', (message: ImportMessage) => {
        if (message.kind === 'progress') return onProgress(message.progress);
        if (message.kind === 'failure') return fail(message.reason);
        settle();
        resolve(message.result);
      });
    });
  }
}

function unreadable(reason: string, cause?: unknown): AppError {
  return new AppError('guide_unreadable', reason, { status: 502, cause });
}
