import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** How the system shares its processors among the threads of this process, see sched(7). */
export interface ThreadPolicy {
  /** `idle`: only when nobody else wants a processor. False where the system cannot do it. */
  set(thread: number, policy: 'idle' | 'ordinary'): Promise<boolean>;
  /** Undefined for a thread that has ended, and where the system does not say. */
  times(thread: number): Promise<ThreadTimes | undefined>;
}

/** Ms since the thread began. */
export interface ThreadTimes {
  ran: number;
  /** Wanted to run and got no processor. */
  waited: number;
}

const NS_PER_MS = 1e6;
const PATIENCE_MS = 5_000;

/** By chrt, which every Linux has (util-linux, BusyBox): Node.js itself knows no policies. */
export const linuxPolicy: ThreadPolicy = {
  set: (thread, policy) =>
    new Promise((resolve) => {
      const way = policy === 'idle' ? '-i' : '-o';
      execFile('chrt', [way, '-p', '0', String(thread)], { timeout: PATIENCE_MS }, (error) =>
        resolve(error === null),
      );
    }),
  times: async (thread) => {
    try {
      const [ran, waited] = (await readFile(`/proc/self/task/${thread}/schedstat`, 'latin1')).split(' ');
      return { ran: Number(ran) / NS_PER_MS, waited: Number(waited) / NS_PER_MS };
    } catch (error) {
      // ESRCH: it ended between opening and reading.
      if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
      throw error;
    }
  },
};
