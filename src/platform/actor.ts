import { AsyncLocalStorage } from 'node:async_hooks';

/** Who is behind the work that runs now; written beside every change that a person made. */
export interface Actor {
  /** null where no account is behind it. */
  userId: number | null;
  username: string;
}

export const SYSTEM: Actor = { userId: null, username: 'system' };
export const COMMAND_LINE: Actor = { userId: null, username: 'command line' };

const current = new AsyncLocalStorage<Actor>();

export function actAs<T>(actor: Actor, work: () => T): T {
  return current.run(actor, work);
}

export function currentActor(): Actor {
  return current.getStore() ?? SYSTEM;
}
