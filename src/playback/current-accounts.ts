import type { Clock } from '../platform/clock.js';
import { OUTPUT_FORMATS, toAccount } from '../users/account.js';
import type { UsersRepository } from '../users/users.repository.js';
import type { CurrentAccounts } from './ports.js';

/** Accounts as they stand in the database now, whatever their viewers once logged in with. */
export function currentAccounts(
  users: Pick<UsersRepository, 'findById' | 'categoryIdsOf'>,
  clock: Clock,
): CurrentAccounts {
  return {
    current: async (userId) => {
      const user = await users.findById(userId);
      if (!user) return null;
      const nowSeconds = Math.floor(clock.now() / 1000);
      return toAccount(user, await users.categoryIdsOf(userId), OUTPUT_FORMATS, nowSeconds);
    },
  };
}
