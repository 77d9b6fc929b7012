import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { BroadcastChannel, isMainThread } from 'node:worker_threads';

/** Under load about a tenth of what a thread of ordinary priority gets. */
const NICE = 10;

/** Here threads that give way say the number that Linux knows them by. */
export const GIVING_WAY = 'threads that give way';

/**
 * For threads whose work can wait: where processors are scarce, streams and players' questions come first. On Linux
 * alone priority is a thread's own; elsewhere it would be the whole server's, so there nothing changes. False also where
 * the system does not allow it.
 */
export function giveWay(): boolean {
  if (process.platform !== 'linux' || isMainThread) return false;
  try {
    setPriority(NICE);
    announce();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SYSTEM_ERROR') return false;
    throw error;
  }
}

/** For IdleThreads, which do more. */
function announce(): void {
  const thread = ownThread();
  if (thread === undefined) return;
  const channel = new BroadcastChannel(GIVING_WAY);
  channel.postMessage(thread);
  channel.close();
}

/** Undefined on kernels before 3.17. */
function ownThread(): number | undefined {
  try {
    return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
