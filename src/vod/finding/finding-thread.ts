import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../platform/clock.js';
import { Database } from '../../platform/database/database.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { runThread } from '../../platform/thread-run.js';
import type { ThreadFailure } from '../../platform/thread-run.js';
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
    const nowSeconds = Math.floor(this.clock.now() / 1000);
    const job: FindingJob = { ...order, location: this.database.location, nowSeconds };
    return runThread<FindingMessage, FindingResult>({
      entry: new URL('./finding.worker.js', import.meta.url),
      data: job,
      maxMegabytes: MAX_WORKER_MEGABYTES,
      signal: this.lifecycle.signal,
      patience: { clock: this.clock, ms: SILENCE_MS, of: 'silence' },
      hear: (message) => {
        if (message.kind === 'failure') return { failed: message.reason };
        if (message.kind === 'end') return { result: message.result };
        if (message.kind === 'progress') onProgress(message.progress);
        return undefined;
      },
      failure,
    });
  }
}

function failure(why: ThreadFailure): AppError {
  const cause = why.kind === 'error' ? why.error : undefined;
  return new AppError('internal', `looking for films failed: ${wordsOf(why)}`, { cause });
}

function wordsOf(why: ThreadFailure): string {
  switch (why.kind) {
    case 'stopped':
      return 'the server is shutting down';
    case 'error':
      return describeError(why.error);
    case 'ended':
      return `its thread ended early (${why.code})`;
    case 'late':
      return 'it has said nothing for too long';
    case 'told':
      return why.reason;
  }
}
