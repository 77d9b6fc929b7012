import { hostname } from 'node:os';

/** This process, for rows that another one may find when it has ended: machine and process. */
export const OWN_PROCESS = `${hostname()}/${process.pid}`;

/** Whether a process of this machine has ended. Of one that ran elsewhere nothing is known: false. */
export function isGone(owner: string): boolean {
  const at = owner.lastIndexOf('/');
  const pid = Number(owner.slice(at + 1));
  if (owner.slice(0, at) !== hostname() || !Number.isSafeInteger(pid) || pid < 1) return false;
  try {
    // Sends nothing, only looks.
    process.kill(pid, 0);
    return false;
  } catch (error) {
    // Somebody else's process may not be sent anything, but it is there.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
