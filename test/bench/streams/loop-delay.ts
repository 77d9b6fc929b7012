// Loaded into the server of a benchmark before its own code: answers how late the event loop was since the last question.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { serveParent } from './child.js';

export interface LoopDelay {
  p99Ms: number;
  maxMs: number;
}

const LOOK_EVERY_MS = 10;
const delay = monitorEventLoopDelay({ resolution: LOOK_EVERY_MS });
delay.enable();

serveParent({
  /** What other programs take of the processors counts as well. */
  loopDelay: (): LoopDelay => {
    const late = (ns: number): number => Math.max(0, ns / 1e6 - LOOK_EVERY_MS);
    const answer = { p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) };
    delay.reset();
    return answer;
  },
});
