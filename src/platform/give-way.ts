import { setPriority } from 'node:os';
import { isMainThread } from 'node:worker_threads';

/** Under load about a tenth of what a thread of ordinary priority gets. */
const NICE = 10;

/**
 * For threads whose work can wait: where processors are scarce, streams and players' questions come first. On Linux
 * alone priority is a thread's own; elsewhere it would be the whole server's, so there nothing changes. False also where
 * the system does not allow it.
 */
export function giveWay(): boolean {
  if (process.platform !== 'linux' || isMainThread) return false;
  try {
    setPriority(NICE);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SYSTEM_ERROR') return false;
    throw error;
  }
}
