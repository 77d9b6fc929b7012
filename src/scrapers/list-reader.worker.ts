import { parentPort, workerData } from 'node:worker_threads';
import { readList, type ReadListOptions } from './read-list.js';
import type { ReaderMessage } from './list-reader.js';

/** Channels per message: about a millisecond of the main thread. */
const SLICE = 200;

const port = parentPort;
if (!port) throw new Error('the list reader runs in a worker thread only');
const { bytes, options } = workerData as { bytes: Uint8Array; options: ReadListOptions };
const { channels, ...summary } = readList(bytes, options);
const slices = slicesOf();

// Each slice is asked for, so that they never reach the main thread in one heap.
port.on('message', () => {
  const next = slices.next();
  port.postMessage(
    next.done ? next.value : ({ kind: 'slice', channels: next.value } satisfies ReaderMessage),
  );
  if (next.done) port.close();
});
port.postMessage({ kind: 'slice', channels: [] } satisfies ReaderMessage);

function* slicesOf(): Generator<typeof channels, ReaderMessage> {
  for (let start = 0; start < channels.length; start += SLICE) yield channels.slice(start, start + SLICE);
  return { kind: 'end', summary };
}
