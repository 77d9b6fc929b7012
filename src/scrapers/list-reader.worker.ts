import { parentPort, workerData } from 'node:worker_threads';
import { importSet } from '../channels/import-set.js';
import { giveWay } from '../platform/give-way.js';
import { readList, type ReadListOptions } from './read-list.js';
import type { ReaderMessage } from './list-reader.js';

/** Channels or films per message and per transaction of the import. */
const SLICE = 40;

const port = parentPort;
if (!port) throw new Error('the list reader runs in a worker thread only');
giveWay();
const { bytes, options } = workerData as { bytes: Uint8Array; options: ReadListOptions };
const { channels, listedFilms, ...summary } = readList(bytes, options);
const slices = messages();

// Each one is asked for, so that they never reach the main thread in one heap.
port.on('message', () => {
  const next = slices.next();
  if (next.done) port.close();
  else port.postMessage(next.value);
});
port.postMessage({ kind: 'channels', packed: '[]', count: 0 } satisfies ReaderMessage);

function* messages(): Generator<ReaderMessage> {
  for (const slice of importSet(channels, SLICE).slices()) {
    yield { kind: 'channels', packed: JSON.stringify(slice), count: slice.length };
  }
  for (let start = 0; start < listedFilms.length; start += SLICE) {
    const slice = listedFilms.slice(start, start + SLICE);
    yield { kind: 'films', packed: JSON.stringify(slice), count: slice.length };
  }
  const { keys, groups } = importSet(channels, SLICE);
  yield { kind: 'end', summary, keys: [...keys], groups: [...groups] };
}
