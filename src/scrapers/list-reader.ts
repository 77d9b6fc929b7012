import { Inject, Injectable } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import type { ImportChannel } from '../channels/channel-import.service.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import type { ListSummary, ReadChannels, ReadListOptions } from './read-list.js';

export type ReaderMessage =
  { kind: 'slice'; channels: ImportChannel[] } | { kind: 'end'; summary: ListSummary };

export interface ListReaderOptions extends ReadListOptions {
  onProgress?: (channels: number) => void;
}

/** A list that takes longer (a filter that backtracks for ever, say) is given up. */
const TIMEOUT_MS = 120_000;
const MAX_WORKER_MEGABYTES = 1024;

/** Reads lists in a worker thread, with bounded memory and time, so that streams do not feel it. */
@Injectable()
export class ListReader {
  constructor(
    private readonly config: AppConfig,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** `bytes` may be handed over to the worker: do not use them afterwards. Throws `list_unreadable`. */
  async read(bytes: Uint8Array, options: ListReaderOptions): Promise<ReadChannels> {
    const { onProgress, ...rest } = options;
    const limits = { maxEntries: this.config.sources.maxEntries, ...rest.limits };
    const worker = new Worker(new URL('./list-reader.worker.js', import.meta.url), {
      workerData: { bytes, options: { ...rest, limits } },
      resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
      execArgv: [],
    });
    try {
      return await this.collect(worker, onProgress);
    } finally {
      await worker.terminate();
    }
  }

  private collect(worker: Worker, onProgress: ListReaderOptions['onProgress']): Promise<ReadChannels> {
    const channels: ImportChannel[] = [];
    return new Promise((resolve, reject) => {
      const fail = (reason: string, cause?: unknown): void => {
        settle();
        reject(new AppError('list_unreadable', reason, { status: 502, cause }));
      };
      const onAbort = (): void => fail('the server is shutting down');
      const timer = this.clock.setTimer(TIMEOUT_MS, () => fail('reading the list took too long'));
      const settle = (): void => {
        timer.cancel();
        this.lifecycle.signal.removeEventListener('abort', onAbort);
      };
      this.lifecycle.signal.addEventListener('abort', onAbort, { once: true });
      worker.on('error', (error) => fail(`the list could not be read (${describeError(error)})`, error));
      worker.on('exit', (code) => fail(`the list reader ended early (${code})`));
      worker.on('message', (message: ReaderMessage) => {
        if (message.kind === 'end') {
          settle();
          resolve({ ...message.summary, channels });
          return;
        }
        channels.push(...message.channels);
        onProgress?.(channels.length);
        worker.postMessage('next');
      });
    });
  }
}
