import { Worker } from 'node:worker_threads';
import { AppError, describeError } from '../errors/app-error.js';
import type { ErrorCode } from '../errors/codes.js';
import type { BackupContent } from './workshop.js';

/** What the worker is given. */
export interface BackupJob {
  file: string;
  dataDir: string;
}

export type BackupReport =
  | { kind: 'built'; content: BackupContent }
  | { kind: 'refused'; code: ErrorCode; status: number; message: string };

/**
 * Has a backup checked and built in a thread of its own: unpacking and writing a large database would hold up every
 * stream. `entry` is the script of the worker, which knows the schema.
 */
export async function buildInWorker(entry: URL, job: BackupJob, signal: AbortSignal): Promise<BackupContent> {
  signal.throwIfAborted();
  const worker = new Worker(entry, { workerData: job, execArgv: [] });
  const stop = (): void => void worker.terminate().catch(() => undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await reportOf(worker);
  } finally {
    signal.removeEventListener('abort', stop);
    await worker.terminate();
  }
}

function reportOf(worker: Worker): Promise<BackupContent> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown): void =>
      reject(new AppError('internal', `the backup could not be read (${reason})`, { cause }));
    worker.on('error', (error) => fail(describeError(error), error));
    worker.on('exit', (code) => fail(`its thread ended with ${code}`));
    worker.on('message', (report: BackupReport) => {
      if (report.kind === 'built') resolve(report.content);
      else reject(new AppError(report.code, report.message, { status: report.status }));
    });
  });
}
