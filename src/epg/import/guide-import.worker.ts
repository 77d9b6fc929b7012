import { parentPort, workerData } from 'node:worker_threads';
import { SystemClock } from '../../platform/clock.js';
import { describeError } from '../../platform/errors/app-error.js';
import { giveWay } from '../../platform/give-way.js';
import type { GuideJob, ImportMessage } from './guide-job.js';
import { importGuide } from './import-guide.js';

const port = parentPort;
if (!port) throw new Error('the guide import runs in a worker thread only');
giveWay();
const tell = (message: ImportMessage): void => port.postMessage(message);
try {
  const result = await importGuide(workerData as GuideJob, new SystemClock(), (progress) =>
    tell({ kind: 'progress', progress }),
  );
  tell({ kind: 'end', result });
} catch (error) {
  tell({ kind: 'failure', reason: describeError(error) });
}
