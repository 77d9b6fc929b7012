import { Injectable } from '@nestjs/common';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { runThread } from '../platform/thread-run.js';
import type { ThreadFailure } from '../platform/thread-run.js';
import type { GuideJob, ImportMessage, ImportProgress, ImportResult } from './import/guide-job.js';

/** Heap of the worker; programmes wait outside it. */
const MAX_WORKER_MEGABYTES = 192;

/** Runs one import in a thread of its own, so that streams and players do not feel it. */
@Injectable()
export class GuideImporter {
  constructor(private readonly lifecycle: Lifecycle) {}

  /** Throws `guide_unreadable`, also when the server stops meanwhile. */
  run(job: GuideJob, onProgress: (progress: ImportProgress) => void): Promise<ImportResult> {
    return runThread<ImportMessage, ImportResult>({
      entry: new URL('./import/guide-import.worker.js', import.meta.url),
      data: job,
      maxMegabytes: MAX_WORKER_MEGABYTES,
      signal: this.lifecycle.signal,
      hear: (message) => {
        if (message.kind === 'failure') return { failed: message.reason };
        if (message.kind !== 'progress') return { result: message.result };
        onProgress(message.progress);
        return undefined;
      },
      failure: (why) => unreadable(wordsOf(why), why.kind === 'error' ? why.error : undefined),
    });
  }
}

function wordsOf(why: ThreadFailure): string {
  switch (why.kind) {
    case 'stopped':
      return 'the server is shutting down';
    case 'error':
      return `the guide could not be read (${describeError(why.error)})`;
    case 'ended':
      return `the import of the guide ended early (${why.code})`;
    case 'late':
      return 'reading the guide took too long';
    case 'told':
      return why.reason;
  }
}

function unreadable(reason: string, cause?: unknown): AppError {
  return new AppError('guide_unreadable', reason, { status: 502, cause });
}
