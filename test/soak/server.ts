// The server of a soak: the whole program, whose parent may ask at any time how much of everything it holds. What still
// keeps the process alive after its orderly end goes into the file that SOAK_LEFT_OVER names.
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { runServer } from '../../src/server.js';
import { ownUsage, serveParent } from '../bench/streams/child.js';
import { beyond } from './beyond.js';

/** Of this process alone. */
export interface ServerSample {
  rssMb: number;
  heapMb: number;
  /** Memory that belongs to objects of the heap, buffers included. */
  externalMb: number;
  buffersMb: number;
  /** What keeps the process alive: sockets, servers, timers, files. */
  handles: number;
  cpuSeconds: number;
  unhandled: readonly string[];
}

const unhandled: string[] = [];
process.on('unhandledRejection', (error) => unhandled.push(String(error)));
serveParent({
  sample,
  /** After a full collection. */
  collected: () => {
    collect();
    return sample();
  },
});
const before = process.getActiveResourcesInfo();
process.once('exit', () => {
  const left = beyond(before, process.getActiveResourcesInfo());
  writeFileSync(process.env['SOAK_LEFT_OVER'] ?? '/dev/null', JSON.stringify(left));
});
await runServer();

function sample(): ServerSample {
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  const { cpuSeconds, rssBytes } = ownUsage();
  return {
    rssMb: megabytes(rssBytes),
    heapMb: megabytes(heapUsed),
    externalMb: megabytes(external),
    buffersMb: megabytes(arrayBuffers),
    handles: process.getActiveResourcesInfo().length,
    cpuSeconds: Math.round(cpuSeconds),
    unhandled,
  };
}

function collect(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function megabytes(bytes: number): number {
  return Math.round(bytes / 1e5) / 10;
}
