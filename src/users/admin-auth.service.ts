import { Inject, Injectable } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '../platform/clock.js';
import { AppConfig } from '../platform/config/app-config.js';
import type { Secrets } from '../platform/data-folder.js';
import { AppError } from '../platform/errors/app-error.js';
import { CLOCK, SECRETS } from '../platform/tokens.js';
import { CredentialsService } from './credentials.service.js';
import { RefreshTokensRepository, type NewRefreshToken } from './refresh-tokens.repository.js';
import { UsersRepository } from './users.repository.js';

export interface TokenPair {
  accessToken: string;
  refreshToken: string;
  /** Seconds the access token lives. */
  expiresIn: number;
}

export interface Administrator {
  id: number;
  username: string;
  /** The login this token belongs to. */
  family: string;
}

const ISSUER = 'rooftop';

/** Logins of administrators: a short access token, and a refresh token that is good for one use. */
@Injectable()
export class AdminAuthService {
  constructor(
    private readonly credentials: CredentialsService,
    private readonly users: UsersRepository,
    private readonly tokens: RefreshTokensRepository,
    private readonly config: AppConfig,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SECRETS) private readonly secrets: Secrets,
  ) {}

  async login(username: string, password: string, address: string): Promise<TokenPair> {
    const verdict = await this.credentials.verify(username, password, address);
    if (verdict.kind === 'throttled') {
      throw new AppError(
        'too_many_requests',
        `too many failed logins; try again in ${verdict.retryAfterSeconds} s`,
        { status: 429, retryAfterSeconds: verdict.retryAfterSeconds },
      );
    }
    if (verdict.kind === 'refused') {
      throw new AppError('unauthorized', 'wrong user name or password', { status: 401 });
    }
    if (verdict.kind === 'inactive' || !verdict.account.isAdmin) {
      throw new AppError('forbidden', 'this account may not administer Rooftop', { status: 403 });
    }
    const { account } = verdict;
    const { refreshToken, row } = this.newRefreshToken(account.id, randomUUID());
    await this.tokens.insert(row);
    return this.pair(account.id, account.username, row.family, refreshToken);
  }

  /**
   * For the command line of this machine, which reads the keys anyway: a login as the first active administrator, to
   * be ended with `logout`. Null when there is none.
   */
  async loginOfMachine(): Promise<{ accessToken: string; administrator: Administrator } | null> {
    const user = (await this.users.list()).find(
      ({ isAdmin, isActive, isBanned }) => isAdmin && isActive && !isBanned,
    );
    if (!user) return null;
    const { refreshToken, row } = this.newRefreshToken(user.id, randomUUID());
    await this.tokens.insert(row);
    const { accessToken } = this.pair(user.id, user.username, row.family, refreshToken);
    return { accessToken, administrator: { id: user.id, username: user.username, family: row.family } };
  }

  /** A token used twice was stolen: the whole login ends. */
  async refresh(refreshToken: string): Promise<TokenPair> {
    const known = await this.tokens.find(hashToken(refreshToken));
    if (!known || known.expiresAt <= this.nowSeconds() || known.revokedAt !== null) throw invalidToken();
    const user = await this.users.findById(known.userId);
    const successor = this.newRefreshToken(known.userId, known.family);
    if (
      !user ||
      !user.isAdmin ||
      !user.isActive ||
      user.isBanned ||
      !(await this.tokens.rotate(known.id, successor.row))
    ) {
      await this.tokens.revokeFamily(known.family, this.nowSeconds());
      throw invalidToken();
    }
    return this.pair(user.id, user.username, known.family, successor.refreshToken);
  }

  async logout(administrator: Administrator): Promise<void> {
    await this.tokens.revokeFamily(administrator.family, this.nowSeconds());
  }

  /** Reads an access token. Throws `unauthorized`; `forbidden` when the user lost the role since. */
  async authenticate(accessToken: string): Promise<Administrator> {
    const claims = this.readClaims(accessToken);
    const user = await this.users.findById(claims.userId);
    if (!user || !(await this.tokens.isAlive(claims.family))) throw invalidToken();
    if (!user.isAdmin || !user.isActive || user.isBanned) {
      throw new AppError('forbidden', 'this account may not administer Rooftop', { status: 403 });
    }
    return { id: user.id, username: user.username, family: claims.family };
  }

  private readClaims(accessToken: string): { userId: number; family: string } {
    let claims: unknown;
    try {
      claims = jwt.verify(accessToken, this.secrets.tokenKey, {
        algorithms: ['HS256'],
        issuer: ISSUER,
        clockTimestamp: this.nowSeconds(),
      });
    } catch (error) {
      throw invalidToken(error);
    }
    const { sub, fam } = claims as Record<string, unknown>;
    if (typeof sub !== 'string' || !/^\d{1,10}$/.test(sub) || typeof fam !== 'string') throw invalidToken();
    return { userId: Number(sub), family: fam };
  }

  private pair(userId: number, username: string, family: string, refreshToken: string): TokenPair {
    const expiresIn = this.config.auth.accessTokenMinutes * 60;
    const iat = this.nowSeconds();
    const claims = {
      sub: String(userId),
      name: username,
      fam: family,
      iss: ISSUER,
      iat,
      exp: iat + expiresIn,
    };
    return {
      accessToken: jwt.sign(claims, this.secrets.tokenKey, { algorithm: 'HS256' }),
      refreshToken,
      expiresIn,
    };
  }

  private newRefreshToken(userId: number, family: string): { refreshToken: string; row: NewRefreshToken } {
    const refreshToken = randomBytes(32).toString('base64url');
    const createdAt = this.nowSeconds();
    const expiresAt = createdAt + this.config.auth.refreshTokenDays * 86_400;
    return {
      refreshToken,
      row: { userId, family, tokenHash: hashToken(refreshToken), createdAt, expiresAt },
    };
  }

  private nowSeconds(): number {
    return Math.floor(this.clock.now() / 1000);
  }
}

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function invalidToken(cause?: unknown): AppError {
  return new AppError('unauthorized', 'the token is not valid any more; log in again', {
    status: 401,
    cause,
  });
}
