import { Injectable } from '@nestjs/common';
import { IsNull, LessThan } from 'typeorm';
import { Database } from '../platform/database/database.js';
import { RefreshToken } from './refresh-token.entity.js';

export type NewRefreshToken = Pick<
  RefreshToken,
  'userId' | 'family' | 'tokenHash' | 'createdAt' | 'expiresAt'
>;

@Injectable()
export class RefreshTokensRepository {
  constructor(private readonly database: Database) {}

  async insert(token: NewRefreshToken): Promise<void> {
    await this.database.write('log in', async (manager) => {
      await manager.delete(RefreshToken, { expiresAt: LessThan(token.createdAt) });
      await manager.insert(RefreshToken, { ...token, usedAt: null, revokedAt: null });
    });
  }

  find(tokenHash: string): Promise<RefreshToken | null> {
    return this.database.read.findOneBy(RefreshToken, { tokenHash });
  }

  /** Uses a token up and stores its successor; false when it was used or revoked already. */
  rotate(id: number, successor: NewRefreshToken): Promise<boolean> {
    return this.database.write('renew login', async (manager) => {
      const used = await manager.update(
        RefreshToken,
        { id, usedAt: IsNull(), revokedAt: IsNull() },
        { usedAt: successor.createdAt },
      );
      if (used.affected !== 1) return false;
      await manager.insert(RefreshToken, { ...successor, usedAt: null, revokedAt: null });
      return true;
    });
  }

  async revokeFamily(family: string, atSeconds: number): Promise<void> {
    await this.database.write('log out', (manager) =>
      manager.update(RefreshToken, { family, revokedAt: IsNull() }, { revokedAt: atSeconds }),
    );
  }

  async revokeUser(userId: number, atSeconds: number): Promise<void> {
    await this.database.write('log out everywhere', (manager) =>
      manager.update(RefreshToken, { userId, revokedAt: IsNull() }, { revokedAt: atSeconds }),
    );
  }

  /** Whether a login of this family still stands. */
  isAlive(family: string): Promise<boolean> {
    return this.database.read.existsBy(RefreshToken, { family, revokedAt: IsNull() });
  }
}
