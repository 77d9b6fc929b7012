import { touch, type Database, type Transaction } from '../platform/database/database.js';

/** Carries a refusal out of an edit, whose transaction it rolls back. */
export class Refused<R extends { kind: string }> extends Error {
  constructor(readonly refusal: R) {
    super(refusal.kind);
  }
}

/**
 * Runs an edit of channels in one transaction; a thrown `Refused` becomes the answer. The revision is raised first:
 * on PostgreSQL its row lock lets one edit through at a time.
 */
export async function editChannels<T, R extends { kind: string }>(
  database: Database,
  name: string,
  work: (manager: Transaction) => Promise<T>,
): Promise<T | R> {
  try {
    return await database.write(name, async (manager) => {
      await touch(manager, 'channels');
      return work(manager);
    });
  } catch (error) {
    if (error instanceof Refused) return (error as Refused<R>).refusal;
    throw error;
  }
}
