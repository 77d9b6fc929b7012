import { Inject, Injectable } from '@nestjs/common';
import { Worker } from 'node:worker_threads';
import { PackedChannels, PackedRows } from '../channels/import-set.js';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import { AppError, describeError } from '../platform/errors/app-error.js';
import { Lifecycle } from '../platform/lifecycle.js';
import { CLOCK } from '../platform/tokens.js';
import type { ListedFilm, PackedFilms } from './listed-film.js';
import type { ListSummary, ReadListOptions } from './read-list.js';

export type ReaderMessage =
  | { kind: 'channels' | 'films'; packed: string; count: number }
  | { kind: 'end'; summary: ListSummary; keys: string[]; groups: string[] };

export interface PackedList extends ListSummary {
  channels: PackedChannels;
  listedFilms: PackedFilms;
}

export interface ListReaderOptions extends ReadListOptions {
  onProgress?: (done: number) => void;
  /** A list that takes longer (a filter that backtracks for ever, say) is given up. */
  timeoutMs?: number;
  /** Heap of the worker; a list of 200,000 entries needs about 300 MB. */
  maxMegabytes?: number;
}

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
  async read(bytes: Uint8Array, options: ListReaderOptions): Promise<PackedList> {
    const { onProgress, timeoutMs = TIMEOUT_MS, maxMegabytes = MAX_WORKER_MEGABYTES, ...rest } = options;
    const limits = { maxEntries: this.config.sources.maxEntries, ...rest.limits };
    const own = transferable(bytes);
    const worker = new Worker(new URL('./list-reader.worker.js', import.meta.url), {
      workerData: { bytes: own, options: { ...rest, limits } },
      transferList: [own.buffer],
      resourceLimits: { maxOldGenerationSizeMb: maxMegabytes },
      execArgv: [],
    });
    try {
      return await this.collect(worker, timeoutMs, onProgress);
    } finally {
      await worker.terminate();
    }
  }

  private collect(
    worker: Worker,
    timeoutMs: number,
    onProgress: ListReaderOptions['onProgress'],
  ): Promise<PackedList> {
    const channels = new PackedChannels();
    const films = new PackedRows<ListedFilm>();
    return new Promise((resolve, reject) => {
      const fail = (reason: string, cause?: unknown): void => {
        settle();
        reject(new AppError('list_unreadable', reason, { status: 502, cause }));
      };
      const onAbort = (): void => fail('the server is shutting down');
      const timer = this.clock.setTimer(timeoutMs, () => fail('reading the list took too long'));
      const settle = (): void => {
        timer.cancel();
        this.lifecycle.signal.removeEventListener('abort', onAbort);
      };
      if (this.lifecycle.signal.aborted) return onAbort();
      this.lifecycle.signal.addEventListener('abort', onAbort, { once: true });
      worker.on('error', (error) => fail(`the list could not be read (${describeError(error)})`, error));
      worker.on('exit', (code) => fail(`the list reader ended early (${code})`));
      worker.on('message', (message: ReaderMessage) => {
        if (message.kind === 'end') {
          settle();
          channels.keys = message.keys;
          channels.groups = message.groups;
          resolve({ ...message.summary, channels, listedFilms: films });
          return;
        }
        if (message.count > 0) {
          (message.kind === 'films' ? films : channels).add(message.packed, message.count);
        }
        onProgress?.(channels.total + films.total);
        worker.postMessage('next');
      });
    });
  }
}

/** The bytes in a buffer of their own: moved to the worker instead of copied, unless they share one (Node pools small buffers). */
function transferable(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength;
  return isAlone ? new Uint8Array(buffer) : new Uint8Array(bytes);
}
