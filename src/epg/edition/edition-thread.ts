import { Inject, Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../platform/clock.js';
import { AppConfig } from '../../platform/config/app-config.js';
import { Database } from '../../platform/database/database.js';
import { AppError, describeError } from '../../platform/errors/app-error.js';
import { Lifecycle } from '../../platform/lifecycle.js';
import { CLOCK } from '../../platform/tokens.js';
import { keptEdition, removeEdition } from './edition-folder.store.js';
import type {
  EditionFiles,
  EditionJob,
  EditionMaker,
  EditionMessage,
  EditionOrder,
  KeptEdition,
} from './edition-job.js';

/** Of one channel's programmes at a time, and of the index. */
const MAX_WORKER_MEGABYTES = 192;

/** Makes editions of the guide in a thread of its own, with a connection of its own, under `guide` of the data folder. */
@Injectable()
export class EditionThread implements EditionMaker {
  private readonly folder: string;

  constructor(
    { dataDir }: AppConfig,
    private readonly database: Database,
    private readonly lifecycle: Lifecycle,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.folder = path.join(dataDir, 'guide');
  }

  kept(madeOf: string): Promise<KeptEdition | undefined> {
    return keptEdition(this.folder, madeOf);
  }

  async make(order: EditionOrder): Promise<EditionFiles> {
    // Never the name of one that an earlier process has kept.
    const name = `${Math.floor(this.clock.now() / 1000)}-${randomBytes(4).toString('hex')}`;
    const job: EditionJob = {
      ...order,
      location: this.database.location,
      place: path.join(this.folder, name),
    };
    const worker = new Worker(new URL('./guide-edition.worker.js', import.meta.url), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: MAX_WORKER_MEGABYTES },
      execArgv: [],
    });
    try {
      return await this.outcome(worker);
    } catch (error) {
      await worker.terminate();
      await removeEdition(job.place);
      throw error;
    } finally {
      await worker.terminate();
    }
  }

  private outcome(worker: Worker): Promise<EditionFiles> {
    const { signal } = this.lifecycle;
    return new Promise((resolve, reject) => {
      const onAbort = (): void => fail('the server is shutting down');
      const fail = (reason: string, cause?: unknown): void => {
        signal.removeEventListener('abort', onAbort);
        reject(new AppError('internal', reason, { cause }));
      };
      if (signal.aborted) return onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      worker.on('error', (error) => fail(describeError(error), error));
      worker.on('exit', (code) => fail(`writing the guide ended early (${code})`));
      worker.on('message', (message: EditionMessage) => {
        if (message.kind === 'failure') return fail(message.reason);
        signal.removeEventListener('abort', onAbort);
        resolve(message.files);
      });
    });
  }
}
