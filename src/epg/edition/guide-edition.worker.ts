import { parentPort, workerData } from 'node:worker_threads';
import { openBulkConnection } from '../../platform/database/bulk-connection.js';
import { describeError } from '../../platform/errors/app-error.js';
import { giveWay } from '../../platform/give-way.js';
import type { EditionJob, EditionMessage } from './edition-job.js';
import { EditionPages } from './edition-pages.repository.js';
import { writeEdition } from './write-edition.js';

const port = parentPort;
if (!port) throw new Error('editions of the guide are made in a worker thread only');
giveWay();
const tell = (message: EditionMessage): void => port.postMessage(message);
const job = workerData as EditionJob;
try {
  const connection = await openBulkConnection(job.location);
  try {
    const pages = new EditionPages(connection);
    const files = await writeEdition(job, job.place, (id, from, to) => pages.programmes(id, from, to));
    tell({ kind: 'end', files });
  } finally {
    await connection.close();
  }
} catch (error) {
  tell({ kind: 'failure', reason: describeError(error) });
}
