import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import type { PackedPage } from '../../epg/programmes.repository.js';
import type { FindAnswer, FindOrder } from './film-finding-job.js';

const MAX_WORKER_MEGABYTES = 256;
/** For the pages of a few channels. */
const TIMEOUT_MS = 60_000;

/** A thread that looks for films in pages of guides. Throws `internal` when it fails or the signal aborts. */
export class FilmFindingWorker {
  private readonly worker = new Worker(new URL('./film-finding.worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
    execArgv: [],
  });

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /** One question at a time. The bytes of the pages are handed over. */
  find(pages: PackedPage[]): Promise<FindAnswer> {
    return new Promise((resolve, reject) => {
      const fail = (reason: string, cause?: unknown): void => {
        settle();
        reject(new AppError('internal', reason, { cause }));
      };
      const onAbort = (): void => fail('the server is shutting down');
      const onError = (error: unknown): void =>
        fail(`looking for films failed (${describeError(error)})`, error);
      const onExit = (code: number): void => fail(`looking for films ended early (${code})`);
      const onMessage = (answer: FindAnswer): void => {
        settle();
        resolve(answer);
      };
      const timer = this.clock.setTimer(TIMEOUT_MS, () => fail('looking for films took too long'));
      const settle = (): void => {
        timer.cancel();
        this.signal.removeEventListener('abort', onAbort);
        this.worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      };
      if (this.signal.aborted) return onAbort();
      this.signal.addEventListener('abort', onAbort, { once: true });
      this.worker.on('message', onMessage).on('error', onError).on('exit', onExit);
      this.worker.postMessage({ pages } satisfies FindOrder);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
