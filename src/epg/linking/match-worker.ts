import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import type { ChannelRow, GuideRow, MatchAnswer, MatchOrder } from './match-job.js';

const MAX_WORKER_MEGABYTES = 512;
/** For one guide; 20,000 guide channels take a few seconds. */
const TIMEOUT_MS = 300_000;

/** A thread that matches channels against one guide after the other. Throws `internal` when it fails or the signal aborts. */
export class MatchWorker {
  private readonly worker = new Worker(new URL('./guide-match.worker.js', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
    execArgv: [],
  });
  private failure: AppError | undefined;
  private onFailure: ((error: AppError) => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.worker.on('error', (error) => this.fail(`matching guides failed (${describeError(error)})`, error));
    this.worker.on('exit', (code) => this.fail(`matching guides ended early (${code})`));
    this.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  addChannels(rows: ChannelRow[]): void {
    this.send({ kind: 'channels', rows });
  }

  addGuide(rows: GuideRow[]): void {
    this.send({ kind: 'guide', rows });
  }

  /** Verdicts on all channels against the guide that was added, which is forgotten. */
  async *match(): AsyncGenerator<MatchAnswer['verdicts'], void, undefined> {
    let answer = await this.ask({ kind: 'match' });
    for (; !answer.isLast; answer = await this.ask({ kind: 'next' })) yield answer.verdicts;
    yield answer.verdicts;
  }

  async close(): Promise<void> {
    this.failure ??= new AppError('internal', 'matching guides is over');
    this.signal.removeEventListener('abort', this.onAbort);
    await this.worker.terminate();
  }

  private ask(order: MatchOrder): Promise<MatchAnswer> {
    return new Promise((resolve, reject) => {
      if (this.failure) return reject(this.failure);
      if (this.signal.aborted) return reject(stopping());
      const timer = this.clock.setTimer(TIMEOUT_MS, () => this.fail('matching guides took too long'));
      const settle = (): void => {
        timer.cancel();
        this.onFailure = undefined;
        this.worker.off('message', onMessage);
      };
      const onMessage = (answer: MatchAnswer): void => {
        settle();
        resolve(answer);
      };
      this.onFailure = (error): void => {
        settle();
        reject(error);
      };
      this.worker.on('message', onMessage);
      this.send(order);
    });
  }

  private send(order: MatchOrder): void {
    this.worker.postMessage(order);
  }

  private readonly onAbort = (): void => this.end(stopping());

  private fail(reason: string, cause?: unknown): void {
    this.end(new AppError('internal', reason, { cause }));
  }

  private end(error: AppError): void {
    this.failure ??= error;
    this.onFailure?.(this.failure);
  }
}

function stopping(): AppError {
  return new AppError('internal', 'the server is shutting down');
}
