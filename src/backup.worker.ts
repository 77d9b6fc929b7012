import { parentPort, workerData } from 'node:worker_threads';
import { SCHEMA } from './data-source.js';
import { SystemClock } from './platform/clock.js';
import type { BackupJob, BackupReport } from './platform/database/backup-worker.js';
import { buildFromBackup } from './platform/database/backup-workshop.js';
import { AppError } from './platform/errors/app-error.js';
import { SilentLogger } from './platform/logging/logger.js';
import { giveWay } from './platform/give-way.js';

const port = parentPort;
if (!port) throw new Error('backups are checked in a worker thread only');
giveWay();
const { file, dataDir } = workerData as BackupJob;
port.postMessage(await report());

async function report(): Promise<BackupReport> {
  const options = { schema: SCHEMA, clock: new SystemClock(), logger: new SilentLogger() };
  try {
    return { kind: 'built', content: await buildFromBackup(file, dataDir, options) };
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const { code, status, message } = error;
    return { kind: 'refused', code, status, message };
  }
}
