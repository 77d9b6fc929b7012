import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { openBulkConnection } from '../../platform/database/bulk-connection.js';
import { describeError } from '../../platform/errors/app-error.js';
import { giveWay } from '../../platform/give-way.js';
import type { FindingJob, FindingMessage } from './finding-job.js';
import { FindingRun } from './finding-run.js';
import { FindingStore } from './finding-store.repository.js';

const port = parentPort;
if (!port) throw new Error('films are looked for in a worker thread only');
giveWay();
const ALIVE_MS = 1_000;
const clock = new SystemClock();
const job = workerData as FindingJob;
const told = { at: clock.monotonic() };
const tell = (message: FindingMessage): void => port.postMessage(message);
const sayAlive = (): void => {
  if (clock.monotonic() - told.at < ALIVE_MS) return;
  told.at = clock.monotonic();
  tell({ kind: 'alive' });
};
try {
  const connection = await openBulkConnection(job.location);
  try {
    const store = new FindingStore(connection, clock, sayAlive);
    const run = new FindingRun(store, job, (progress) => tell({ kind: 'progress', progress }));
    tell({ kind: 'end', result: await run.run() });
  } finally {
    await connection.close();
  }
} catch (error) {
  tell({ kind: 'failure', reason: describeError(error) });
}
