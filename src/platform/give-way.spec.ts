import { expect, it } from '@jest/globals';
import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { giveWay } from './give-way.js';

it('lets a thread give way to the rest of the process, where threads have priorities of their own', async () => {
  const before = getPriority();
  const entry = new URL('./give-way.js', import.meta.url).href;
  const script = `
    import { getPriority } from 'node:os';
    import { parentPort } from 'node:worker_threads';
    import { giveWay } from ${JSON.stringify(entry)};
    parentPort.postMessage([giveWay(), getPriority()]);
  `;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(script)}`));
  const [told] = (await once(worker, 'message')) as unknown[];
  expect(told).toEqual(process.platform === 'linux' ? [true, 10] : [false, before]);
  expect([giveWay(), getPriority()]).toEqual([false, before]);
  await worker.terminate();
});
